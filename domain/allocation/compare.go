package allocation

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"
)

// Compare compares two results of the same bill cell by cell. A cell that one of them lacks counts as
// zero.
func Compare(before, after *Result) Comparison {
	c := comparing{
		Comparison: Comparison{Totals: []TotalChange{}, Pools: []PoolChange{}, Accounts: []AccountChange{}},
		accounts:   make(map[accountCurrency]*AccountChange),
	}
	c.compareTotals(before, after)
	was, is := byPool(before), byPool(after)
	keys := make([]poolCurrency, 0, len(is))
	for key := range is {
		keys = append(keys, key)
	}
	for key := range was {
		if is[key] == nil {
			keys = append(keys, key)
		}
	}
	slices.SortFunc(keys, func(a, b poolCurrency) int {
		return cmp.Or(cmp.Compare(a.pool, b.pool), cmp.Compare(a.currency, b.currency))
	})
	for _, key := range keys {
		c.comparePool(key, was[key], is[key])
	}
	for _, account := range c.accounts {
		c.Accounts = append(c.Accounts, *account)
	}
	slices.SortFunc(c.Accounts, func(a, b AccountChange) int {
		return cmp.Or(b.Difference.Abs().Cmp(a.Difference.Abs()), cmp.Compare(a.Account, b.Account), cmp.Compare(a.Currency, b.Currency))
	})
	return c.Comparison
}

type poolCurrency struct{ pool, currency string }

type accountCurrency struct{ account, currency string }

func byPool(result *Result) map[poolCurrency]*PoolResult {
	pools := make(map[poolCurrency]*PoolResult, len(result.Pools))
	for i := range result.Pools {
		pools[poolCurrency{result.Pools[i].Pool, result.Pools[i].Currency}] = &result.Pools[i]
	}
	return pools
}

// comparing is a comparison on its way.
type comparing struct {
	Comparison
	accounts map[accountCurrency]*AccountChange
}

func (c *comparing) compareTotals(before, after *Result) {
	for i := range after.Totals {
		to := &after.Totals[i]
		change := TotalChange{Currency: to.Currency, Billed: to.Billed, CoverageAfter: to.Coverage}
		change.Tenants.add(decimal.Zero, to.Tenants)
		change.Accounts.add(decimal.Zero, sumOf(to.Accounts))
		for j := range before.Totals {
			if from := &before.Totals[j]; from.Currency == to.Currency {
				change.CoverageBefore = from.Coverage
				change.Tenants.add(from.Tenants, decimal.Zero)
				change.Accounts.add(sumOf(from.Accounts), decimal.Zero)
			}
		}
		c.Totals = append(c.Totals, change)
	}
}

func sumOf(amounts map[string]decimal.Decimal) decimal.Decimal {
	sum := decimal.Zero
	for _, amount := range amounts {
		sum = sum.Add(amount)
	}
	return sum
}

// comparePool notes the cells of a pool that differ; either result may lack the pool.
func (c *comparing) comparePool(key poolCurrency, was, is *PoolResult) {
	pool := PoolChange{Pool: key.pool, Currency: key.currency}
	cells := make(map[string]decimal.Decimal)
	if was != nil {
		for cell := range was.Cells() {
			cells[cell.Account] = cell.Amount
			pool.add(cell.Amount, decimal.Zero)
		}
	}
	if is != nil {
		for cell := range is.Cells() {
			c.note(&pool, cell.Account, cells[cell.Account], cell.Amount)
			pool.add(decimal.Zero, cell.Amount)
			delete(cells, cell.Account)
		}
	}
	for account, amount := range cells {
		c.note(&pool, account, amount, decimal.Zero)
	}
	if pool.Cells > 0 {
		c.Pools = append(c.Pools, pool)
	}
}

func (c *comparing) note(pool *PoolChange, account string, before, after decimal.Decimal) {
	if before.Equal(after) {
		return
	}
	pool.Cells++
	key := accountCurrency{account, pool.Currency}
	if c.accounts[key] == nil {
		c.accounts[key] = &AccountChange{Account: account, Currency: pool.Currency}
	}
	change := AccountPoolChange{Pool: pool.Pool}
	change.add(before, after)
	c.accounts[key].Pools = append(c.accounts[key].Pools, change)
	c.accounts[key].add(before, after)
}
