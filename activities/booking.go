package activities

import (
	"cmp"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// booked is a result in the terms of the ledger, in key order, with its totals by currency.
type booked struct {
	transactions []ledger.Transaction
	totals       []closing.CurrencyTotal
}

// bookResult turns a result into ledger transactions and adds what the reconciliation tolerated as
// @variance, so that tenants and accounts together are what was invoiced.
func bookResult(ref closing.AttemptRef, result *allocation.Result, reconciliation *closing.Reconciliation) booked {
	var books booked
	for i := range result.Pools {
		pool := &result.Pools[i]
		transaction := ledger.Transaction{Key: keyOf(ref, pool.Stage, pool.Pool, pool.Currency), Amount: pool.Amount}
		for cell := range pool.Cells() {
			transaction.Entries = append(transaction.Entries, ledger.Entry{Account: cell.Account, Amount: cell.Amount})
		}
		// What a pool passes on debits the receiving pool, whose own transaction credits it again.
		for _, flow := range pool.Passed {
			transaction.Entries = append(transaction.Entries, ledger.Entry{Account: ledger.PoolAccount(flow.Pool), Amount: flow.Amount})
		}
		if len(pool.Passed) > 0 {
			slices.SortFunc(transaction.Entries, func(a, b ledger.Entry) int { return cmp.Compare(a.Account, b.Account) })
		}
		books.transactions = append(books.transactions, transaction)
	}
	for _, total := range result.Totals {
		noted := closing.CurrencyTotal{
			Currency: total.Currency, Billed: total.Billed, Effective: total.Effective,
			Tenants: total.Tenants, Accounts: total.Accounts, Coverage: total.Coverage, Cells: total.Cells,
		}
		noted.Notes, noted.NotesCount = notesOf(result, total.Currency)
		books.totals = append(books.totals, noted)
	}
	if reconciliation != nil {
		books.addVariances(ref, result.BridgeStage, reconciliation.Variance)
	}
	slices.SortFunc(books.transactions, func(a, b ledger.Transaction) int { return a.Key.Compare(b.Key) })
	slices.SortFunc(books.totals, func(a, b closing.CurrencyTotal) int { return cmp.Compare(a.Currency, b.Currency) })
	return books
}

// notesOf puts what the engine noted about a currency in the terms of the close.
func notesOf(result *allocation.Result, currency string) (notes []closing.Note, count int) {
	noted, count := result.Notes(currency, closing.MaxNotes)
	for _, note := range noted {
		notes = append(notes, closing.Note{
			Kind: string(note.Kind), Pool: note.Pool, TenantID: note.TenantID, Category: string(note.Category), Value: note.Value,
		})
	}
	return notes, count
}

func (b *booked) addVariances(ref closing.AttemptRef, stage int, variances map[string]decimal.Decimal) {
	for currency, variance := range variances {
		if variance.IsZero() {
			continue
		}
		b.transactions = append(b.transactions, ledger.Transaction{
			Key:     keyOf(ref, stage, allocation.PoolVariance, currency),
			Amount:  variance,
			Entries: []ledger.Entry{{Account: allocation.AccountVariance, Amount: variance}},
		})
		total := b.total(currency)
		total.Billed = total.Billed.Add(variance)
		total.Accounts[allocation.AccountVariance] = total.Accounts[allocation.AccountVariance].Add(variance)
		total.Cells++
	}
}

// total finds the total of a currency, or adds one for a currency that was invoiced and not charged.
func (b *booked) total(currency string) *closing.CurrencyTotal {
	for i := range b.totals {
		if b.totals[i].Currency == currency {
			return &b.totals[i]
		}
	}
	b.totals = append(b.totals, closing.CurrencyTotal{
		Currency: currency, Accounts: map[string]decimal.Decimal{}, Coverage: decimal.NewFromInt(1),
	})
	return &b.totals[len(b.totals)-1]
}

func keyOf(ref closing.AttemptRef, stage int, pool, currency string) ledger.Key {
	return ledger.Key{Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt, Stage: stage, Pool: pool, Currency: currency}
}
