package activities

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// TestRestatedPostingsLaw restates random bills: what is posted over both revisions is what the new
// bill alone would post, line by line, although each revision is rounded.
func TestRestatedPostingsLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bill := func(label string) []ledger.Transaction {
			transaction := ledger.Transaction{Key: ledger.Key{Pool: "network", Currency: "USD"}}
			for _, account := range []string{"@unowned", "a", "b", "c"} {
				if rapid.Bool().Draw(t, label+" has "+account) {
					amount := decimal.New(rapid.Int64Range(-99999, 99999).Draw(t, label+" "+account), -4)
					transaction.Entries = append(transaction.Entries, ledger.Entry{Account: account, Amount: amount})
				}
			}
			return []ledger.Transaction{transaction}
		}
		digits := rapid.IntRange(0, 3).Draw(t, "digits")
		book := closing.Book{PostingDigits: &digits}
		before, err := postedLines(book, sequence(bill("old")))
		require.NoError(t, err)
		after, err := postedLines(book, sequence(bill("new")))
		require.NoError(t, err)

		posted := map[string]decimal.Decimal{}
		for _, line := range append(before, changedLines(before, after)...) {
			posted[line.Account] = posted[line.Account].Add(line.Amount.Decimal)
		}
		for _, line := range after {
			require.True(t, line.Amount.Equal(posted[line.Account]), "%s: %s posted, %s owed", line.Account, posted[line.Account], line.Amount)
			delete(posted, line.Account)
		}
		for account, amount := range posted {
			require.True(t, amount.IsZero(), "%s owes nothing, but %s stay posted", account, amount)
		}
	})
}
