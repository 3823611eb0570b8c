package postgres_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestFreeze(t *testing.T) {
	t.Run("lists the book's current slices and says the same again", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("2", month, "1"), charged("1", month.Next(), "7")))
		d.load(intake.KindCharges, charges(charged("1", month, "20")))
		ref := d.attempt(month)
		frozen := d.freeze(ref)
		require.Len(t, frozen.Manifest.Inputs, 2)
		assert.Equal(t, int64(2), frozen.Charges)
		assert.Equal(t, frozen.Manifest.Hash(), frozen.Hash)
		assert.Equal(t, frozen, d.freeze(ref))
		totals, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 2)
		assert.Equal(t, "20", totals[0].BilledCost.String())
		assert.Equal(t, "INV-1", totals[0].InvoiceID)
	})
	t.Run("leaves out accounts of other books", func(t *testing.T) {
		d := newDeliveries(t)
		d.book.BillingAccounts = []string{"2"}
		d.load(intake.KindCharges, charges(charged("1", month, "10"), charged("2", month, "1")))
		ref := d.attempt(month)
		assert.Equal(t, int64(1), d.freeze(ref).Charges)
	})
	t.Run("what arrives later is late and changes nothing that is frozen", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		ref := d.attempt(month)
		hash := d.freeze(ref).Hash
		assert.Equal(t, []intake.Outcome{intake.OutcomeUnchanged}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "10")))))
		assert.Equal(t, []intake.Outcome{intake.OutcomeLate}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "11")))))
		assert.Equal(t, []intake.Outcome{intake.OutcomeLate}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "12")))))
		assert.Equal(t, []intake.Outcome{intake.OutcomeAdded}, outcomes(d.load(intake.KindCharges, charges(charged("3", month, "5")))),
			"an account that the close has nothing of is not frozen")
		assert.Equal(t, hash, d.freeze(ref).Hash)
		assert.Equal(t, "10", d.frozenCharges(ref)[0].BilledCost.String())
		late := d.late(intake.LateQuery{})
		require.Len(t, late, 1, "the later of two late deliveries counts")
		assert.Equal(t, "12", late[0].Sums["USD"].Billed.String())
	})
	t.Run("the frozen content delivered again takes back what came late", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		d.freeze(d.attempt(month))
		d.load(intake.KindCharges, charges(charged("1", month, "11")))
		assert.Equal(t, []intake.Outcome{intake.OutcomeReplaced}, outcomes(d.load(intake.KindCharges, charges(charged("1", month, "10")))))
		assert.Empty(t, d.late(intake.LateQuery{}))
	})
	t.Run("what came late takes its place once the attempt is given up", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		first := d.attempt(month)
		d.freeze(first)
		d.load(intake.KindCharges, charges(charged("1", month, "11")))
		d.load(intake.KindCharges, charges(charged("1", month, "0.5")), appended)
		d.withdraw(first)
		second := d.attempt(month)
		d.freeze(second)
		var sum []string
		for _, c := range d.frozenCharges(second) {
			sum = append(sum, c.BilledCost.String())
		}
		assert.ElementsMatch(t, []string{"11", "0.5"}, sum)
		assert.Equal(t, "10", d.frozenCharges(first)[0].BilledCost.String(), "the first attempt keeps what it froze")
	})
	t.Run("goes by the charge period where the book does", func(t *testing.T) {
		d := newDeliveries(t)
		d.book.PeriodBy = closing.PeriodByCharge
		billedLater := charged("1", month.Next(), "3")
		billedLater.ChargePeriodStart = month.End().Add(-time.Hour)
		usedBefore := charged("1", month, "4")
		usedBefore.ChargePeriodStart = month.Start().Add(-time.Hour)
		d.load(intake.KindCharges, charges(charged("1", month, "10"), usedBefore, billedLater, charged("1", month.Next(), "100")))
		ref := d.attempt(month)
		d.freeze(ref)
		var amounts []string
		for _, c := range d.frozenCharges(ref) {
			amounts = append(amounts, c.BilledCost.String())
		}
		assert.ElementsMatch(t, []string{"10", "3"}, amounts)
		totals, err := d.store.ChargedTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 1)
		assert.Equal(t, "14", totals[0].BilledCost.String(), "invoices are of the billing period")
	})
	t.Run("an unknown attempt is not found, and one that is over freezes nothing", func(t *testing.T) {
		d := newDeliveries(t)
		_, err := d.store.Freeze(context.Background(), intake.FreezeRequest{Ref: closing.AttemptRef{Book: "main", Period: month, Attempt: 1}, Book: d.book})
		assert.Equal(t, fault.NotFound, fault.CodeOf(err))
		ref := d.attempt(month)
		d.withdraw(ref)
		_, err = d.store.Freeze(context.Background(), intake.FreezeRequest{Ref: ref, Book: d.book})
		assert.Equal(t, fault.Conflict, fault.CodeOf(err))
	})
}

