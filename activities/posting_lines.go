package activities

import (
	"cmp"
	"context"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/money"
)

// postingLines sums the attempt's stored cells by currency and account and rounds them together to
// the book's posting digits, by default the currency's own, so that the lines of a currency sum to
// what is billed. What full precision leaves over is a line on @rounding. Lines of zero are left out.
func (a *Closing) postingLines(ctx context.Context, ref closing.AttemptRef) ([]closing.PostingLine, error) {
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return nil, err
	}
	sums := map[string]map[string]*money.Sum{}
	for transaction, err := range a.Ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt) {
		if err != nil {
			return nil, err
		}
		accounts := sums[transaction.Key.Currency]
		if accounts == nil {
			accounts = map[string]*money.Sum{}
			sums[transaction.Key.Currency] = accounts
		}
		for _, entry := range transaction.Entries {
			if accounts[entry.Account] == nil {
				accounts[entry.Account] = &money.Sum{}
			}
			accounts[entry.Account].AddDecimal(entry.Amount)
		}
	}
	var lines []closing.PostingLine
	for currency, accounts := range sums {
		settled, err := settle(currency, book.PostingDigits, accounts)
		if err != nil {
			return nil, err
		}
		lines = append(lines, settled...)
	}
	slices.SortFunc(lines, func(a, b closing.PostingLine) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), cmp.Compare(a.Account, b.Account))
	})
	return lines, nil
}

// settle rounds the totals of one currency.
func settle(currency string, postingDigits *int, accounts map[string]*money.Sum) ([]closing.PostingLine, error) {
	digits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	if postingDigits != nil {
		digits = *postingDigits
	}
	names := make([]string, 0, len(accounts))
	for name := range accounts {
		names = append(names, name)
	}
	slices.Sort(names) // remainders tie by account, so the order must not be the map's
	totals := make([]money.Sum, len(names))
	for i, name := range names {
		totals[i] = *accounts[name]
	}
	settled, rest := money.Settle(totals, digits)
	var lines []closing.PostingLine
	add := func(account string, amount decimal.Decimal) {
		if !amount.IsZero() {
			lines = append(lines, closing.PostingLine{Account: account, Currency: currency, Amount: amount})
		}
	}
	for i, name := range names {
		add(name, money.FromUnits(settled[i], digits))
	}
	add(allocation.AccountRounding, rest.Decimal())
	return lines, nil
}
