package allocation

import (
	"iter"
	"math/big"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

func (b *Bill) total(currency string, pools []PoolResult) CurrencyTotal {
	sums := b.totals[currency]
	total := CurrencyTotal{
		Currency: currency, Billed: sums.billed.Decimal(), Effective: sums.effective.Decimal(),
		Accounts: make(map[string]decimal.Decimal), Rows: sums.rows, Mapped: sums.mapped,
	}
	var tenants, borne money.Sum
	borne.AddSum(&sums.borne)
	for i := range pools {
		for cell := range pools[i].Cells() {
			total.Cells++
			if IsAccount(cell.Account) {
				total.Accounts[cell.Account] = total.Accounts[cell.Account].Add(cell.Amount)
				continue
			}
			tenants.AddDecimal(cell.Amount)
		}
	}
	for pool := range reachingTenants(pools) {
		if charged := sums.pools[pool]; charged != nil {
			borne.AddSum(charged)
		}
	}
	total.Tenants = tenants.Decimal()
	total.Coverage = coverage(&borne, &sums.magnitude)
	return total
}

// reachingTenants yields the shared pools of which tenants bear everything: what a pool splits itself
// and what it passes on.
func reachingTenants(pools []PoolResult) iter.Seq[string] {
	left := make(map[string]bool)
	return func(yield func(string) bool) {
		// Receivers stand behind givers, so that the last pools are known first.
		byStage := slices.Clone(pools)
		slices.SortStableFunc(byStage, func(a, b PoolResult) int { return b.Stage - a.Stage })
		for i := range byStage {
			pool := &byStage[i]
			_, residual := pool.residual()
			left[pool.Pool] = residual || slices.ContainsFunc(pool.Passed, func(flow Flow) bool { return left[flow.Pool] })
			if pool.IsShared() && !left[pool.Pool] && !yield(pool.Pool) {
				return
			}
		}
	}
}

const coverageDigits = 6

func coverage(borne, magnitude *money.Sum) decimal.Decimal {
	if magnitude.Sign() == 0 {
		return decimal.NewFromInt(1)
	}
	share := new(big.Rat).Quo(borne.Decimal().Rat(), magnitude.Decimal().Rat())
	scaled := new(big.Int).Mul(share.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(coverageDigits), nil))
	return money.FromUnits(scaled.Quo(scaled, share.Denom()), coverageDigits)
}