func TestFrozenInputsBesideCharges(t *testing.T) {
	d := newDeliveries(t)
	d.load(intake.KindUsage, usageRows(month,
		charge.Usage{TenantID: "b", Category: "compute", Quantity: decimalOf("1.5").Decimal, Start: month.Start()},
		charge.Usage{TenantID: "b", Category: "compute", Quantity: decimalOf("-0.25").Decimal},
		charge.Usage{TenantID: "a", Category: "storage", Quantity: decimalOf("1e3").Decimal}))
	d.load(intake.KindUsage, usageRows(month.Next(), charge.Usage{TenantID: "z", Category: "compute", Quantity: decimalOf("9").Decimal}))
	d.load(intake.KindTenants, tenantRows(
		tenancy.Tenant{ID: "a", Plan: tenancy.PlanFree, Name: "A", ActiveFrom: month.Start()},
		tenancy.Tenant{ID: "b", Plan: tenancy.PlanPremium, Weight: decimalOf("2.5").Decimal}))
	d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "b", Plan: tenancy.PlanEnterprise}, tenancy.Tenant{ID: "c", Plan: tenancy.PlanStandard}))
	d.load(intake.KindInvoices, totalRows(month,
		closing.ControlTotal{BillingAccountID: "1", InvoiceID: "B", Currency: "USD", BilledCost: decimalOf("12.30").Decimal},
		closing.ControlTotal{BillingAccountID: "1", InvoiceID: "A", Currency: "USD", BilledCost: decimalOf("-1").Decimal}))
	ref := d.attempt(month)
	frozen := d.freeze(ref)
	assert.Equal(t, int64(3+2+2+2), frozen.Rows)

	t.Run("usage is summed exactly by tenant and category", func(t *testing.T) {
		totals, err := d.store.UsageTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 2)
		assert.Equal(t, "a storage 1000", totals[0].TenantID+" "+totals[0].Category+" "+totals[0].Quantity.String())
		assert.Equal(t, "b compute 1.25", totals[1].TenantID+" "+totals[1].Category+" "+totals[1].Quantity.String())
		assert.Regexp(t, `^import [0-9a-f-]{36} \(.+\)$`, totals[0].Source)
	})
	t.Run("single records come in the order of delivery", func(t *testing.T) {
		var list []charge.Usage
		require.NoError(t, d.store.Usage(context.Background(), ref, func(u *charge.Usage) error {
			list = append(list, *u)
			return nil
		}))
		require.Len(t, list, 3)
		assert.Equal(t, month.Start(), list[0].Start)
		assert.True(t, list[1].Start.IsZero())
	})
	t.Run("the newest row of a tenant counts and others stay", func(t *testing.T) {
		tenants, err := d.store.Tenants(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, tenants, 3)
		assert.Equal(t, tenancy.PlanFree, tenants[0].Plan)
		assert.Equal(t, month.Start(), tenants[0].ActiveFrom)
		assert.Equal(t, tenancy.PlanEnterprise, tenants[1].Plan)
		assert.Equal(t, "c", tenants[2].ID)
	})
	t.Run("control totals come in the order of invoice", func(t *testing.T) {
		totals, err := d.store.ControlTotals(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, totals, 2)
		assert.Equal(t, "A", totals[0].InvoiceID)
		assert.Equal(t, "12.3", totals[1].BilledCost.String())
	})
	t.Run("tenants that change after the freeze do not change it", func(t *testing.T) {
		placed := d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "a", Plan: tenancy.PlanEnterprise}))
		assert.Equal(t, []intake.Outcome{intake.OutcomeAdded}, outcomes(placed))
		tenants, err := d.store.Tenants(context.Background(), ref)
		require.NoError(t, err)
		assert.Equal(t, tenancy.PlanFree, tenants[0].Plan)
		now, err := postgres.NewCurrentInputs(d.pool).Tenants(ctx)
		require.NoError(t, err)
		assert.Equal(t, tenancy.PlanEnterprise, now[0].Plan)
	})
	t.Run("current usage can be read without a freeze", func(t *testing.T) {
		totals, err := postgres.NewCurrentInputs(d.pool).UsageTotals(context.Background(), month.Next())
		require.NoError(t, err)
		require.Len(t, totals, 1)
		assert.Equal(t, "z", totals[0].TenantID)
	})
}
