package sample

import (
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/reservation"
)

// commitment is a reservation with what the sample needs to spread it.
type commitment struct {
	reservation.Reservation
	account string
	// upfront is paid once, monthly each month of the term.
	upfront, monthly amount
	months           int64
	// users are the tenants that use it, in turn more and less.
	users []string
	// dailyHours is what it covers per day.
	dailyHours milli
}

// commitments returns the three commitments. Their prices are chosen so that no day's share is a round
// number; the shared one's term lies wholly within the sample, so that what it cost and what was spread
// can be compared to the last digit.
func commitments() []commitment {
	on := func(year int, month time.Month) time.Time { return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC) }
	list := []commitment{
		{
			Reservation: reservation.Reservation{
				ID: "ri-acme-001", TenantID: "acme", SubAccountID: "acct-acme", Scope: reservation.ScopeTenant,
				PaymentOption: reservation.AllUpfront, TermStart: on(2026, time.January), TermEnd: on(2027, time.January),
			},
			account: AccountPrimary, upfront: 7000 * unit, months: 12, users: []string{"acme"}, dailyHours: 480_000,
		},
		{
			Reservation: reservation.Reservation{
				ID: "ri-borealis-001", TenantID: "borealis", SubAccountID: "acct-borealis", Scope: reservation.ScopeTenant,
				PaymentOption: reservation.PartialUpfront, TermStart: on(2025, time.November), TermEnd: on(2026, time.November),
			},
			account: AccountPrimary, upfront: 3000 * unit, monthly: 250 * unit, months: 12, users: []string{"borealis"}, dailyHours: 384_000,
		},
		{
			Reservation: reservation.Reservation{
				ID: "sp-shared-001", SubAccountID: subCommitments, Scope: reservation.ScopeShared,
				PaymentOption: reservation.PartialUpfront, TermStart: on(2025, time.October), TermEnd: on(2026, time.October),
			},
			account: AccountPrimary, upfront: 5000 * unit, monthly: 400 * unit, months: 12,
			users: []string{"cobalt", "dune", "ember", "kestrel"}, dailyHours: 720_000,
		},
	}
	for i := range list {
		list[i].ServiceName, list[i].SkuID, list[i].Currency = virtualMachine.name, virtualMachine.sku, Currency
		list[i].Upfront, list[i].Monthly = list[i].upfront.decimal(), list[i].monthly.decimal()
	}
	return list
}

func reservations() []reservation.Reservation {
	var list []reservation.Reservation
	for _, c := range commitments() {
		list = append(list, c.Reservation)
	}
	return list
}

// addCommitments charges purchases where they are paid, and spreads what was paid evenly over the
// days of the term. As FOCUS has it, a purchase has billed and no effective cost, the use of what
// was bought effective and no billed cost, and hours that nobody used are rows of their own.
func (b *bill) addCommitments(seed uint64) {
	for _, c := range commitments() {
		if b.month.Contains(c.TermStart) && c.upfront != 0 {
			b.add(c.purchase("Upfront fee of ", c.TermStart, c.TermEnd), c.upfront, 0)
		}
		if b.month.Start().Before(c.TermStart) || !b.month.Start().Before(c.TermEnd) {
			continue
		}
		if c.monthly != 0 {
			b.add(c.purchase("Monthly fee of ", b.month.Start(), b.month.End()), c.monthly, 0)
		}
		for day := b.month.Start(); day.Before(b.month.End()); day = day.AddDate(0, 0, 1) {
			b.addCommitmentDay(seed, c, day)
		}
	}
}

// addCommitmentDay spreads a day's share of the commitment over its users; the rest is unused.
func (b *bill) addCommitmentDay(seed uint64, c commitment, day time.Time) {
	const hour = 24 * time.Hour
	total := c.upfront + c.monthly*amount(c.months)
	days := int64(c.TermEnd.Sub(c.TermStart) / hour)
	cost := total.portion(int64(day.Sub(c.TermStart)/hour), days)
	random := draw(seed, "commitment", c.ID, day.Format(time.DateOnly))
	left, hours := cost, c.dailyHours
	for _, user := range c.users {
		perMille := (820 + random.Int64N(181)) / int64(len(c.users))
		part, used := cost*amount(perMille)/1000, c.dailyHours*milli(perMille)/1000
		b.add(c.use(user, "Used", day, used), 0, part)
		left, hours = left-part, hours-used
	}
	if left != 0 {
		b.add(c.use("", "Unused", day, hours), 0, left)
	}
}

// purchase describes a payment: it belongs to whoever bought, in the term that it is paid for.
func (c commitment) purchase(what string, from, until time.Time) charge.Charge {
	item := c.base(from, until)
	item.ChargeCategory, item.Description = categoryPurchase, what+c.ID
	item.SubAccountID, item.SubAccountName = c.SubAccountID, c.subAccountName()
	item.ResourceID, item.ResourceName, item.ResourceType = c.ID, c.ID, "commitment"
	return item
}

// use describes a day's use by a tenant, or without one the hours that nobody used. Those belong to
// whoever bought the commitment.
func (c commitment) use(tenant, status string, day time.Time, hours milli) charge.Charge {
	item := c.base(day, day.AddDate(0, 0, 1))
	item.ChargeCategory, item.Description = categoryUsage, fmt.Sprintf("%s, %s", c.ID, status)
	item.CommitmentDiscountStatus = status
	item.CommitmentDiscountQuantity.Decimal, item.CommitmentDiscountQuantity.Valid = hours.decimal(), true
	if tenant == "" {
		item.SubAccountID, item.SubAccountName = c.SubAccountID, c.subAccountName()
		item.ResourceID, item.ResourceType = c.ID, "commitment"
		return item
	}
	item.SubAccountID, item.SubAccountName = "acct-"+tenant, tenant
	item.ResourceID, item.ResourceType = virtualMachine.prefix+"-"+tenant+"-1", virtualMachine.resourceType
	item.ConsumedUnit, item.ConsumedQuantity = virtualMachine.unit, item.CommitmentDiscountQuantity
	return item
}

// base is what every row of a commitment has.
func (c commitment) base(from, until time.Time) charge.Charge {
	return charge.Charge{
		BillingAccountID: c.account, ChargePeriodStart: from, ChargePeriodEnd: until,
		ServiceName: c.ServiceName, ServiceCategory: virtualMachine.category, SkuID: c.SkuID,
		CommitmentDiscountID: c.ID,
	}
}

func (c commitment) subAccountName() string {
	if c.TenantID != "" {
		return c.TenantID
	}
	return subAccountNames[c.SubAccountID]
}
