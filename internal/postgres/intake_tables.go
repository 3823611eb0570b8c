package postgres

import (
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// intakeTable is where the rows of a kind are kept and how they are written. The first two columns
// of each are slice_id and row_no.
type intakeTable struct {
	name    string
	columns string
	// encode appends the further columns in their order.
	encode func(b *copyBuffer, record any)
}

// copyStatement returns the statement that the rows are copied by.
func (t intakeTable) copyStatement() string {
	return "COPY " + t.name + " (slice_id, row_no, " + t.columns + ") FROM STDIN (FORMAT binary)"
}

// intakeTables lists the table of each kind.
var intakeTables = map[intake.Kind]intakeTable{
	intake.KindCharges: {
		name: "charges",
		columns: `billing_account_id, billing_period, invoice_id, currency, charge_period_start, charge_period_end,
			billed_cost, effective_cost, charge_category, charge_class, charge_description,
			sub_account_id, sub_account_name, service_name, service_category,
			resource_id, resource_name, resource_type, region_id, sku_id,
			consumed_quantity, consumed_unit, commitment_discount_id, commitment_discount_status,
			commitment_discount_quantity, source_row, tags`,
		encode: encodeCharge,
	},
	intake.KindInvoices: {
		name:    "control_totals",
		columns: "billing_account_id, invoice_id, currency, billed_cost",
		encode: func(b *copyBuffer, record any) {
			total := record.(*closing.ControlTotal)
			b.text(total.BillingAccountID)
			b.text(total.InvoiceID)
			b.text(total.Currency)
			b.decimal(total.BilledCost)
		},
	},
	intake.KindUsage: {
		name:    "usage_records",
		columns: "tenant_id, category, quantity, started_at, ended_at",
		encode: func(b *copyBuffer, record any) {
			usage := record.(*charge.Usage)
			b.text(usage.TenantID)
			b.text(usage.Category)
			b.decimal(usage.Quantity)
			b.instant(usage.Start)
			b.instant(usage.End)
		},
	},
	intake.KindTenants: {
		name:    "tenants",
		columns: "tenant_id, name, plan, active_from, active_until, weight, gl_account, cost_centre",
		encode: func(b *copyBuffer, record any) {
			tenant := record.(*tenancy.Tenant)
			b.text(tenant.ID)
			b.text(tenant.Name)
			b.text(string(tenant.Plan))
			b.instant(tenant.ActiveFrom)
			b.instant(tenant.ActiveUntil)
			b.decimal(tenant.Weight)
			b.text(tenant.GLAccount)
			b.text(tenant.CostCentre)
		},
	},
	intake.KindOwnership: {
		name:    "ownership",
		columns: "resource_id, tenant_id, project_id, owned_from, owned_until",
		encode: func(b *copyBuffer, record any) {
			owned := record.(*tenancy.Ownership)
			b.text(owned.ResourceID)
			b.text(owned.TenantID)
			b.text(owned.ProjectID)
			b.instant(owned.From)
			b.instant(owned.Until)
		},
	},
	intake.KindRates: {
		name:    "exchange_rates",
		columns: "base, quote, rate, as_of",
		encode: func(b *copyBuffer, record any) {
			rate := record.(*exchange.Rate)
			b.text(rate.Base)
			b.text(rate.Quote)
			b.decimal(rate.Rate)
			b.instant(rate.AsOf)
		},
	},
}

// encodeCharge writes every field: what a close does not need today, an explanation may ask for.
func encodeCharge(b *copyBuffer, record any) {
	c := record.(*charge.Charge)
	b.text(c.BillingAccountID)
	b.text(c.BillingPeriod.String())
	b.text(c.InvoiceID)
	b.text(c.Currency)
	b.instant(c.ChargePeriodStart)
	b.instant(c.ChargePeriodEnd)
	b.decimal(c.BilledCost)
	b.decimal(c.EffectiveCost)
	b.text(c.ChargeCategory)
	b.text(c.ChargeClass)
	b.text(c.Description)
	b.text(c.SubAccountID)
	b.text(c.SubAccountName)
	b.text(c.ServiceName)
	b.text(c.ServiceCategory)
	b.text(c.ResourceID)
	b.text(c.ResourceName)
	b.text(c.ResourceType)
	b.text(c.RegionID)
	b.text(c.SkuID)
	b.optional(c.ConsumedQuantity)
	b.text(c.ConsumedUnit)
	b.text(c.CommitmentDiscountID)
	b.text(c.CommitmentDiscountStatus)
	b.optional(c.CommitmentDiscountQuantity)
	b.number(c.SourceRow)
	b.tags(c.Tags)
}
