package allocation

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// PlacedPart is a part of a charge, or the whole of it, and where the mapping led it: to a pool, or to
// a tenant or reserved account as direct cost of a category.
type PlacedPart struct {
	Charge *charge.Charge
	// Start and End are the time that the part stands for, within that of the charge.
	Start, End time.Time
	Amount     decimal.Decimal
	// Pool is empty for direct cost; Account and Category are empty otherwise.
	Pool     string
	Account  string
	Category CostCategory
}

// place finds where the part under way goes, within one segment, and adds it there.
func (b *Bill) place(total *billTotal, segment int) error {
	matcher := b.matchers[segment]
	for from := 0; ; {
		decided := matcher.decide(b.part.Charge, from, b.isTenant)
		if decided.place < 0 {
			b.toAccount(total, segment, nobodys(b.part.Charge, AccountUnallocated))
			return nil
		}
		entry := &matcher.entries[decided.place]
		switch {
		case entry.Pool != "":
			b.toPool(total, segment, entry.Pool)
			return nil
		case entry.Account != "":
			b.toAccount(total, segment, entry.Account)
			return nil
		case !entry.byOwner:
			return b.toTenant(total, segment, decided.tenant)
		case !b.options.Owners.Known(b.part.Charge.ResourceID):
			from = decided.place + 1 // an entry that asks for an owner does not match without one
		default:
			return b.toOwners(total, segment, entry)
		}
	}
}

// isTenant reports whether an id made from a template is that of a tenant.
func (b *Bill) isTenant(id string) bool {
	if b.options.Roster == nil {
		return tenancy.CheckID(id) == nil
	}
	_, listed := b.options.Roster.Place(id)
	return listed
}

func (b *Bill) toAccount(total *billTotal, segment int, account string) {
	b.direct(segment, account)
	total.magnitude.AddDecimal(b.part.Amount.Abs())
	if account != AccountUnallocated {
		total.mapped++
	}
}

func (b *Bill) direct(segment int, account string) {
	category := CategoryOfCharge(b.part.Charge)
	b.sum(sumKey{account: account, category: category, currency: b.part.Charge.Currency, segment: segment}).AddDecimal(b.part.Amount)
	b.placed("", account, category)
}

func (b *Bill) toPool(total *billTotal, segment int, pool string) {
	amount := b.part.Amount
	b.sum(sumKey{pool: pool, currency: b.part.Charge.Currency, segment: segment}).AddDecimal(amount)
	total.mapped++
	total.magnitude.AddDecimal(amount.Abs())
	if total.pools[pool] == nil {
		total.pools[pool] = &money.Sum{}
	}
	total.pools[pool].AddDecimal(amount.Abs())
	b.placed(pool, "", "")
}

// placed tells who wants to know where the part under way went.
func (b *Bill) placed(pool, account string, category CostCategory) {
	if b.options.OnPart != nil {
		b.part.Pool, b.part.Account, b.part.Category = pool, account, category
		b.options.OnPart(&b.part)
	}
}

func (b *Bill) sum(key sumKey) *money.Sum {
	sum := b.sums[key]
	if sum == nil {
		sum = &money.Sum{}
		b.sums[key] = sum
	}
	return sum
}
