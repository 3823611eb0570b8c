package allocation

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// place finds where a part of a charge goes, within one segment, and adds it there.
func (b *Bill) place(c *charge.Charge, total *billTotal, segment int, start, end time.Time, amount decimal.Decimal) error {
	matcher := b.matchers[segment]
	for from := 0; ; {
		decided := matcher.decide(c, from, b.isTenant)
		if decided.place < 0 {
			b.toAccount(c, total, segment, AccountUnallocated, amount)
			return nil
		}
		entry := &matcher.entries[decided.place]
		switch {
		case entry.Pool != "":
			b.toPool(c, total, segment, entry.Pool, amount)
			return nil
		case entry.Account != "":
			b.toAccount(c, total, segment, entry.Account, amount)
			return nil
		case !entry.byOwner:
			b.toTenant(c, total, segment, decided.tenant, start, amount)
			return nil
		case !b.options.Owners.Known(c.ResourceID):
			from = decided.place + 1 // an entry that asks for an owner does not match without one
		default:
			return b.toOwners(c, total, segment, entry, start, end, amount)
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

// toOwners divides a part of a charge among those who owned its resource in turn; what belongs to
// nobody, or to somebody who is no tenant, goes to @unowned.
func (b *Bill) toOwners(c *charge.Charge, total *billTotal, segment int, entry *compiledEntry, start, end time.Time, amount decimal.Decimal) error {
	if start.IsZero() {
		return fault.New(fault.InvalidInput, "charge %d has no charge period, but its resource's owner decides who bears it; date the charges", c.SourceRow)
	}
	b.cuts = b.options.Owners.changes(c.ResourceID, b.cuts[:0])
	slices.SortFunc(b.cuts, time.Time.Compare)
	return cut(start, end, b.cuts, amount, total.minorDigits, func(start, _ time.Time, part decimal.Decimal) error {
		record, owned := b.options.Owners.At(c.ResourceID, start)
		if owned {
			if tenant, filled := entry.template.fill(c, record.TenantID); filled && b.isTenant(tenant) {
				b.toTenant(c, total, segment, tenant, start, part)
				return nil
			}
		}
		b.toAccount(c, total, segment, AccountUnowned, part)
		return nil
	})
}

// toTenant adds direct cost of a tenant, or of @departed when the tenant had left by then.
func (b *Bill) toTenant(c *charge.Charge, total *billTotal, segment int, tenant string, start time.Time, amount decimal.Decimal) {
	if b.options.Roster != nil && !start.IsZero() {
		place, _ := b.options.Roster.Place(tenant)
		if until := b.options.Roster.tenants[place].ActiveUntil; !until.IsZero() && !start.Before(until) {
			b.toAccount(c, total, segment, AccountDeparted, amount)
			return
		}
	}
	b.direct(c, segment, tenant, amount)
	if b.options.OnTenant != nil {
		b.options.OnTenant(tenant, c, start, amount)
	}
	total.mapped++
	total.magnitude.AddDecimal(amount.Abs())
	total.borne.AddDecimal(amount.Abs())
}

func (b *Bill) toAccount(c *charge.Charge, total *billTotal, segment int, account string, amount decimal.Decimal) {
	b.direct(c, segment, account, amount)
	total.magnitude.AddDecimal(amount.Abs())
	if account != AccountUnallocated {
		total.mapped++
	}
}

func (b *Bill) direct(c *charge.Charge, segment int, account string, amount decimal.Decimal) {
	category := CategoryOfCharge(c.ServiceCategory, c.ChargeCategory, c.CommitmentDiscountID)
	b.sum(sumKey{account: account, category: category, currency: c.Currency, segment: segment}).AddDecimal(amount)
}

func (b *Bill) toPool(c *charge.Charge, total *billTotal, segment int, pool string, amount decimal.Decimal) {
	b.sum(sumKey{pool: pool, currency: c.Currency, segment: segment}).AddDecimal(amount)
	total.mapped++
	total.magnitude.AddDecimal(amount.Abs())
	if total.pools[pool] == nil {
		total.pools[pool] = &money.Sum{}
	}
	total.pools[pool].AddDecimal(amount.Abs())
}

func (b *Bill) sum(key sumKey) *money.Sum {
	sum := b.sums[key]
	if sum == nil {
		sum = &money.Sum{}
		b.sums[key] = sum
	}
	return sum
}
