package postgres_test

import (
	"context"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// platform stands in for billing, compute and tenants with lists in memory. The page of charges
// whose number is in fails does not come, once.
type platform struct {
	charges  []charge.Charge
	usage    []charge.Usage
	totals   []closing.ControlTotal
	tenants  []tenancy.Tenant
	owned    []tenancy.Ownership
	pageSize int
	fails    map[int]bool
	asked    []string
}

func (p *platform) Charges(ctx context.Context, _ period.Period, cursor string) (closing.ChargePage, error) {
	p.asked = append(p.asked, cursor)
	if err := ctx.Err(); err != nil {
		return closing.ChargePage{}, err
	}
	start, _ := strconv.Atoi(cursor)
	if p.fails[start/p.pageSize] {
		delete(p.fails, start/p.pageSize)
		return closing.ChargePage{}, fault.New(fault.Unavailable, "billing does not answer")
	}
	end, next := min(start+p.pageSize, len(p.charges)), ""
	if end < len(p.charges) {
		next = strconv.Itoa(end)
	}
	return closing.ChargePage{Charges: append([]charge.Charge(nil), p.charges[start:end]...), Next: next, Total: int64(len(p.charges))}, nil
}

func (p *platform) ControlTotals(context.Context, period.Period) ([]closing.ControlTotal, error) {
	return p.totals, nil
}

func (p *platform) Post(context.Context, string, closing.Posting) error { return nil }

func (p *platform) Usage(context.Context, period.Period, string) (closing.UsagePage, error) {
	return closing.UsagePage{Usage: p.usage}, nil
}

func (p *platform) Ownership(context.Context, string) (closing.OwnershipPage, error) {
	return closing.OwnershipPage{Ownership: p.owned}, nil
}

func (p *platform) Tenants(context.Context) ([]tenancy.Tenant, error) { return p.tenants, nil }

// newPlatform lists two accounts with n charges of a dollar each.
func newPlatform(n int) *platform {
	p := &platform{pageSize: 4000, fails: map[int]bool{}}
	for i := range n {
		p.charges = append(p.charges, *charged(strconv.Itoa(1+i%2), month, "1"))
	}
	p.usage = []charge.Usage{{TenantID: "a", Category: "compute", Quantity: decimalOf("3").Decimal}}
	p.tenants = []tenancy.Tenant{{ID: "a", Plan: tenancy.PlanFree}}
	p.totals = []closing.ControlTotal{{BillingAccountID: "1", InvoiceID: "INV-1", Currency: "USD", BilledCost: decimalOf("5").Decimal}}
	p.owned = []tenancy.Ownership{{ResourceID: "r", TenantID: "a", From: month.Start()}}
	return p
}

func (d *deliveries) collector(p *platform) *intake.Collector {
	return &intake.Collector{Store: d.store, Billing: p, Compute: p, Tenants: p, Now: time.Now}
}

func (d *deliveries) collect(p *platform, ref closing.AttemptRef) (int64, error) {
	return d.collector(p).Collect(context.Background(), d.book, ref, nil)
}

func TestCollect(t *testing.T) {
	t.Run("takes everything, and the same attempt again changes nothing", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(10)
		ref := d.attempt(month)
		rows, err := d.collect(p, ref)
		require.NoError(t, err)
		assert.Equal(t, int64(14), rows)
		_, err = d.collect(p, ref)
		require.NoError(t, err)
		assert.Equal(t, "10", d.billed())
		frozen := d.freeze(ref)
		assert.Equal(t, int64(14), frozen.Rows)
		owned, err := d.store.Ownership(context.Background(), ref)
		require.NoError(t, err)
		assert.Equal(t, p.owned, owned)
	})
	t.Run("goes on after a page that did not come", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(30_000)
		p.fails[6] = true
		ref := d.attempt(month)
		_, err := d.collect(p, ref)
		require.Equal(t, fault.Unavailable, fault.CodeOf(err))
		assert.Equal(t, "0", d.billed(), "nothing is visible before the last page")
		stored := d.stored()
		assert.Positive(t, stored, "pages that came are kept")
		p.asked = nil
		_, err = d.collect(p, ref)
		require.NoError(t, err)
		assert.Equal(t, strconv.Itoa(stored), p.asked[0], "the next call asks for what is missing")
		assert.Equal(t, "30000", d.billed())
		assert.Equal(t, 30_000, d.stored())
	})
	t.Run("an interrupted collection comes to the same content as an undisturbed one", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(30_000)
		first := d.attempt(month)
		_, err := d.collect(p, first)
		require.NoError(t, err)
		undisturbed := d.freeze(first).Manifest.Inputs
		other := newDeliveries(t)
		p.fails[3], p.fails[5] = true, true
		second := other.attempt(month)
		for range 2 {
			_, err = other.collect(p, second)
			require.Error(t, err)
		}
		_, err = other.collect(p, second)
		require.NoError(t, err)
		assert.Equal(t, undisturbed, other.freeze(second).Manifest.Inputs)
	})
	t.Run("what an attempt that was given up had begun is removed", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(30_000)
		p.fails[6] = true
		first := d.attempt(month)
		_, err := d.collect(p, first)
		require.Error(t, err)
		d.withdraw(first)
		_, err = d.collect(newPlatform(10), d.attempt(month))
		require.NoError(t, err)
		assert.Equal(t, 10, d.stored())
	})
	t.Run("files rule over services, in whatever order they come", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(10)
		d.load(intake.KindCharges, charges(charged("1", month, "100")))
		d.load(intake.KindUsage, usageRows(month, charge.Usage{TenantID: "a", Category: "compute", Quantity: decimalOf("8").Decimal}))
		d.load(intake.KindTenants, tenantRows(tenancy.Tenant{ID: "a", Plan: tenancy.PlanPremium}))
		first := d.attempt(month)
		_, err := d.collect(p, first)
		require.NoError(t, err)
		assert.Equal(t, "105", d.billed(), "account 1 from the file, account 2 from the service")
		d.load(intake.KindCharges, charges(charged("2", month, "1000")))
		assert.Equal(t, "1100", d.billed())
		d.freeze(first)
		usage, err := d.store.UsageTotals(context.Background(), first)
		require.NoError(t, err)
		assert.Equal(t, "8", usage[0].Quantity.String())
		tenants, err := d.store.Tenants(context.Background(), first)
		require.NoError(t, err)
		assert.Equal(t, tenancy.PlanPremium, tenants[0].Plan)
	})
	t.Run("an account that the service lists no longer stops counting", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(10)
		first := d.attempt(month)
		_, err := d.collect(p, first)
		require.NoError(t, err)
		d.withdraw(first)
		p.charges = p.charges[:1]
		_, err = d.collect(p, d.attempt(month))
		require.NoError(t, err)
		assert.Equal(t, "1", d.billed())
	})
	t.Run("a month without usage is a slice without rows", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(0)
		p.usage = nil
		ref := d.attempt(month)
		_, err := d.collect(p, ref)
		require.NoError(t, err)
		var kinds []string
		for _, input := range d.freeze(ref).Manifest.Inputs {
			kinds = append(kinds, input.Kind)
		}
		assert.Equal(t, []string{"invoices", "ownership", "tenants", "usage"}, kinds)
	})
	t.Run("reports how far it is", func(t *testing.T) {
		d, p := newDeliveries(t), newPlatform(30_000)
		var last, total int64
		_, err := d.collector(p).Collect(context.Background(), d.book, d.attempt(month), func(done, of int64) {
			assert.GreaterOrEqual(t, done, last)
			last, total = done, max(total, of)
		})
		require.NoError(t, err)
		assert.Equal(t, int64(30_004), last)
		assert.GreaterOrEqual(t, total, int64(30_001))
	})
}

