package activities

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/money"
)

// postingLines returns what an attempt posts. A restatement posts what it makes of the posted amounts
// less what was posted before, so that over all revisions the posted amounts are those of the bill as
// it stands: changes that are rounded on their own would not sum to that.
func (a *Closing) postingLines(ctx context.Context, ref closing.AttemptRef) ([]closing.PostingLine, error) {
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return nil, err
	}
	if ref.Restates == 0 {
		return postedLines(book, a.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt))
	}
	before, err := postedLines(book, a.Ledger.AsOf(ctx, ref.Book, ref.Period, ref.Restates-1, 0))
	if err != nil {
		return nil, err
	}
	after, err := postedLines(book, a.Ledger.AsOf(ctx, ref.Book, ref.Period, ref.Restates-1, ref.Attempt))
	if err != nil {
		return nil, err
	}
	return changedLines(before, after), nil
}

// postedLines rounds stored cells, summed by currency and account, to the book's posting digits, so
// that the lines of a currency sum to what is billed.
func postedLines(book closing.Book, transactions iter.Seq2[ledger.Transaction, error]) ([]closing.PostingLine, error) {
	var totals allocation.AccountTotals
	for transaction, err := range transactions {
		if err != nil {
			return nil, err
		}
		for _, entry := range transaction.Entries {
			if ledger.IsTransfer(entry.Account) {
				continue // whoever bears it has a cell of the receiving pool
			}
			totals.Add(transaction.Key.Currency, entry.Account, entry.Amount)
		}
	}
	posted, err := totals.Post(book.PostingDigits)
	if err != nil {
		return nil, err
	}
	lines := make([]closing.PostingLine, len(posted))
	for i, line := range posted {
		lines[i] = closing.PostingLine{Account: line.Account, Currency: line.Currency, Amount: money.Posted{Decimal: line.Amount}}
	}
	return lines, nil
}

// changedLines returns after − before, without what did not change, in the order of postings.
func changedLines(before, after []closing.PostingLine) []closing.PostingLine {
	type key struct{ currency, account string }
	amounts := map[key]decimal.Decimal{}
	for _, line := range after {
		amounts[key{line.Currency, line.Account}] = line.Amount.Decimal
	}
	for _, line := range before {
		at := key{line.Currency, line.Account}
		amounts[at] = amounts[at].Sub(line.Amount.Decimal)
	}
	changed := []closing.PostingLine{}
	for at, amount := range amounts {
		if !amount.IsZero() {
			changed = append(changed, closing.PostingLine{Account: at.account, Currency: at.currency, Amount: money.Posted{Decimal: amount}})
		}
	}
	slices.SortFunc(changed, func(a, b closing.PostingLine) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	})
	return changed
}
