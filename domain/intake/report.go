package intake

import (
	"cmp"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Report says what an import did. Of a refused one, Problem is set and nothing else was done.
type Report struct {
	ID        string    `json:"import_id"`
	Kind      FileKind  `json:"kind"`
	Name      string    `json:"name"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
	// CorrelationID ties the import to the request that asked for it.
	CorrelationID string   `json:"correlation_id,omitempty"`
	Rows          int64    `json:"rows"`
	Slices        []Placed `json:"slices"`
	// Totals sums charges (billed and effective) and control totals (billed) per period and currency.
	Totals []PeriodTotal `json:"totals,omitempty"`
	// Coverage is set for charges where a mapping is in force.
	Coverage *Coverage `json:"coverage,omitempty"`
	// Aside lists what is of someone who is no tenant and was left out.
	Aside   []Aside `json:"aside,omitempty"`
	Problem string  `json:"problem,omitempty"`
}

// Refused reports whether the delivery was refused.
func (r Report) Refused() bool { return r.Problem != "" }

// Count returns how many slices had an outcome.
func (r Report) Count(outcome Outcome) (count int) {
	for _, slice := range r.Slices {
		if slice.Outcome == outcome {
			count++
		}
	}
	return count
}

// PeriodTotal is what a delivery amounts to in one period and currency.
type PeriodTotal struct {
	Period   period.Period `json:"period"`
	Currency string        `json:"currency"`
	Sum
}

func periodTotals(placed []Placed) []PeriodTotal {
	type key struct {
		month    period.Period
		currency string
	}
	totals := map[key]*PeriodTotal{}
	for _, slice := range placed {
		for currency, sum := range slice.Sums {
			at := key{slice.Period, currency}
			if totals[at] == nil {
				totals[at] = &PeriodTotal{Period: slice.Period, Currency: currency}
			}
			totals[at].Sum = totals[at].Add(sum)
		}
	}
	sorted := make([]PeriodTotal, 0, len(totals))
	for _, total := range totals {
		sorted = append(sorted, *total)
	}
	slices.SortFunc(sorted, func(a, b PeriodTotal) int {
		return cmp.Or(a.Period.Start().Compare(b.Period.Start()), cmp.Compare(a.Currency, b.Currency))
	})
	return sorted
}

// Coverage says how much of a bill the mapping in force gives to a tenant, a pool or an account; the
// rest will land in @unallocated. Costs are absolute effective amounts per currency, so that credits
// do not hide what nobody claims.
type Coverage struct {
	Rows        int64                      `json:"rows"`
	MatchedRows int64                      `json:"matched_rows"`
	Cost        map[string]decimal.Decimal `json:"cost"`
	MatchedCost map[string]decimal.Decimal `json:"matched_cost"`
}

// covering counts charges for a Coverage as they pass.
type covering struct {
	match             Matcher
	rows, matchedRows int64
	cost, matchedCost runningSums
}

func (c *covering) add(charged *charge.Charge) {
	cost := charged.EffectiveCost
	if cost.IsNegative() {
		cost = cost.Neg()
	}
	c.rows++
	c.cost.of(charged.Currency).effective.AddDecimal(cost)
	if c.match(charged) {
		c.matchedRows++
		c.matchedCost.of(charged.Currency).effective.AddDecimal(cost)
	}
}

// coverage returns what was counted; nil where nothing was to be.
func (c *covering) coverage() *Coverage {
	if c == nil {
		return nil
	}
	counted := &Coverage{
		Rows: c.rows, MatchedRows: c.matchedRows,
		Cost: map[string]decimal.Decimal{}, MatchedCost: map[string]decimal.Decimal{},
	}
	for currency, sum := range c.cost.sums() {
		counted.Cost[currency] = sum.Effective
	}
	for currency, sum := range c.matchedCost.sums() {
		counted.MatchedCost[currency] = sum.Effective
	}
	return counted
}
