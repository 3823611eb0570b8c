package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Recommendations is what to change, and which metrics nothing can be said of.
type Recommendations struct {
	Items []capacity.CapacityRecommendation `json:"items"`
	// Notes name the metrics that were left out, and why.
	Notes []string `json:"notes,omitempty"`
	// Defects are what lies beneath notes on defects of this program, for whoever logs them.
	Defects []error `json:"-"`
}

// Recommendations returns what to change of a tenant's capacity, the most urgent first. A metric that cannot be
// forecast is left out and named.
func (p *Planning) Recommendations(ctx context.Context, tenantID string, headroomPercent float64) (Recommendations, error) {
	plans, left, err := p.plans(ctx, tenantID)
	if err != nil {
		return Recommendations{}, err
	}
	answer := Recommendations{Items: []capacity.CapacityRecommendation{}}
	for _, failure := range left {
		answer.Notes = append(answer.Notes, failure.Reason)
		if failure.Defect != nil {
			answer.Defects = append(answer.Defects, failure.Defect)
		}
	}
	items, err := p.recommend(ctx, p.Now(), plans, headroomPercent)
	if err != nil {
		return Recommendations{}, err
	}
	answer.Items = append(answer.Items, items...)
	return answer, nil
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

func planOf(one Provision, demand forecast.ForecastResult) capacity.Plan {
	// Percent are not for sale; the plan of a utilisation tells its urgency alone.
	return capacity.Plan{Forecast: demand, Capacity: one.Capacity, Unit: one.Unit, ResourceType: one.ResourceType, LeadTime: one.LeadTime}
}
