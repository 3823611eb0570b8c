package postgres_test

import (
	"context"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// used makes usage of a tenant's computing.
func used(tenant, quantity string) charge.Usage {
	return charge.Usage{TenantID: tenant, Category: "compute", Quantity: decimal.RequireFromString(quantity)}
}

func rateRows(rate string) intake.Rows {
	return func(yield func(intake.Row, error) bool) {
		yield(intake.RateRow(&exchange.Rate{Base: "USD", Quote: "EUR", Rate: decimal.RequireFromString(rate), AsOf: month.Start()}, month), nil)
	}
}

// openRestatement asks for a restatement of the month and returns its refusal, if any.
func (d *deliveries) openRestatement(wanted closing.Restatement) (closing.AttemptRef, error) {
	d.t.Helper()
	wanted.Reason = "usage came late"
	status, _, err := postgres.NewClosing(d.pool).OpenRestatement(context.Background(), closing.OpenRequest{
		Book: "main", Period: month, RequestedBy: "operator",
	}, wanted)
	return status.Ref(), err
}

// restated freezes a restatement of the month.
func (d *deliveries) restated(wanted closing.Restatement) (closing.AttemptRef, intake.Frozen) {
	d.t.Helper()
	ref, err := d.openRestatement(wanted)
	require.NoError(d.t, err)
	restated, err := postgres.NewClosing(d.pool).Restated(context.Background(), ref)
	require.NoError(d.t, err)
	frozen, err := d.store.Freeze(context.Background(), intake.FreezeRequest{Ref: ref, Book: d.book, Restated: &restated})
	require.NoError(d.t, err)
	return ref, frozen
}

// usage lists the usage that an attempt froze, by tenant.
func (d *deliveries) usage(ref closing.AttemptRef) map[string]string {
	d.t.Helper()
	totals, err := d.store.UsageTotals(context.Background(), ref)
	require.NoError(d.t, err)
	byTenant := map[string]string{}
	for _, total := range totals {
		byTenant[total.TenantID] = total.Quantity.String()
	}
	return byTenant
}

func TestRestatementOfLateUsage(t *testing.T) {
	closed := func(t *testing.T) (*deliveries, closing.AttemptRef) {
		d := newDeliveries(t)
		d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "a", Plan: tenancy.PlanFree}, tenancy.Tenant{ID: "b", Plan: tenancy.PlanFree}))
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		d.load(intake.KindUsage, usageRows(month, used("a", "3"), used("b", "1")))
		return d, d.close(month)
	}
	t.Run("a corrected delivery takes the place of what was frozen, which the old revision keeps", func(t *testing.T) {
		d, first := closed(t)
		d.load(intake.KindUsage, usageRows(month, used("a", "2"), used("b", "2")))
		ref, frozen := d.restated(closing.Restatement{})
		assert.Equal(t, map[string]string{"a": "2", "b": "2"}, d.usage(ref))
		assert.Equal(t, map[string]string{"a": "3", "b": "1"}, d.usage(first))
		assert.Equal(t, []string{"10"}, d.amounts(ref)[month])
		assert.NotEmpty(t, frozen.Hash)
	})
	t.Run("one that is appended stands beside it", func(t *testing.T) {
		d, _ := closed(t)
		d.load(intake.KindUsage, usageRows(month, used("b", "0.5")), appended)
		ref, _ := d.restated(closing.Restatement{})
		assert.Equal(t, map[string]string{"a": "3", "b": "1.5"}, d.usage(ref))
	})
	t.Run("is taken where the close had none at all", func(t *testing.T) {
		d := newDeliveries(t)
		d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "a", Plan: tenancy.PlanFree}))
		d.load(intake.KindCharges, charges(charged("1", month, "10")))
		d.close(month)
		d.load(intake.KindUsage, usageRows(month, used("a", "2")))
		require.Len(t, d.late(intake.LateQuery{Waiting: true}), 1)
		ref, _ := d.restated(closing.Restatement{})
		assert.Equal(t, map[string]string{"a": "2"}, d.usage(ref))
	})
	t.Run("is left where others are named, and taken by its own hash", func(t *testing.T) {
		d, _ := closed(t)
		late := d.load(intake.KindUsage, usageRows(month, used("a", "2")))
		credit := d.load(intake.KindCharges, charges(charged("1", month, "-1")), appended)
		ref, _ := d.restated(closing.Restatement{Include: []string{credit[0].ContentHash}})
		assert.Equal(t, map[string]string{"a": "3", "b": "1"}, d.usage(ref))
		d.finishRestatement(t, ref)
		ref, _ = d.restated(closing.Restatement{Include: []string{late[0].ContentHash}})
		assert.Equal(t, map[string]string{"a": "2"}, d.usage(ref))
		assert.ElementsMatch(t, []string{"10", "-1"}, d.amounts(ref)[month])
	})
	t.Run("once taken stays, until another comes", func(t *testing.T) {
		d, _ := closed(t)
		d.load(intake.KindUsage, usageRows(month, used("a", "2")))
		ref, _ := d.restated(closing.Restatement{})
		d.finishRestatement(t, ref)
		_, err := d.openRestatement(closing.Restatement{})
		require.Equal(t, fault.Conflict, fault.CodeOf(err))
		d.load(intake.KindUsage, usageRows(month, used("b", "7")), appended)
		ref, _ = d.restated(closing.Restatement{})
		assert.Equal(t, map[string]string{"a": "2", "b": "7"}, d.usage(ref))
	})
	t.Run("does not reach the close of the next month", func(t *testing.T) {
		d, _ := closed(t)
		d.load(intake.KindUsage, usageRows(month, used("a", "2")))
		next := d.attempt(month.Next())
		d.freeze(next)
		assert.Empty(t, d.usage(next))
		assert.Len(t, d.late(intake.LateQuery{Waiting: true}), 1)
	})
}

