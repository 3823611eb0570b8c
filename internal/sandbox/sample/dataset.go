// Package sample makes the platform that the sandbox shows: tenants, their resources, thirteen
// months of charges and usage, with every edge that the engines must face. It is a pure function of
// a seed: the same seed gives the same data on every machine and at every time.
package sample

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/reservation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// DefaultSeed is the seed of the data that the documentation quotes.
const DefaultSeed uint64 = 20260930

// Version changes whenever the same seed gives other data than before.
const Version = 4

// Currency is the currency of every amount of the sample.
const Currency = "USD"

// First and Last are the months that the sample covers, both included.
var (
	First = period.New(2025, time.September)
	Last  = period.New(2026, time.September)
)

// Dataset is all that the six services know.
type Dataset struct {
	// Every list is in byte order of its ids, which is the order in which services list it.
	Tenants      []tenancy.Tenant
	Ownership    []tenancy.Ownership
	Resources    []Resource
	States       []infra.Resource
	Reservations []reservation.Reservation
	Rates        []Rate
	Capacity     []Capacity
	Months       []Month
}

// Month is what billing and compute know of one month. Charges are numbered from 1 in order; the
// control totals of a month are exactly the sums of its charges' billed cost per invoice and currency.
type Month struct {
	Period        period.Period
	Charges       []charge.Charge
	Usage         []charge.Usage
	ControlTotals []closing.ControlTotal
	// ExchangeRates are those of the month's last day.
	ExchangeRates []exchange.Rate
}

// Months returns the periods of the sample, oldest first.
func Months() []period.Period {
	var months []period.Period
	for month := First; !Last.Before(month); month = month.Next() {
		months = append(months, month)
	}
	return months
}

// New makes the sample of a seed.
func New(seed uint64) *Dataset {
	fleet := newFleet(seed)
	data := &Dataset{
		Tenants:      tenants(),
		Ownership:    ownership(fleet),
		Resources:    inventory(fleet),
		States:       states(fleet),
		Reservations: reservations(),
		Rates:        rates(),
		Capacity:     capacity(seed),
	}
	for _, month := range Months() {
		data.Months = append(data.Months, newMonth(seed, fleet, month))
	}
	return data
}

// MonthOf makes one month of the sample of a seed, the same as New does.
func MonthOf(seed uint64, month period.Period) Month { return newMonth(seed, newFleet(seed), month) }

func newMonth(seed uint64, fleet []resource, month period.Period) Month {
	meter := newMeter(seed, fleet, month)
	bill := newBill(month)
	bill.addUsage(meter)
	bill.addCommitments(seed)
	bill.addCredits()
	bill.addCorrections()
	bill.addLateUsage()
	bill.addSupport()
	bill.addTaxes() // last: taxes are a share of what is on the bill
	charges := bill.numbered()
	return Month{
		Period: month, Charges: charges, Usage: meter.usage(), ControlTotals: controlTotals(charges),
		ExchangeRates: exchangeRates(seed, month),
	}
}
