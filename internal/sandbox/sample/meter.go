package sample

import (
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/period"
)

// Spiked is the tenant whose machines run away for three days.
const Spiked = "zephyr"

var (
	spikeFrom  = time.Date(2026, time.September, 14, 0, 0, 0, 0, time.UTC)
	spikeUntil = time.Date(2026, time.September, 17, 0, 0, 0, 0, time.UTC)
)

// spikeFactor multiplies the quantity of a day of the spike.
const spikeFactor = 7

// reading is what one resource used on one day.
type reading struct {
	resource *resource
	day      time.Time
	quantity milli
}

// meter holds the readings of one month in the order of the fleet and of days.
type meter struct {
	month    period.Period
	readings []reading
}

// newMeter reads every resource on every day of the month on which its tenant exists.
func newMeter(seed uint64, fleet []resource, month period.Period) *meter {
	m := &meter{month: month}
	for i := range fleet {
		owned := &fleet[i]
		random := draw(seed, "meter", owned.id, month.String())
		for day := month.Start(); day.Before(month.End()); day = day.AddDate(0, 0, 1) {
			// The draw comes first, so that a tenant's dates do not shift its later readings.
			quantity := around(random, int64(owned.base), 80)
			// A day on which a tenant comes or goes counts when it exists at noon.
			if owned.tenant != "" && !existed(owned.tenant, day.Add(12*time.Hour)) {
				continue
			}
			m.readings = append(m.readings, reading{owned, day, milli(quantity * shape(owned, day) / 1_000_000)})
		}
	}
	return m
}

// shape returns the factor of growth, weekday and spike, in millionths.
func shape(owned *resource, day time.Time) int64 {
	factor := 1000 + owned.growth*monthsSince(day)
	weekday := int64(1000)
	if day.Weekday() == time.Saturday || day.Weekday() == time.Sunday {
		weekday = owned.weekend
	}
	if owned.tenant == Spiked && owned.driver == "compute" && !day.Before(spikeFrom) && day.Before(spikeUntil) {
		weekday *= spikeFactor
	}
	return factor * weekday
}

// usage sums the readings per tenant, category and day: what drives the split of shared cost.
func (m *meter) usage() []charge.Usage {
	type key struct {
		tenant, category string
		day              int
	}
	sums := make(map[key]milli)
	for _, r := range m.readings {
		if r.resource.tenant != "" && r.resource.driver != "" {
			sums[key{r.resource.tenant, r.resource.driver, r.day.Day()}] += r.quantity
		}
	}
	keys := make([]key, 0, len(sums))
	for k := range sums {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int {
		return compareAll(a.tenant, b.tenant, a.category, b.category, a.day, b.day)
	})
	usage := make([]charge.Usage, 0, len(keys)+1)
	for _, k := range keys {
		start := m.month.Start().AddDate(0, 0, k.day-1)
		usage = append(usage, charge.Usage{
			TenantID: k.tenant, Category: k.category, Quantity: sums[k].decimal(),
			Start: start, End: start.AddDate(0, 0, 1),
		})
	}
	return append(usage, m.meterCorrection())
}

// meterCorrection takes a little off one tenant's storage: meters send negative records too.
func (m *meter) meterCorrection() charge.Usage {
	start := m.month.Start()
	return charge.Usage{
		TenantID: "granite", Category: "storage", Quantity: milli(-12_345).decimal(),
		Start: start, End: start.AddDate(0, 0, 1),
	}
}
