package intake

import (
	"iter"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Row is one row on its way into the store.
type Row struct {
	SliceKey
	// Record is a *charge.Charge, *closing.ControlTotal, *charge.Usage, *tenancy.Tenant,
	// *tenancy.Ownership or *exchange.Rate, as the kind says. It is valid until the next row is asked for;
	// the map of a charge's tags must not change even then, as it is recognized by its address.
	Record any
}

// Rows yields rows until the first error, which ends the sequence and refuses the delivery.
type Rows = iter.Seq2[Row, error]

// OfCharges makes rows of charges.
func OfCharges(charges iter.Seq2[*charge.Charge, error]) Rows {
	return func(yield func(Row, error) bool) {
		for next, err := range charges {
			if err != nil {
				yield(Row{}, err)
				return
			}
			if !yield(ChargeRow(next), nil) {
				return
			}
		}
	}
}

// ChargeRow makes a row of a charge.
func ChargeRow(c *charge.Charge) Row {
	return Row{SliceKey: SliceKey{Kind: KindCharges, Scope: c.BillingAccountID, Period: c.BillingPeriod}, Record: c}
}

// ControlTotalRow makes a row of an invoice's control total in a month.
func ControlTotalRow(total *closing.ControlTotal, month period.Period) Row {
	return Row{SliceKey: SliceKey{Kind: KindInvoices, Scope: total.BillingAccountID, Period: month}, Record: total}
}

// UsageRow makes a row of a month's usage.
func UsageRow(usage *charge.Usage, month period.Period) Row {
	return Row{SliceKey: SliceKey{Kind: KindUsage, Period: month}, Record: usage}
}

// TenantRow makes a row of a tenant.
func TenantRow(tenant *tenancy.Tenant) Row {
	return Row{SliceKey: SliceKey{Kind: KindTenants}, Record: tenant}
}

// OwnershipRow makes a row of a resource's owner history.
func OwnershipRow(ownership *tenancy.Ownership) Row {
	return Row{SliceKey: SliceKey{Kind: KindOwnership}, Record: ownership}
}

// RateRow makes a row of a month's exchange rate.
func RateRow(rate *exchange.Rate, month period.Period) Row {
	return Row{SliceKey: SliceKey{Kind: KindRates, Period: month}, Record: rate}
}
