package foresight

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Provision is how much of a metric a tenant may use, and what it takes to change that.
type Provision struct {
	Key
	Capacity capacity.Capacity
	// Unit is what the capacity is counted in.
	Unit string
	// ResourceType names the resource to billing and to the scheduler.
	ResourceType string
	// LeadTime is how long it takes from an order to capacity in use.
	LeadTime    time.Duration
	Commitments []capacity.Commitment
}

// Provisions knows what there is: the compute service. Errors as for Meter.
type Provisions interface {
	// Provisions lists those of a tenant; none is an empty list.
	Provisions(ctx context.Context, tenantID string) ([]Provision, error)
	// Estate is what a tenant runs on and runs; NotFound where compute does not know the tenant.
	Estate(ctx context.Context, tenantID string) (capacity.Estate, error)
}

// Price is what a unit of a resource costs, in decimals of the currency.
type Price struct {
	ResourceType    string
	Hourly, Monthly decimal.Decimal
	Currency        string
	// Offers are what reserving a unit costs.
	Offers []capacity.Offer
}

// Prices knows what billing charges for capacity. Errors as for Meter.
type Prices interface {
	// Prices lists the price of every resource that capacity is made of.
	Prices(ctx context.Context) ([]Price, error)
}

// rates answers the planner from a list of prices.
type rates map[string]Price

func ratesOf(prices []Price) rates {
	known := rates{}
	for _, price := range prices {
		known[price.ResourceType] = price
	}
	return known
}

// MonthlyRate implements capacity.Rates.
func (r rates) MonthlyRate(_ context.Context, _, resourceType string) (capacity.Rate, error) {
	price, known := r[resourceType]
	if !known {
		return capacity.Rate{}, fault.New(fault.NotFound, "billing has no rate of %.80q", resourceType)
	}
	return capacity.Rate{PerUnit: price.Monthly, Currency: price.Currency}, nil
}

// Provisioned lists how much a tenant may use of each metric: what operators stated, and what compute knows
// beside that.
func (p *Planning) Provisioned(ctx context.Context, tenantID string) ([]Provision, error) {
	provisions, err := p.Provisions.Provisions(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	keys := make([]Key, 0, len(forecast.ResourceMetrics()))
	for _, metric := range forecast.ResourceMetrics() {
		keys = append(keys, Key{tenantID, metric})
	}
	stated, err := termsOf(ctx, p.Statements, keys...)
	if err != nil {
		return nil, err
	}
	for _, key := range keys {
		at := slices.IndexFunc(provisions, func(one Provision) bool { return one.Key == key })
		if at < 0 {
			if stated[key].Capacity == nil {
				continue
			}
			at = len(provisions)
			provisions = append(provisions, Provision{Key: key})
		}
		provisions[at].restate(stated[key])
	}
	return provisions, nil
}

// restate puts what is stated in the place of what was known.
func (o *Provision) restate(terms Terms) {
	if terms.Capacity != nil {
		o.Capacity = *terms.Capacity
	}
	o.Unit = cmp.Or(terms.Unit, o.Metric.Unit())
	o.ResourceType = cmp.Or(terms.ResourceType, o.ResourceType)
	o.LeadTime = cmp.Or(terms.LeadTime, o.LeadTime)
}

// Provision returns how much a tenant may use of one metric; known is false where nobody says.
func (p *Planning) Provision(ctx context.Context, key Key) (one Provision, known bool, err error) {
	provisions, err := p.Provisioned(ctx, key.TenantID)
	if err != nil {
		return one, false, err
	}
	one, known = provisionOf(provisions, key.Metric)
	return one, known, nil
}

// provisionOf finds a metric's.
func provisionOf(provisions []Provision, metric forecast.ResourceMetric) (Provision, bool) {
	for _, one := range provisions {
		if one.Metric == metric {
			return one, true
		}
	}
	return Provision{}, false
}
