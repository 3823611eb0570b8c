package samplefile

import (
	"context"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// focusColumns are the columns of FOCUS 1.2 that a charge fills, in the order of writeCharge.
const focusColumns = "BillingAccountId,BillingPeriodStart,BillingPeriodEnd,InvoiceId,BillingCurrency," +
	"ChargePeriodStart,ChargePeriodEnd,BilledCost,EffectiveCost,ChargeCategory,ChargeClass,ChargeDescription," +
	"SubAccountId,SubAccountName,ServiceName,ServiceCategory,ResourceId,ResourceName,ResourceType,RegionId,SkuId," +
	"ConsumedQuantity,ConsumedUnit,CommitmentDiscountId,CommitmentDiscountStatus,CommitmentDiscountQuantity,Tags"

// writeCharges writes the bill and sums its control totals on the way.
func writeCharges(ctx context.Context, t *table, scale sample.Scale, totals sample.Totals) error {
	if err := t.header(focusColumns); err != nil {
		return err
	}
	for c := range scale.Charges() {
		totals.Add(&c)
		if err := writeCharge(t, &c); err != nil {
			return err
		}
		if c.SourceRow%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// writeCharge writes one row; the order of fields is that of focusColumns.
func writeCharge(t *table, c *charge.Charge) error {
	t.text(c.BillingAccountID)
	t.instant(c.BillingPeriod.Start())
	t.instant(c.BillingPeriod.End())
	t.text(c.InvoiceID)
	t.text(c.Currency)
	t.instant(c.ChargePeriodStart)
	t.instant(c.ChargePeriodEnd)
	t.text(c.BilledCost.String())
	t.text(c.EffectiveCost.String())
	for _, field := range []string{
		c.ChargeCategory, c.ChargeClass, c.Description, c.SubAccountID, c.SubAccountName,
		c.ServiceName, c.ServiceCategory, c.ResourceID, c.ResourceName, c.ResourceType, c.RegionID, c.SkuID,
	} {
		t.text(field)
	}
	quantity(t, c.ConsumedQuantity.Valid, c.ConsumedQuantity.Decimal.String)
	t.text(c.ConsumedUnit)
	t.text(c.CommitmentDiscountID)
	t.text(c.CommitmentDiscountStatus)
	quantity(t, c.CommitmentDiscountQuantity.Valid, c.CommitmentDiscountQuantity.Decimal.String)
	if len(c.Tags) == 0 {
		t.text("")
		return t.end()
	}
	tags, err := json.Marshal(c.Tags)
	if err != nil {
		return err
	}
	t.text(string(tags))
	return t.end()
}

// quantity writes an empty field where FOCUS has NULL.
func quantity(t *table, valid bool, text func() string) {
	if valid {
		t.text(text())
	} else {
		t.text("")
	}
}

// writeUsage writes dated records, which rules that change within the month need.
func writeUsage(ctx context.Context, t *table, scale sample.Scale) error {
	if err := t.header("tenant_id,category,quantity,start,end"); err != nil {
		return err
	}
	line := 0
	for usage := range scale.Usage() {
		t.text(usage.TenantID)
		t.text(usage.Category)
		t.text(usage.Quantity.String())
		t.instant(usage.Start)
		t.instant(usage.End)
		if err := t.end(); err != nil {
			return err
		}
		if line++; line%checkEvery == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// writeTenants writes the columns that the allocation needs, and the name for people.
func writeTenants(t *table, scale sample.Scale) error {
	if err := t.header("tenant_id,plan,active_from,active_until,weight,name"); err != nil {
		return err
	}
	for tenant := range scale.TenantList() {
		t.text(tenant.ID)
		t.text(string(tenant.Plan))
		t.instant(tenant.ActiveFrom)
		t.instant(tenant.ActiveUntil)
		t.text(tenant.Weight.String())
		t.text(tenant.Name)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

// writeInvoices must come after writeCharges, which sums the totals.
func writeInvoices(t *table, scale sample.Scale, totals sample.Totals) error {
	if err := t.header("billing_account_id,invoice_id,currency,billed_cost,period"); err != nil {
		return err
	}
	for _, total := range totals.List() {
		t.text(total.BillingAccountID)
		t.text(total.InvoiceID)
		t.text(total.Currency)
		t.text(total.BilledCost.String())
		t.text(scale.Period.String())
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}

// writePools writes pools for allocations without a bill.
func writePools(t *table, scale sample.Scale) error {
	if err := t.header("pool_id,amount,strategy,weights"); err != nil {
		return err
	}
	for pool := range scale.Pools() {
		t.text(pool.ID)
		t.text(pool.Amount.String())
		t.text(pool.Strategy)
		t.text(pool.Weights)
		if err := t.end(); err != nil {
			return err
		}
	}
	return nil
}
