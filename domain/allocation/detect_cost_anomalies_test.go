package allocation_test

import (
	"context"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// monthlyCosts are what a tenant bore from January 2026 on, all of it for one machine.
type monthlyCosts struct {
	allocation.CostReader
	months []string
	// provisional marks the last month as one that still runs.
	provisional bool
}

func january(offset int) period.Period {
	return period.Of(time.Date(2026, time.January, 1, 0, 0, 0, 0, time.UTC).AddDate(0, offset, 0))
}

func (m monthlyCosts) CostPeriods(context.Context, string, period.Period, period.Period) ([]allocation.CostPeriod, error) {
	var known []allocation.CostPeriod
	for i := range m.months {
		known = append(known, allocation.CostPeriod{Period: january(i), Provisional: m.provisional && i == len(m.months)-1})
	}
	return known, nil
}

func (m monthlyCosts) CostItems(_ context.Context, query allocation.CostQuery) ([]allocation.CostItem, error) {
	var items []allocation.CostItem
	for i, amount := range m.months {
		month := january(i)
		if month.Before(query.First) || query.Last.Before(month) || amount == "0" {
			continue
		}
		for dimension, item := range map[string]string{"category": "compute", "service": "EC2", "resource": "vm-1", "tag:team": "data"} {
			items = append(items, allocation.CostItem{Period: month, Dimension: dimension, Item: item, Currency: "USD", Amount: decimal.RequireFromString(amount)})
		}
	}
	return items, nil
}

type oneTenant tenancy.Tenant

func (o oneTenant) Tenants(context.Context) ([]tenancy.Tenant, error) {
	return []tenancy.Tenant{tenancy.Tenant(o)}, nil
}

func TestDetectCostAnomalies(t *testing.T) {
	current := func(text string) *decimal.Decimal { amount := decimal.RequireFromString(text); return &amount }
	since := func(month int) time.Time { return january(month).Start() }
	for name, test := range map[string]struct {
		months      []string
		provisional bool
		query       allocation.AnomalyQuery
		activeFrom  time.Time
		wantActual  string // empty for no anomaly
		wantMonth   int
	}{
		"the latest month is judged by the three before": {months: []string{"900", "100", "102", "98", "150"}, wantActual: "150", wantMonth: 4},
		"two standard deviations are not beyond":         {months: []string{"100", "102", "98", "104"}},
		"a fall is none":                                 {months: []string{"100", "102", "98", "10"}},
		"a given cost is that of the month after":        {months: []string{"100", "102", "98"}, query: allocation.AnomalyQuery{Current: current("150")}, wantActual: "150", wantMonth: 3},
		"a month can be named":                           {months: []string{"100", "102", "150", "98"}, query: allocation.AnomalyQuery{Period: january(2), Lookback: 2}, wantActual: "150", wantMonth: 2},
		"a longer lookback knows more":                   {months: []string{"150", "50", "100", "102", "98", "130"}, query: allocation.AnomalyQuery{Lookback: 5}},
		"a month that still runs is no past":             {months: []string{"100", "102", "98", "150", "3"}, provisional: true, wantActual: "150", wantMonth: 3},
		"a month without cost is a zero":                 {months: []string{"0", "0", "0", "0.01"}, wantActual: "0.01", wantMonth: 3},
		"months before the tenant existed are left out":  {months: []string{"0", "0", "100", "101"}, activeFrom: since(2)},
		"nothing is known of one month alone":            {months: []string{"100", "900"}},
		"no costs at all":                                {},
	} {
		t.Run(name, func(t *testing.T) {
			service := &allocation.CostAllocationService{
				Currency: "USD", Costs: monthlyCosts{months: test.months, provisional: test.provisional},
				Tenants: oneTenant{ID: "acme", ActiveFrom: test.activeFrom},
			}
			query := test.query
			query.Book, query.TenantID = "main", "acme"
			query.Now = january(len(test.months)).Start()
			if test.provisional {
				query.Now = query.Now.AddDate(0, 0, -20)
			}
			found, err := service.DetectCostAnomalies(t.Context(), query)
			require.NoError(t, err)
			if test.wantActual == "" {
				require.Empty(t, found)
				return
			}
			require.Len(t, found, 1)
			require.Equal(t, test.wantActual, found[0].Actual.String())
			require.Equal(t, since(test.wantMonth), found[0].PeriodStart)
			require.True(t, found[0].Impact.Equal(found[0].Actual.Sub(found[0].Expected)))
		})
	}
}

func TestCostAnomalyCauses(t *testing.T) {
	service := &allocation.CostAllocationService{
		Currency: "USD", Costs: monthlyCosts{months: []string{"100", "102", "98", "150"}}, Tenants: oneTenant{ID: "acme"},
	}
	query := allocation.AnomalyQuery{Book: "main", TenantID: "acme", Now: january(4).Start()}
	found, err := service.DetectCostAnomalies(t.Context(), query)
	require.NoError(t, err)
	sums := map[string]decimal.Decimal{}
	for _, cause := range found[0].Causes {
		sums[string(cause.Dimension)] = sums[string(cause.Dimension)].Add(cause.Contribution)
	}
	for _, dimension := range []string{"category", "service", "resource", "tag:team"} {
		require.True(t, sums[dimension].Equal(found[0].Impact), "%s: %s of %s", dimension, sums[dimension], found[0].Impact)
	}
	require.Contains(t, found[0].SuggestedCauses, "resource vm-1 rose by 50 USD, from 100 to 150")

	t.Run("the same rise has the same id", func(t *testing.T) {
		again, err := service.DetectCostAnomalies(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, found[0].AnomalyID, again[0].AnomalyID)
	})
	t.Run("impossible questions are refused", func(t *testing.T) {
		for _, lookback := range []int{1, 37, -1} {
			wrong := query
			wrong.Lookback = lookback
			_, err := service.DetectCostAnomalies(t.Context(), wrong)
			require.True(t, fault.Is(err, fault.InvalidInput))
		}
		missing := query
		missing.TenantID = "nobody"
		_, err := service.DetectCostAnomalies(t.Context(), missing)
		require.True(t, fault.Is(err, fault.NotFound))
	})
}
