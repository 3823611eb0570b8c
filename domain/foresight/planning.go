package foresight

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// PlanningDays is how far ahead capacity is planned.
const PlanningDays = 90

// Planning answers what follows from forecasts for capacity. It is safe for concurrent use.
type Planning struct {
	*Desk
	Accuracy   accuracy.Archive
	Provisions Provisions
	Prices     Prices
	// Scheduler may be nil: then nothing is placed.
	Scheduler capacity.Scheduler
	// Standings is what the nights told; only who shows it needs it.
	Standings Standings
}

// demand forecasts a metric's days as capacity must hold them: without an upper bound, so that a
// shortfall shows.
func (p *Planning) demand(ctx context.Context, key Key) (forecast.Outlook, error) {
	return p.Draft(ctx, Request{
		Key: key, HorizonDays: PlanningDays, Granularity: forecast.Daily, Bounds: capacity.DemandBounds(),
	})
}

// Exhaustion says when a metric's capacity runs out: the one given, or where it is nil the one that
// is known. A metric without capacity is NotFound.
func (p *Planning) Exhaustion(ctx context.Context, key Key, stated *float64) (capacity.Exhaustion, error) {
	if err := CheckMetric("parameter:query metric", key.Metric); err != nil {
		return capacity.Exhaustion{}, err
	}
	var limit capacity.Capacity
	if stated != nil {
		limit = capacity.Constant(*stated)
	} else {
		known, found, err := p.Provision(ctx, key)
		if err != nil {
			return capacity.Exhaustion{}, err
		}
		if !found {
			return capacity.Exhaustion{}, fault.New(fault.NotFound, "no capacity of %s is known for this tenant; give one", key.Metric)
		}
		limit = known.Capacity
	}
	outlook, err := p.demand(ctx, key)
	if err != nil {
		return capacity.Exhaustion{}, err
	}
	return capacity.ProjectCapacityExhaustion(outlook.Forecast, limit)
}

// ReservedSavings says what to reserve for 12 or 36 months of everything of a tenant that billing
// offers for such a term, and that has enough usage; too little of all of it is a *forecast.ShortSeriesError or a
// *StoppedError.
func (p *Planning) ReservedSavings(ctx context.Context, tenantID string, termMonths int) ([]capacity.ReservedSavings, error) {
	if termMonths != 12 && termMonths != 36 {
		return nil, fault.Invalid("parameter:query term_months", "a term of %d months is neither 12 nor 36", termMonths)
	}
	provisions, err := p.Provisioned(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	prices, err := p.Prices.Prices(ctx)
	if err != nil {
		return nil, err
	}
	known := ratesOf(prices)
	list := []capacity.ReservedSavings{}
	var short error
	for _, one := range provisions {
		price := known[one.ResourceType]
		at := slices.IndexFunc(price.Offers, func(o capacity.Offer) bool { return o.TermMonths == termMonths })
		if at < 0 {
			continue
		}
		outlook, err := p.Draft(ctx, Request{Key: one.Key, HorizonDays: 28, Granularity: forecast.Hourly, Bounds: capacity.DemandBounds()})
		if _, isShort := IsShort(err); isShort {
			short = err
			continue
		}
		if err != nil {
			return nil, err
		}
		savings, err := capacity.EstimateReservedCapacitySavings(capacity.ReservationCase{
			Forecast: outlook.Forecast, OnDemandHourly: price.Hourly, Offer: price.Offers[at], Currency: price.Currency, Owned: one.Commitments,
		})
		if err != nil {
			return nil, err
		}
		list = append(list, savings)
	}
	if len(list) == 0 {
		return nil, short
	}
	return list, nil
}
