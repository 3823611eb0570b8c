package allocation

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// PlacedSum is what charges came to in one place of a result: in a pool, before it was split, or
// directly on an account.
type PlacedSum struct {
	// Pool is a pool of the rules, or a name that begins with DirectPoolPrefix, or PoolPrepaid.
	Pool     string
	Account  string
	Currency string
	Amount   decimal.Decimal
}

// NeedsDates reports whether a rule changes within the span, so that sums do not tell what each rule
// gets.
func (b *Bill) NeedsDates() bool { return len(b.segments.cuts) > 0 }

// Restore adds what the charges of an earlier result came to, in place of the charges, so that its
// cells can be computed again where there are millions of them. Cells and explanations come out the
// same; the result's totals and numbers of rows do not. It is an Internal error where NeedsDates.
func (b *Bill) Restore(sum PlacedSum) error {
	if b.NeedsDates() {
		return fault.New(fault.Internal, "a bill whose rules change within the period cannot be restored from sums")
	}
	total := b.totals[sum.Currency]
	if total == nil {
		minorDigits, err := money.MinorDigits(sum.Currency)
		if err != nil {
			return err
		}
		total = &billTotal{minorDigits: minorDigits, pools: make(map[string]*money.Sum)}
		b.totals[sum.Currency] = total
	}
	key := sumKey{pool: sum.Pool, currency: sum.Currency}
	if category, direct := strings.CutPrefix(sum.Pool, DirectPoolPrefix); direct {
		key.pool, key.account, key.category = "", sum.Account, CostCategory(category)
	}
	if sum.Pool == PoolPrepaid {
		total.billed.AddDecimal(sum.Amount) // beside no effective cost it is the whole bridge
		return nil
	}
	b.sum(key).AddDecimal(sum.Amount)
	return nil
}