// exchangeOffice lists one rate for every month.
type exchangeOffice struct{ value string }

func (o exchangeOffice) ExchangeRates(_ context.Context, month period.Period) ([]exchange.Rate, error) {
	return []exchange.Rate{{Base: "EUR", Quote: "USD", Rate: decimalOf(o.value).Decimal, AsOf: month.Start()}}, nil
}

func TestExchangeRatesAreFrozen(t *testing.T) {
	ctx := context.Background()
	d := newDeliveries(t)
	ref := d.attempt(month)
	collector := d.collector(newPlatform(10))
	collector.Rates = exchangeOffice{"1.08420"}
	_, err := collector.Collect(ctx, d.book, ref, nil)
	require.NoError(t, err)
	frozen := d.freeze(ref)
	t.Run("and named in the manifest", func(t *testing.T) {
		require.True(t, slices.ContainsFunc(frozen.Manifest.Inputs, func(i closing.ManifestInput) bool { return i.Kind == "rates" && i.Rows == 1 }))
		rates, err := d.store.ExchangeRates(ctx, ref)
		require.NoError(t, err)
		require.Len(t, rates, 1)
		require.Equal(t, "EUR 1.0842 USD", rates[0].Base+" "+rates[0].Rate.String()+" "+rates[0].Quote)
	})
	t.Run("so that newer ones change nothing", func(t *testing.T) {
		rate := exchange.Rate{Base: "EUR", Quote: "USD", Rate: decimalOf("2").Decimal, AsOf: month.Start()}
		placed := d.load(intake.KindRates, sequence([]intake.Row{intake.RateRow(&rate, month)}))
		require.Equal(t, intake.OutcomeLate, placed[0].Outcome)
		rates, err := d.store.ExchangeRates(ctx, ref)
		require.NoError(t, err)
		require.Equal(t, "1.0842", rates[0].Rate.String())
	})
}
