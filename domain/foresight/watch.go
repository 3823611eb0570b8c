package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Watch compares what tenants will need with what they have, each night. It is safe for concurrent use.
type Watch struct {
	*Planning
	Store StandingStore
}

// Watched is what became of one tenant.
type Watched struct {
	Settled
	Failed []Failure
}

// Tenant forecasts the demand of everything that a tenant has capacity of, and brings alerts and
// recommendations in line with it. The forecasts that these rest on are kept, to be scored like any other. A
// metric that cannot be forecast is named, and what stands of it stays;
// where compute or billing do not answer, the error is Unavailable and nothing changes.
func (w *Watch) Tenant(ctx context.Context, run string, now time.Time, tenantID string) (Watched, error) {
	planning := w.at(now)
	plans, left, err := planning.plans(ctx, tenantID)
	if err != nil {
		return Watched{}, err
	}
	s := settlement{now: now, findings: map[Key]Finding{}, unknown: map[Key]bool{}}
	var watched Watched
	for _, failure := range left {
		s.unknown[failure.Key] = true
		watched.Failed = append(watched.Failed, failure)
	}
	var demands []forecast.ForecastResult
	for i := range plans {
		key := Key{tenantID, plans[i].Forecast.Metric}
		plans[i].Forecast.ID = NightlyID(run+"/demand", key)
		exhaustion, err := capacity.ProjectCapacityExhaustion(plans[i].Forecast, plans[i].Capacity)
		if err != nil {
			return Watched{}, err
		}
		demands = append(demands, plans[i].Forecast)
		s.findings[key] = Finding{Key: key, Exhaustion: exhaustion, LeadTime: plans[i].LeadTime}
	}
	if len(plans) > 0 {
		items, err := planning.recommend(ctx, now, plans, capacity.DefaultHeadroomPercent)
		if err != nil {
			return Watched{}, err
		}
		for _, item := range items {
			key := Key{tenantID, item.Metric}
			finding := s.findings[key]
			finding.Recommendation = &item
			s.findings[key] = finding
		}
	}
	if err := w.Archive.Put(ctx, demands); err != nil {
		return Watched{}, err
	}
	if err := w.Store.Settle(ctx, tenantID, s.decide); err != nil {
		return Watched{}, err
	}
	watched.Settled = s.settled
	return watched, nil
}

// Left clears what stands of a tenant that is there no more.
func (w *Watch) Left(ctx context.Context, now time.Time, tenantID string) (Settled, error) {
	s := settlement{now: now, left: true}
	err := w.Store.Settle(ctx, tenantID, s.decide)
	return s.settled, err
}

// at plans as of an instant, which a night that is made up for has behind it.
func (w *Watch) at(now time.Time) *Planning {
	planning, desk := *w.Planning, *w.Desk
	desk.Now = func() time.Time { return now }
	planning.Desk = &desk
	return &planning
}

// plans puts the demand of a tenant's metrics beside their capacity; those that cannot be forecast are
// left out and named.
func (p *Planning) plans(ctx context.Context, tenantID string) (plans []capacity.Plan, left []Failure, err error) {
	provisions, err := p.Provisioned(ctx, tenantID)
	if err != nil {
		return nil, nil, err
	}
	for _, one := range provisions {
		outlook, err := p.demand(ctx, one.Key)
		if _, short := IsShort(err); short || fault.Is(err, fault.Internal) {
			left = append(left, failureOf(one.Key, err))
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		plans = append(plans, planOf(one, outlook.Forecast))
	}
	return plans, left, nil
}

// recommend asks billing for prices and the scheduler for room, and says what to change.
func (p *Planning) recommend(ctx context.Context, now time.Time, plans []capacity.Plan, headroomPercent float64) ([]capacity.CapacityRecommendation, error) {
	prices, err := p.Prices.Prices(ctx)
	if err != nil {
		return nil, err
	}
	planner := capacity.Planner{Rates: ratesOf(prices), Scheduler: p.Scheduler}
	return planner.GenerateCapacityRecommendations(ctx, now, plans, headroomPercent)
}
