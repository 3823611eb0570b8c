package anomaly

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// DailyCost is what a day cost. Zero is a day on which nothing was spent; a day that is not known
// is left out.
type DailyCost struct {
	Day  Day             `json:"day"`
	Cost decimal.Decimal `json:"cost"`
}

// DailySeries is a tenant's cost by day, in one currency, in any order. Days after the judged one
// are ignored.
type DailySeries struct {
	TenantID string
	Scope    Scope
	Currency string
	Costs    []DailyCost
}

// dayCost is a day's cost as the statistics see it.
type dayCost struct {
	day  Day
	cost float64
}

// prepare writes the days up to the target to days, sorted, and returns them with the target's own
// amount. Only the window, and as much again for the search of an episode's start, is taken.
func (s DailySeries) prepare(days []dayCost, target Day, window int) ([]dayCost, decimal.Decimal, error) {
	days = days[:0]
	current, ordered := decimal.Zero, true
	for i, c := range s.Costs {
		if c.Day > target || int(target-c.Day) > 2*window {
			continue
		}
		if err := checkAmount(fmt.Sprintf("/costs/%d/cost", i), c.Cost); err != nil {
			return nil, current, err
		}
		if c.Day == target {
			current = c.Cost
		}
		ordered = ordered && (len(days) == 0 || days[len(days)-1].day < c.Day)
		days = append(days, dayCost{day: c.Day, cost: inexact(c.Cost)})
	}
	if ordered {
		return days, current, nil
	}
	slices.SortFunc(days, func(a, b dayCost) int { return cmp.Compare(a.day, b.day) })
	for i := 1; i < len(days); i++ {
		if days[i].day == days[i-1].day {
			return nil, current, fault.Invalid("/costs", "tenant %s has two costs on %s; add them up first", s.TenantID, days[i].day)
		}
	}
	return days, current, nil
}

// digits returns the fractional digits of expectations: the currency's own or the current cost's,
// at most twelve, since an estimate knows no more.
func (s DailySeries) digits(current decimal.Decimal) (int32, error) {
	if s.TenantID == "" {
		return 0, fault.Invalid("/tenant_id", "costs to judge need a tenant")
	}
	minor, err := money.MinorDigits(s.Currency)
	if err != nil {
		return 0, err
	}
	return int32(min(money.QuantumDigits(minor, current), 12)), nil
}
