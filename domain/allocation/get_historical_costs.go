package allocation

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// HistoryQuery asks what a tenant bore in past periods.
type HistoryQuery struct {
	Book     string
	TenantID string
	// Periods is how many, 1 to 400.
	Periods     int
	Granularity Granularity
	// Until is the instant by which the last period has ended: now, or later to see periods under way.
	Until time.Time
	// Now is the instant from which on periods are yet to come, and left out; zero leaves out none.
	Now time.Time
}

// mostPeriods bounds a history: more than a year of days.
const mostPeriods = 400

// HistoricalCost is what a tenant bore in one period, in the service's currency. Its
// AllocationMetadata holds the granularity, the period's name, and as other_currencies those in which
// the tenant bore something besides.
type HistoricalCost struct {
	CostAllocationResult
	// Provisional says that the period touches a month that was never closed.
	Provisional bool `json:"provisional"`
	// Known says that costs of all months of the period are known. Where it is false, zero does not mean
	// that nothing was borne.
	Known bool `json:"known"`
}

// GetHistoricalCosts returns a tenant's cost per period, the oldest first, with its breakdown by
// category. A period in which the tenant bore nothing is a row of zero, as is one of which nothing is
// known, which is marked; periods yet to come are left out. It is an InvalidInput error to
// ask for an unknown granularity, or for no period or more than 400.
func (s *CostAllocationService) GetHistoricalCosts(ctx context.Context, query HistoryQuery) ([]HistoricalCost, error) {
	if query.Periods < 1 || query.Periods > mostPeriods {
		return nil, fault.New(fault.InvalidInput, "a history of %d periods is not possible; ask for 1 to %d", query.Periods, mostPeriods)
	}
	buckets, err := query.Granularity.before(query.Until, query.Periods)
	if err != nil {
		return nil, err
	}
	if !query.Now.IsZero() {
		buckets = slices.DeleteFunc(buckets, func(bucket Span) bool { return !bucket.From.Before(query.Now) })
	}
	if len(buckets) == 0 {
		return []HistoricalCost{}, nil
	}
	asked := CostQuery{
		Book: query.Book, Account: query.TenantID,
		First: period.Of(buckets[0].From), Last: period.Of(buckets[len(buckets)-1].Until.Add(-1)),
	}
	known, err := s.Costs.CostPeriods(ctx, asked.Book, asked.First, asked.Last)
	if err != nil {
		return nil, err
	}
	days, err := s.Costs.DailyCosts(ctx, asked)
	if err != nil {
		return nil, err
	}
	rows := make([]HistoricalCost, len(buckets))
	for i, bucket := range buckets {
		rows[i] = s.historyRow(query, bucket, known)
	}
	place := 0
	for _, cost := range days {
		for place < len(buckets) && !cost.Day.Before(buckets[place].Until) {
			place++
		}
		if place < len(buckets) && !cost.Day.Before(buckets[place].From) {
			rows[place].add(cost)
		}
	}
	return rows, nil
}

// historyRow is a period in which nothing was borne yet.
func (s *CostAllocationService) historyRow(query HistoryQuery, bucket Span, known []CostPeriod) HistoricalCost {
	name := query.Granularity.name(bucket.From)
	return HistoricalCost{
		CostAllocationResult: CostAllocationResult{
			AllocationID: fmt.Sprintf("%s.%s.%s.%s", query.Book, name, s.Currency, query.TenantID),
			TenantID:     query.TenantID, Currency: s.Currency, PeriodStart: bucket.From, PeriodEnd: bucket.Until,
			Breakdown:          map[string]decimal.Decimal{},
			AllocationMetadata: map[string]string{"granularity": string(query.Granularity), "period": name},
		},
		Known: len(unknownMonths(period.Of(bucket.From), period.Of(bucket.Until.Add(-1)), known)) == 0,
		Provisional: slices.ContainsFunc(known, func(month CostPeriod) bool {
			return month.Provisional && month.Period.Start().Before(bucket.Until) && month.Period.End().After(bucket.From)
		}),
	}
}

// otherCurrencies is the metadata that names currencies which the row leaves out.
const otherCurrencies = "other_currencies"

func (h *HistoricalCost) add(cost DailyCost) {
	if cost.Currency != h.Currency {
		if others := h.AllocationMetadata[otherCurrencies]; !strings.Contains(others, cost.Currency) {
			h.AllocationMetadata[otherCurrencies] = strings.TrimSpace(others + " " + cost.Currency)
		}
		return
	}
	category := string(cost.Category)
	h.Breakdown[category] = h.Breakdown[category].Add(cost.Amount)
	h.TotalAllocated = h.TotalAllocated.Add(cost.Amount)
}
