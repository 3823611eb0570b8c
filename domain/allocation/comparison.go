package allocation

import "github.com/shopspring/decimal"

// Comparison is what two results of the same bill differ in.
type Comparison struct {
	// Totals are in byte order of currency.
	Totals []TotalChange `json:"totals"`
	// Pools are those in which any cell differs, in byte order of pool and currency.
	Pools []PoolChange `json:"pools"`
	// Accounts are the tenants and reserved accounts whose cells differ, the greatest change first.
	Accounts []AccountChange `json:"accounts"`
}

// Change is an amount under one set of rules and under another. Difference = After − Before.
type Change struct {
	Before     decimal.Decimal `json:"before"`
	After      decimal.Decimal `json:"after"`
	Difference decimal.Decimal `json:"difference"`
}

func (c *Change) add(before, after decimal.Decimal) {
	c.Before, c.After = c.Before.Add(before), c.After.Add(after)
	c.Difference = c.After.Sub(c.Before)
}

// TotalChange compares the results in one currency. Tenants and accounts together change by nothing,
// as both results allocate the same bill.
type TotalChange struct {
	Currency       string          `json:"currency"`
	Billed         decimal.Decimal `json:"billed"`
	Tenants        Change          `json:"tenants"`
	Accounts       Change          `json:"accounts"`
	CoverageBefore decimal.Decimal `json:"coverage_before"`
	CoverageAfter  decimal.Decimal `json:"coverage_after"`
}

// PoolChange compares what tenants and accounts bear of one pool; what it passes on to other pools is
// in theirs. Cells counts those that differ.
type PoolChange struct {
	Pool     string `json:"pool_id"`
	Currency string `json:"currency"`
	Cells    int    `json:"cells"`
	Change
}

// AccountChange compares what a tenant or reserved account bears, over the pools in which that
// differs.
type AccountChange struct {
	Account  string `json:"account"`
	Currency string `json:"currency"`
	Change
	Pools []AccountPoolChange `json:"pools"`
}

// AccountPoolChange is the change of one cell.
type AccountPoolChange struct {
	Pool string `json:"pool_id"`
	Change
}