func TestRestatementOfRates(t *testing.T) {
	rate := func(d *deliveries, ref closing.AttemptRef) string {
		rates, err := d.store.ExchangeRates(context.Background(), ref)
		require.NoError(t, err)
		require.Len(t, rates, 1)
		return rates[0].Rate.String()
	}
	d := newDeliveries(t)
	d.load(intake.KindCharges, charges(charged("1", month, "10")))
	d.load(intake.KindRates, rateRows("0.9"))
	d.close(month)
	d.load(intake.KindRates, rateRows("0.8"))
	_, err := d.openRestatement(closing.Restatement{})
	require.Equal(t, fault.Conflict, fault.CodeOf(err), "newer rates alone are nothing to restate")
	d.load(intake.KindCharges, charges(charged("1", month, "-1")), appended)
	ref, _ := d.restated(closing.Restatement{})
	assert.Equal(t, "0.9", rate(d, ref), "the original's rates, unless the decision names new ones")
	d.finishRestatement(t, ref)
	ref, _ = d.restated(closing.Restatement{Rates: closing.OriginCurrent})
	assert.Equal(t, "0.8", rate(d, ref))
}

func TestListOfLateDeliveries(t *testing.T) {
	d := newDeliveries(t)
	d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "a", Plan: tenancy.PlanFree}))
	d.load(intake.KindCharges, charges(charged("1", month, "10")))
	d.load(intake.KindUsage, usageRows(month, used("a", "3")))
	assert.Empty(t, d.late(intake.LateQuery{}), "nothing is late for a month that nothing has frozen")
	d.close(month)
	assert.Empty(t, d.late(intake.LateQuery{}), "what the close froze is not late")

	d.load(intake.KindCharges, charges(charged("1", month, "-2")), appended)
	d.load(intake.KindCharges, charges(charged("9", month, "4")))
	d.load(intake.KindUsage, usageRows(month, used("a", "5")))
	kinds := func(list []intake.LateDelivery) (kinds []intake.Kind) {
		for _, one := range list {
			kinds = append(kinds, one.Kind)
		}
		return kinds
	}
	all := d.late(intake.LateQuery{})
	require.Equal(t, []intake.Kind{intake.KindCharges, intake.KindCharges, intake.KindUsage}, kinds(all), "an account that is new counts too")
	assert.Equal(t, "-2", all[0].Sums["USD"].Billed.String())
	assert.True(t, all[0].Appended)
	assert.Equal(t, "9", all[1].Scope)
	assert.Equal(t, "bill.csv", all[0].Name)
	t.Run("it goes on where a page ended, and can be narrowed", func(t *testing.T) {
		first := d.late(intake.LateQuery{Limit: 2})
		require.Len(t, first, 2)
		assert.Equal(t, all[2:], d.late(intake.LateQuery{After: first[1].ID}))
		assert.Equal(t, all[2:], d.late(intake.LateQuery{Kind: intake.KindUsage}))
	})
	t.Run("it names what took a delivery, a later close or a restatement", func(t *testing.T) {
		next := d.close(month.Next())
		taken := d.late(intake.LateQuery{})
		require.Len(t, taken, 3)
		assert.Equal(t, next.WorkflowID(), taken[0].TakenBy.WorkflowID())
		assert.Equal(t, 1, taken[0].TakenRevision)
		assert.Equal(t, all[2:], d.late(intake.LateQuery{Waiting: true}))
		ref, _ := d.restated(closing.Restatement{})
		usage := d.late(intake.LateQuery{Kind: intake.KindUsage})[0]
		assert.Equal(t, ref.WorkflowID(), usage.TakenBy.WorkflowID())
		assert.Zero(t, usage.TakenRevision, "it is not approved")
		d.finishRestatement(t, ref)
		assert.Equal(t, 2, d.late(intake.LateQuery{Kind: intake.KindUsage})[0].TakenRevision)
	})
	t.Run("another book sees nothing of it", func(t *testing.T) {
		other := *d
		other.book.ID, other.book.BillingAccounts = "other", []string{"77"}
		_, err := postgres.EnsureBook(context.Background(), d.pool, other.book)
		require.NoError(t, err)
		for _, one := range other.late(intake.LateQuery{}) {
			assert.Equal(t, intake.KindUsage, one.Kind, "usage is of no book")
		}
	})
}
