package activities

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// postingLines rounds the attempt's stored cells, summed by currency and account, to the book's
// posting digits, so that the lines of a currency sum to what is billed.
func (a *Closing) postingLines(ctx context.Context, ref closing.AttemptRef) ([]closing.PostingLine, error) {
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return nil, err
	}
	var totals allocation.AccountTotals
	for transaction, err := range a.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt) {
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
		lines[i] = closing.PostingLine{Account: line.Account, Currency: line.Currency, Amount: line.Amount}
	}
	return lines, nil
}
