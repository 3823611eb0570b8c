package sample

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Scale describes a month of any size, for measurements. Its rows are made one after the other and
// kept nowhere: a million charges take no more memory than one. Like the sample, they depend on
// nothing but what is stated here.
type Scale struct {
	Seed    uint64
	Tenants int
	// Lines and UsageLines are the numbers of charges and of usage records.
	Lines, UsageLines int64
	Period            period.Period
}

const (
	maxScaleTenants = 1_000_000
	maxScaleLines   = 100_000_000
	// scalePools is the number of shared pools, scaleShared how many of 100 charges go to them.
	scalePools  = 20
	scaleShared = 5
)

// Validate returns an InvalidInput error for a scale that cannot be made.
func (s Scale) Validate() error {
	switch {
	case s.Tenants < 1 || s.Tenants > maxScaleTenants:
		return fault.Invalid("tenants", "the number of tenants is %d; give 1 to %d", s.Tenants, maxScaleTenants)
	case s.Lines < 1 || s.Lines > maxScaleLines:
		return fault.Invalid("lines", "the number of lines is %d; give 1 to %d", s.Lines, maxScaleLines)
	case s.UsageLines < 0 || s.UsageLines > maxScaleLines:
		return fault.Invalid("usage-lines", "the number of usage lines is %d; give 0 to %d", s.UsageLines, maxScaleLines)
	case s.Period.IsZero():
		return fault.Invalid("period", "give the month, such as 2026-09")
	}
	return nil
}

// tenantID is padded, so that byte order is numeric order.
func (s Scale) tenantID(i int) string { return fmt.Sprintf("tenant-%06d", i) }

// poolID names a pool, and the sub-account whose charges go to it.
func poolID(i int) string { return fmt.Sprintf("shared-%02d", i) }

// TenantList yields the tenants in byte order of id. Every hundredth came, and every hundredth but
// one left, in the middle of the month; the others have no beginning, so that a bill of any month,
// however long ago, has someone to bear it.
func (s Scale) TenantList() iter.Seq[tenancy.Tenant] {
	order := []tenancy.Plan{tenancy.PlanFree, tenancy.PlanStandard, tenancy.PlanPremium, tenancy.PlanEnterprise}
	middle := s.Period.Start().AddDate(0, 0, 14)
	return func(yield func(tenancy.Tenant) bool) {
		for i := range s.Tenants {
			tenant := tenancy.Tenant{
				ID: s.tenantID(i), Name: fmt.Sprintf("Tenant %d", i), Plan: order[i%len(order)],
				Weight: decimal.NewFromInt(int64(i%7 + 1)),
			}
			switch i % 100 {
			case 98:
				tenant.ActiveUntil = middle
			case 99:
				tenant.ActiveFrom = middle
			}
			if !yield(tenant) {
				return
			}
		}
	}
}

// scaled are the services that tenants of a scale use.
var scaled = []service{virtualMachine, objectStore, loadBalancer, database}

// Charges yields the charges of the month, numbered from 1, in an order as providers deliver them:
// by time, not by tenant.
func (s Scale) Charges() iter.Seq[charge.Charge] {
	return func(yield func(charge.Charge) bool) {
		random := draw(s.Seed, "scale", "charges", s.Period.String())
		tags := []map[string]string{
			nil, {"team": "platform"}, {spaced("Team"): "web", "environment": "production"}, {"TEAM": "data"},
		}
		hours := int64(s.Period.End().Sub(s.Period.Start()) / time.Hour)
		for line := range s.Lines {
			start := s.Period.Start().Add(time.Duration(line*hours/s.Lines) * time.Hour)
			c := s.charge(random, start)
			c.SourceRow = line + 1
			c.Tags = tags[random.IntN(len(tags))]
			if !yield(c) {
				return
			}
		}
	}
}

// charge draws one charge of an hour. Amounts are small, as metered by the hour, so that rounding
// has something to do.
func (s Scale) charge(random *rand.Rand, start time.Time) charge.Charge {
	product := scaled[random.IntN(len(scaled))]
	tenant := random.IntN(s.Tenants)
	owner, account := s.tenantID(tenant), AccountPrimary
	if tenant%3 == 0 {
		account = AccountSecondary
	}
	if random.IntN(100) < scaleShared {
		owner, account = poolID(random.IntN(scalePools)), AccountPrimary
	}
	quantity := milli(random.Int64N(int64(product.daily)/24) + 1)
	cost := product.price.times(quantity)
	c := charge.Charge{
		BillingAccountID: account, BillingPeriod: s.Period, InvoiceID: invoiceID(s.Period, account),
		Currency: Currency, ChargePeriodStart: start, ChargePeriodEnd: start.Add(time.Hour),
		BilledCost: cost.decimal(), EffectiveCost: cost.decimal(),
		ChargeCategory: categoryUsage, Description: product.name,
		SubAccountID: owner, SubAccountName: owner,
		ServiceName: product.name, ServiceCategory: product.category,
		ResourceID: product.prefix + "-" + owner, ResourceType: product.resourceType,
		RegionID: "us-east-1", SkuID: product.sku, ConsumedUnit: product.unit,
	}
	c.ConsumedQuantity.Decimal, c.ConsumedQuantity.Valid = quantity.decimal(), true
	return c
}

// Usage yields the usage records of the month, one day each.
func (s Scale) Usage() iter.Seq[charge.Usage] {
	categories := []string{"compute", "storage", "network"}
	return func(yield func(charge.Usage) bool) {
		random := draw(s.Seed, "scale", "usage", s.Period.String())
		days := int64(s.Period.End().Sub(s.Period.Start()) / (24 * time.Hour))
		for line := range s.UsageLines {
			start := s.Period.Start().AddDate(0, 0, int(line*days/s.UsageLines))
			if !yield(charge.Usage{
				TenantID: s.tenantID(random.IntN(s.Tenants)), Category: categories[random.IntN(len(categories))],
				Quantity: milli(random.Int64N(1_000_000) + 1).decimal(), Start: start, End: start.AddDate(0, 0, 1),
			}) {
				return
			}
		}
	}
}
