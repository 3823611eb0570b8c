package allocation

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// directPools gathers direct cost into a pool per category.
func (b *Bill) directPools(currency string) []PoolResult {
	cells := make(map[CostCategory]map[string]*money.Sum)
	for key, sum := range b.sums {
		if key.currency != currency || key.pool != "" {
			continue
		}
		if cells[key.category] == nil {
			cells[key.category] = make(map[string]*money.Sum)
		}
		if cells[key.category][key.account] == nil {
			cells[key.category][key.account] = &money.Sum{}
		}
		cells[key.category][key.account].AddSum(sum)
	}
	var pools []PoolResult
	for category, accounts := range cells {
		pool := PoolResult{
			Stage: StageDirect, Pool: DirectPoolPrefix + string(category), Category: category, Currency: currency,
		}
		if mappings := b.options.Rules.mappings; len(mappings) == 1 {
			pool.mapping = &mappings[0]
		}
		var amount money.Sum
		for account, sum := range accounts {
			amount.AddSum(sum)
			pool.direct = append(pool.direct, Cell{account, sum.Decimal()})
		}
		slices.SortFunc(pool.direct, func(a, b Cell) int { return strings.Compare(a.Account, b.Account) })
		pool.Amount = amount.Decimal()
		pools = append(pools, pool)
	}
	return pools
}

// bridge leads from effective to billed cost: what is paid now and used in other periods.
func (b *Bill) bridge(currency string) []PoolResult {
	if b.options.Basis == BasisBilled {
		return nil
	}
	total := b.totals[currency]
	prepaid := total.billed.Decimal().Sub(total.effective.Decimal())
	return []PoolResult{{
		Stage: b.options.Rules.bridgeStage(), Pool: PoolPrepaid, Category: CategoryReserved, Currency: currency,
		Amount: prepaid, direct: []Cell{{AccountPrepaid, prepaid}},
	}}
}

// shared splits every pool that has charges in a currency or receives some.
func (b *Bill) shared(divider *divider, currency string) ([]PoolResult, error) {
	minorDigits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	flows, err := b.flows(currency, minorDigits)
	if err != nil {
		return nil, err
	}
	var results []PoolResult
	for _, pool := range b.options.Rules.Pools() {
		if !flows.reach(pool) {
			continue
		}
		result := PoolResult{
			Stage: StageShared + b.options.Rules.depth[pool], Pool: pool, Currency: currency,
			Category: b.options.Rules.rulesOf(pool)[0].Pool.Category,
			Received: flows.received(pool), Passed: flows.passed(pool),
		}
		for _, run := range b.runs(pool, flows.kept) {
			if run.version == nil {
				return nil, fault.New(fault.InvalidInput, "pool %q has charges but no rule in effect%s; give it a rule for that time", pool, during(run.bounds))
			}
			part, err := divider.part(*run.version, run.stretch, run.amount, minorDigits)
			if err != nil {
				return nil, err
			}
			result.roster = divider.roster
			result.Category = part.Rule.Pool.Category
			result.Amount = result.Amount.Add(part.Amount)
			result.Parts = append(result.Parts, part)
		}
		for _, flow := range result.Passed {
			result.Amount = result.Amount.Add(flow.Amount)
		}
		results = append(results, result)
	}
	return results, nil
}
