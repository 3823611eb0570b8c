package statement

import (
	"cmp"
	"iter"
	"time"

	"github.com/shopspring/decimal"
)

// JournalLine is one line of the general ledger's journal. Exactly one of Debit and Credit is
// positive, the other zero.
type JournalLine struct {
	Reference string
	// Number counts the lines of the journal from 1.
	Number int
	// Date is the last day of the period.
	Date       time.Time
	GLAccount  string
	CostCentre string
	// Account is the tenant or reserved account, empty for the clearing account.
	Account     string
	Description string
	Currency    string
	Debit       decimal.Decimal
	Credit      decimal.Decimal
}

// Journal yields the double entry of the revision: a debit per tenant and reserved account (a credit
// where something is given back), and per currency the other side on the clearing account, so that
// each currency balances to zero. Accounts without an amount are left out. A restatement's journal
// holds what it changes, so that the journals of all revisions, booked one after the other, are the
// period as it stands.
//
// Amounts are in posting digits. Where the bill itself has more of them than that, @rounding carries
// what is left with all its digits, and the clearing account shows the bill exactly.
func (p *Publication) Journal(chart Chart) iter.Seq[JournalLine] {
	return func(yield func(JournalLine) bool) {
		number := 0
		emit := func(line JournalLine, amount decimal.Decimal) bool {
			if amount.IsZero() {
				return true
			}
			number++
			line.Reference, line.Number, line.Date = p.Reference(), number, p.Period.End().AddDate(0, 0, -1)
			if amount.IsPositive() {
				line.Debit = amount
			} else {
				line.Credit = amount.Neg()
			}
			return yield(line)
		}
		sum := decimal.Zero
		for i, posted := range p.changes {
			gl, centre := p.glAccount(chart, posted.Account)
			line := JournalLine{
				GLAccount: gl, CostCentre: centre, Account: posted.Account, Currency: posted.Currency,
				Description: "Cloud cost " + p.Period.String() + ", " + cmp.Or(p.tenants[posted.Account].Name, posted.Account),
			}
			if !emit(line, posted.Amount) {
				return
			}
			sum = sum.Add(posted.Amount)
			if i+1 < len(p.changes) && p.changes[i+1].Currency == posted.Currency {
				continue
			}
			clearing := JournalLine{
				GLAccount: chart.Clearing, Currency: posted.Currency,
				Description: "Cloud cost " + p.Period.String() + ", clearing of the bill",
			}
			if !emit(clearing, sum.Neg()) {
				return
			}
			sum = decimal.Zero
		}
	}
}
