package allocation

import (
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// AnomalyQuery asks whether a tenant's cost of a period lies beyond its past.
type AnomalyQuery struct {
	Book     string
	TenantID string
	// Period is the one to judge; zero means the latest whose costs are known, or, where Current is
	// given, the one after it.
	Period period.Period
	// Current is the period's cost; nil means what is known of it.
	Current *decimal.Decimal
	// Lookback is how many periods before it to compare with, 2 to 36; 0 means 3.
	Lookback int
	// Now is when the question is asked: months that have not ended by then are no past.
	Now time.Time
}

const (
	defaultLookback = 3
	mostLookback    = 36
)

// DetectCostAnomalies judges a tenant's cost of a period by the standard deviation of the lookback
// periods, as anomaly.PeriodRule does, and says which category, service, tag and resource rose the
// most. A lookback period in which the tenant bore nothing is a zero; one before the tenant existed,
// or of which no costs are known, is left out. With fewer than two, nothing can be told, and nothing
// is found. Impossible queries are InvalidInput errors.
func (s *CostAllocationService) DetectCostAnomalies(ctx context.Context, query AnomalyQuery) ([]CostAnomaly, error) {
	if query.Lookback == 0 {
		query.Lookback = defaultLookback
	}
	if query.Lookback < 2 || query.Lookback > mostLookback {
		return nil, fault.New(fault.InvalidInput, "a lookback of %d periods is not possible; give 2 to %d", query.Lookback, mostLookback)
	}
	known, err := s.Costs.CostPeriods(ctx, query.Book, period.Of(query.Now.AddDate(-mostKnownYears, 0, 0)), period.Of(query.Now))
	if err != nil {
		return nil, err
	}
	months := make([]period.Period, 0, len(known))
	for _, each := range known {
		if !each.Provisional || !each.Period.End().After(query.Now) {
			months = append(months, each.Period)
		}
	}
	judged := query.judged(months)
	if judged.IsZero() {
		return []CostAnomaly{}, nil
	}
	tenant, err := s.tenant(ctx, query.TenantID)
	if err != nil {
		return nil, err
	}
	costs, err := s.periodCosts(ctx, query, judged, lookbackOf(months, judged, query.Lookback, tenant))
	if err != nil {
		return nil, err
	}
	found, err := anomaly.DefaultPeriodRule().Detect(costs)
	if err != nil {
		return nil, err
	}
	anomalies := make([]CostAnomaly, len(found))
	for i := range found {
		anomalies[i] = NewCostAnomaly(found[i], query.Now)
	}
	return anomalies, nil
}

// mostKnownYears bounds how far back costs are looked for.
const mostKnownYears = 10

// judged returns the period in question, or the zero period where no costs are known at all.
func (q AnomalyQuery) judged(months []period.Period) period.Period {
	switch {
	case !q.Period.IsZero():
		return q.Period
	case len(months) == 0:
		return period.Period{}
	case q.Current != nil:
		return months[len(months)-1].Next()
	default:
		return months[len(months)-1]
	}
}

func (s *CostAllocationService) tenant(ctx context.Context, id string) (tenancy.Tenant, error) {
	tenants, err := s.Tenants.Tenants(ctx)
	if err != nil {
		return tenancy.Tenant{}, err
	}
	place := slices.IndexFunc(tenants, func(tenant tenancy.Tenant) bool { return tenant.ID == id })
	if place < 0 {
		return tenancy.Tenant{}, fault.New(fault.NotFound, "there is no such tenant")
	}
	return tenants[place], nil
}

// lookbackOf returns the last known periods before the judged one in which the tenant existed.
func lookbackOf(months []period.Period, judged period.Period, count int, tenant tenancy.Tenant) []period.Period {
	var past []period.Period
	for _, month := range months {
		if month.Before(judged) && month.End().After(tenant.ActiveFrom) {
			past = append(past, month)
		}
	}
	return past[max(0, len(past)-count):]
}

// periodCosts reads what the tenant bore in the judged period and those before, with its breakdowns.
func (s *CostAllocationService) periodCosts(ctx context.Context, query AnomalyQuery, judged period.Period, past []period.Period) (anomaly.PeriodCosts, error) {
	costs := anomaly.PeriodCosts{TenantID: query.TenantID, Currency: s.Currency, Period: judged}
	asked := CostQuery{Book: query.Book, Account: query.TenantID, Currency: s.Currency, First: judged, Last: judged}
	if len(past) > 0 {
		asked.First = past[0]
	}
	items, err := s.Costs.CostItems(ctx, asked)
	if err != nil {
		return costs, err
	}
	months := breakdowns(items)
	costs.Current, costs.Breakdown = months.total(judged), months[judged]
	if query.Current != nil {
		costs.Current = *query.Current
	}
	for _, month := range past {
		costs.Lookback = append(costs.Lookback, months.total(month))
		costs.LookbackBreakdowns = append(costs.LookbackBreakdowns, months[month])
	}
	return costs, nil
}

// monthlyBreakdowns hold what costs consist of by period.
type monthlyBreakdowns map[period.Period]anomaly.Breakdown

func breakdowns(items []CostItem) monthlyBreakdowns {
	months := monthlyBreakdowns{}
	for _, item := range items {
		if months[item.Period] == nil {
			months[item.Period] = anomaly.Breakdown{}
		}
		dimension := anomaly.Dimension(item.Dimension)
		if months[item.Period][dimension] == nil {
			months[item.Period][dimension] = map[string]decimal.Decimal{}
		}
		values := months[item.Period][dimension]
		values[item.Item] = values[item.Item].Add(item.Amount)
	}
	return months
}

// total is what a period cost: its categories sum to that.
func (m monthlyBreakdowns) total(month period.Period) decimal.Decimal {
	sum := decimal.Zero
	for _, amount := range m[month][CategoryDimension] {
		sum = sum.Add(amount)
	}
	return sum
}
