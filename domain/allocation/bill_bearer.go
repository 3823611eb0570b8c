package allocation

import (
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// toOwners divides the part under way among those who owned its resource in turn; what belongs to
// nobody, or to somebody who is no tenant, goes to @unowned (but see nobodys).
func (b *Bill) toOwners(total *billTotal, segment int, entry *compiledEntry) error {
	c := b.part.Charge
	if b.part.Start.IsZero() {
		return fault.New(fault.InvalidInput, "charge %d has no charge period, but its resource's owner decides who bears it; date the charges", c.SourceRow)
	}
	b.cuts = b.options.Owners.changes(c.ResourceID, b.cuts[:0])
	slices.SortFunc(b.cuts, time.Time.Compare)
	return cut(b.part.Start, b.part.End, b.cuts, b.part.Amount, total.minorDigits, func(start, end time.Time, amount decimal.Decimal) error {
		b.part.Start, b.part.End, b.part.Amount = start, end, amount
		record, owned := b.options.Owners.At(c.ResourceID, start)
		if owned {
			if tenant, filled := entry.template.fill(c, record.TenantID); filled && b.isTenant(tenant) {
				return b.toTenant(total, segment, tenant)
			}
		}
		b.toAccount(total, segment, nobodys(c, AccountUnowned))
		return nil
	})
}

// nobodys returns the account of what leads to no tenant: the one given, but for commitments that
// nobody used, which have their own.
func nobodys(c *charge.Charge, account string) string {
	if c.UnusedCommitment() {
		return AccountUnusedCommitment
	}
	return account
}

// toTenant adds direct cost of a tenant. What stands for time after the tenant's end goes to @departed,
// cut at the second, and so does all that is billed in a span that begins after it: such cost is late,
// and nobody who is still there shall bear it unnoticed. Time before a tenant's beginning is its own,
// as its resources are made ready then.
func (b *Bill) toTenant(total *billTotal, segment int, tenant string) error {
	until := b.endOf(tenant)
	start, end := b.part.Start, b.part.End
	switch {
	case until.IsZero():
		b.borne(total, segment, tenant)
		return nil
	case !b.options.Span.From.Before(until) || !start.IsZero() && !start.Before(until):
		b.toAccount(total, segment, AccountDeparted)
		return nil
	case start.IsZero() || !until.Before(end):
		b.borne(total, segment, tenant)
		return nil
	}
	return cut(start, end, []time.Time{until}, b.part.Amount, total.minorDigits, func(start, end time.Time, amount decimal.Decimal) error {
		b.part.Start, b.part.End, b.part.Amount = start, end, amount
		if start.Before(until) {
			b.borne(total, segment, tenant)
		} else {
			b.toAccount(total, segment, AccountDeparted)
		}
		return nil
	})
}

// endOf returns when a tenant leaves; zero where it does not, or where nobody knows.
func (b *Bill) endOf(tenant string) time.Time {
	if b.options.Roster == nil {
		return time.Time{}
	}
	place, _ := b.options.Roster.Place(tenant)
	return b.options.Roster.tenants[place].ActiveUntil
}

// borne adds what a tenant bears.
func (b *Bill) borne(total *billTotal, segment int, tenant string) {
	b.direct(segment, tenant)
	total.mapped++
	total.magnitude.AddDecimal(b.part.Amount.Abs())
	total.borne.AddDecimal(b.part.Amount.Abs())
}
