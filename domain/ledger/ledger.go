// Package ledger holds allocation results as double-entry transactions that only ever grow: each
// debits tenants and accounts and credits the pool that it distributes, sums to zero, and, once
// sealed by an approval, is linked to the one before it by a hash.
package ledger

import (
	"cmp"
	"context"
	"iter"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/period"
)

// Key names a transaction. There is one per attempt, stage, pool and currency.
type Key struct {
	Book     string        `json:"book"`
	Period   period.Period `json:"period"`
	Attempt  int           `json:"attempt"`
	Stage    int           `json:"stage"`
	Pool     string        `json:"pool"`
	Currency string        `json:"currency"`
}

// Entry is one cell: what a tenant or a reserved account (@unallocated and its like) owes for a
// pool, or what the pool passes on to one of a later stage (see IsTransfer). Amounts are full
// precision, debits positive, credits (refunds) negative. The pool's own balancing entry is not an
// Entry: it is the negated sum and is written by the store.
type Entry struct {
	Account string          `json:"account"`
	Amount  decimal.Decimal `json:"amount"`
}

// Transaction is a key with its entries in byte order of account, each account once. A pool's zero
// cells are kept, so that a tenant can see that it was considered.
type Transaction struct {
	Key     Key
	Amount  decimal.Decimal
	Entries []Entry
}

// Cell is an entry with the key that it belongs to, as results list it.
type Cell struct {
	Key
	Entry
	Revision int `json:"revision"`
}

// Filter says which cells to list. Book, Period, and Attempt or Revision are required. A revision is
// the bill as it stands with it: what an approval sealed, with what later approvals up to that
// revision changed. Deltas asks for the changes of that revision alone. An attempt is what it stored
// itself, approved or not; with Revision too it is the bill as it would stand with it. Account,
// Currency and Pool are exact; empty ones do not narrow. WithoutTransfers leaves out what pools pass on
// to others, so that the cells sum to the bill.
type Filter struct {
	Book     string
	Period   period.Period
	Attempt  int
	Revision int
	Deltas   bool
	Account  string
	Currency string
	Pool     string

	WithoutTransfers bool
}

// Position is where a page of cells ended: the next one begins after it. Zero is the beginning.
type Position struct {
	Stage    int    `json:"s"`
	Pool     string `json:"p"`
	Currency string `json:"c"`
	Account  string `json:"a"`
}

// Compare orders positions as pages of cells are.
func (p Position) Compare(other Position) int {
	return cmp.Or(
		cmp.Compare(p.Stage, other.Stage), cmp.Compare(p.Pool, other.Pool),
		cmp.Compare(p.Currency, other.Currency), cmp.Compare(p.Account, other.Account),
	)
}

// Store keeps transactions.
type Store interface {
	// Put stores an unsealed transaction, all of it or nothing. Putting the same key with the same
	// content again changes nothing; with other content it is a Tampered error. A transaction that
	// does not pass its Check is refused with that error.
	Put(ctx context.Context, transaction Transaction) error
	// Transactions yields the transactions of an attempt in key order with their entries. Where the
	// attempt went on with publishing an earlier one's result, these are the earlier one's.
	Transactions(ctx context.Context, book string, month period.Period, attempt int) iter.Seq2[Transaction, error]
	// AsOf yields the bill of a month as it stands with a revision, as Transactions yields a result:
	// cells of several revisions are summed, the keys name no attempt. Where attempt is not 0, what
	// that attempt stored counts too.
	AsOf(ctx context.Context, book string, month period.Period, revision, attempt int) iter.Seq2[Transaction, error]
	// Cells lists cells in the order of stage, pool, currency, account, after a position. A filter
	// without what it requires is an InvalidInput error; what does not exist has no cells.
	Cells(ctx context.Context, filter Filter, after Position, limit int) ([]Cell, error)
}

// AccountTotal is what a tenant or a reserved account owes over all pools and stages of a result.
type AccountTotal struct {
	Account  string          `json:"account"`
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
}

// PoolTotal is what a pool charges to tenants and reserved accounts in one currency, without what it passes
// on to other pools.
type PoolTotal struct {
	Key
	Amount decimal.Decimal
}

// PoolTotaller sums results by pool; Store implementations are PoolTotallers.
type PoolTotaller interface {
	// PoolTotals returns the exact sums of the pools that a filter selects, whatever account it names, in
	// the order of stage, pool and currency.
	PoolTotals(ctx context.Context, filter Filter) ([]PoolTotal, error)
}

// Totaller sums results; Store implementations are Totallers.
type Totaller interface {
	// AccountTotals returns the exact sums of an attempt in byte order of currency and account, without
	// what pools pass on; an attempt without transactions has none.
	AccountTotals(ctx context.Context, book string, month period.Period, attempt int) ([]AccountTotal, error)
}
