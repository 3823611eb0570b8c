package sample

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// The FOCUS charge categories and the class that the sample uses.
const (
	categoryUsage      = "Usage"
	categoryPurchase   = "Purchase"
	categoryTax        = "Tax"
	categoryCredit     = "Credit"
	categoryAdjustment = "Adjustment"
	classCorrection    = "Correction"
)

// bill gathers the charges of one billing period, in whatever order they are thought of.
type bill struct {
	month   period.Period
	charges []entry
}

// entry is a charge with its costs still as integers, since later charges are shares of earlier ones.
type entry struct {
	charge.Charge
	billed, effective amount
}

func newBill(month period.Period) *bill { return &bill{month: month} }

// add puts a charge on the bill; the fields that every charge of the month shares are filled in.
func (b *bill) add(c charge.Charge, billed, effective amount) {
	c.BillingPeriod = b.month
	c.Currency = Currency
	c.InvoiceID = invoiceID(b.month, c.BillingAccountID)
	if c.ChargePeriodStart.IsZero() {
		c.ChargePeriodStart, c.ChargePeriodEnd = b.month.Start(), b.month.End()
	}
	b.charges = append(b.charges, entry{c, billed, effective})
}

// invoiceID names the one invoice of an account and month.
func invoiceID(month period.Period, account string) string {
	start := month.Start()
	return fmt.Sprintf("INV-%04d%02d-%s", start.Year(), int(start.Month()), account[:4])
}

// addUsage charges every reading at its price, one row a day.
func (b *bill) addUsage(m *meter) {
	for _, r := range m.readings {
		c := chargeFor(r.resource, r.day, r.day.AddDate(0, 0, 1), r.quantity)
		cost := r.resource.price.times(r.quantity)
		b.add(c, cost, cost)
	}
}

// chargeFor describes the use of a resource.
func chargeFor(owned *resource, from, until time.Time, quantity milli) charge.Charge {
	c := charge.Charge{
		BillingAccountID: owned.account, ChargePeriodStart: from, ChargePeriodEnd: until,
		ChargeCategory: categoryUsage, Description: owned.service.name + " in " + owned.region,
		SubAccountID: owned.subAccount, SubAccountName: owned.subAccountName(),
		ServiceName: owned.service.name, ServiceCategory: owned.category,
		ResourceID: owned.id, ResourceName: owned.name, ResourceType: owned.resourceType,
		RegionID: owned.region, SkuID: owned.sku, ConsumedUnit: owned.unit, Tags: owned.tags,
	}
	c.ConsumedQuantity.Decimal, c.ConsumedQuantity.Valid = quantity.decimal(), true
	return c
}

// numbered returns the charges in the order of account, sub-account, resource and time, numbered from 1.
func (b *bill) numbered() []charge.Charge {
	slices.SortStableFunc(b.charges, func(x, y entry) int {
		return cmp.Or(
			cmp.Compare(x.BillingAccountID, y.BillingAccountID),
			cmp.Compare(x.SubAccountID, y.SubAccountID),
			cmp.Compare(x.ResourceID, y.ResourceID),
			x.ChargePeriodStart.Compare(y.ChargePeriodStart),
		)
	})
	charges := make([]charge.Charge, len(b.charges))
	for i, e := range b.charges {
		charges[i] = e.Charge
		charges[i].SourceRow = int64(i + 1)
		charges[i].BilledCost = e.billed.decimal()
		charges[i].EffectiveCost = e.effective.decimal()
	}
	return charges
}

// controlTotals sums billed cost per invoice and currency, in the order of account and invoice.
func controlTotals(charges []charge.Charge) []closing.ControlTotal {
	totals := Totals{}
	for i := range charges {
		totals.Add(&charges[i])
	}
	return totals.List()
}
