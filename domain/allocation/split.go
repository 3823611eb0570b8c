package allocation

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// PoolAmount is a pool with the amount to split, as a file of pools gives it.
type PoolAmount struct {
	Rule   RuleVersion
	Amount decimal.Decimal
}

// Split splits amounts in one currency among a roster by usage over a span; the rules' effective
// periods are not looked at. It returns results in the order of the pools. An unknown currency, no
// active tenant, and tenants with times in a span of all time are InvalidInput errors, and then
// nothing is split.
func Split(pools []PoolAmount, roster *Roster, usage *Usage, span Span, currency string) ([]PoolResult, error) {
	minorDigits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	if err := checkDates(roster, span); err != nil {
		return nil, err
	}
	divider := newDivider(roster, usage)
	results := make([]PoolResult, len(pools))
	over := stretch{0, usage.segments.count() - 1, span}
	for i, pool := range pools {
		part, err := divider.part(pool.Rule, over, pool.Amount, minorDigits)
		if err != nil {
			return nil, err
		}
		results[i] = PoolResult{
			Stage: StageShared, Pool: pool.Rule.Pool.PoolID, Category: pool.Rule.Pool.Category,
			Currency: currency, Amount: pool.Amount, Parts: []Part{part}, roster: roster,
		}
	}
	return results, nil
}

func checkDates(roster *Roster, span Span) error {
	if err := span.Validate(); err != nil {
		return err
	}
	if span.IsZero() && roster.Dated() {
		return fault.New(fault.InvalidInput, "tenants begin or end, so that the period matters; name it")
	}
	return nil
}
