package allocation

import (
	"cmp"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// PostingLine is what is posted on a tenant or reserved account in one currency.
type PostingLine struct {
	Account  string
	Currency string
	Amount   decimal.Decimal
}

// maxPostingDigits bounds the digits of what is posted.
const maxPostingDigits = 30

// AccountTotals sums cells per account and currency at full precision. The zero value is empty. It
// is not safe for concurrent use.
type AccountTotals struct {
	sums map[string]map[string]*money.Sum
}

// Add adds a cell.
func (t *AccountTotals) Add(currency, account string, amount decimal.Decimal) {
	if t.sums == nil {
		t.sums = make(map[string]map[string]*money.Sum)
	}
	accounts := t.sums[currency]
	if accounts == nil {
		accounts = make(map[string]*money.Sum)
		t.sums[currency] = accounts
	}
	if accounts[account] == nil {
		accounts[account] = &money.Sum{}
	}
	accounts[account].AddDecimal(amount)
}

// Post rounds the totals of each currency together to a number of digits, nil meaning those of the
// currency's minor unit, by the rule of apportionment: lines are in byte order of currency and
// account and sum to the grand total rounded toward zero. What full precision leaves over is on
// @rounding, so that all lines together are the grand total exactly. Accounts of zero have a line.
func (t *AccountTotals) Post(digits *int) ([]PostingLine, error) {
	var lines []PostingLine
	for _, currency := range sortedKeys(t.sums) {
		places, err := postingDigits(currency, digits)
		if err != nil {
			return nil, err
		}
		accounts := sortedKeys(t.sums[currency])
		totals := make([]money.Sum, len(accounts))
		for i, account := range accounts {
			totals[i].AddSum(t.sums[currency][account])
		}
		settled, rest := money.Settle(totals, places)
		if rest.Sign() != 0 {
			over := rest.Decimal()
			digits := money.QuantumDigits(places, over)
			lines = append(lines, PostingLine{AccountRounding, currency, money.FromUnits(money.Units(over, digits), digits)})
		}
		for i, account := range accounts {
			lines = append(lines, PostingLine{account, currency, money.FromUnits(settled[i], places)})
		}
	}
	sortLines(lines)
	return lines, nil
}

func postingDigits(currency string, digits *int) (int, error) {
	minor, err := money.MinorDigits(currency)
	if err != nil || digits == nil {
		return minor, err
	}
	return *digits, CheckPostingDigits(*digits)
}

// CheckPostingDigits returns an InvalidInput error for a number of digits that Post refuses.
func CheckPostingDigits(digits int) error {
	if digits < 0 || digits > maxPostingDigits {
		return fault.New(fault.InvalidInput, "amounts are posted with 0 to %d digits, not %d", maxPostingDigits, digits)
	}
	return nil
}

// Post sums the cells of pools per account and posts them; see AccountTotals.Post.
func Post(pools []PoolResult, digits *int) ([]PostingLine, error) {
	var totals AccountTotals
	for i := range pools {
		for cell := range pools[i].Cells() {
			totals.Add(pools[i].Currency, cell.Account, cell.Amount)
		}
	}
	return totals.Post(digits)
}

func sortLines(lines []PostingLine) {
	slices.SortStableFunc(lines, func(a, b PostingLine) int {
		return cmp.Or(strings.Compare(a.Currency, b.Currency), strings.Compare(a.Account, b.Account))
	})
}
