package foresight

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// WhatIf says what scenarios do to a tenant's metrics within the planning horizon. Without metrics, all
// that have enough usage are taken. Where a scenario needs the tenant's estate and none is stated, it is
// the one that compute knows; a stated one replaces it as a whole.
func (p *Planning) WhatIf(ctx context.Context, tenantID string, metrics []forecast.ResourceMetric, scenarios []capacity.Scenario, stated *capacity.Estate) ([]capacity.ScenarioOutcome, error) {
	estate, err := p.estate(ctx, tenantID, scenarios, stated)
	if err != nil {
		return nil, err
	}
	chosen := metrics
	if len(chosen) == 0 {
		chosen = forecast.ResourceMetrics()
	}
	provisions, err := p.Provisioned(ctx, tenantID)
	if err != nil {
		return nil, err
	}
	baseline, limits := map[forecast.ResourceMetric]forecast.ForecastResult{}, map[forecast.ResourceMetric]capacity.Capacity{}
	var short error
	for _, metric := range chosen {
		outlook, err := p.demand(ctx, Key{tenantID, metric})
		if _, isShort := IsShort(err); isShort && len(metrics) == 0 {
			short = err
			continue
		}
		if err != nil {
			return nil, err
		}
		baseline[metric] = outlook.Forecast
		if one, known := provisionOf(provisions, metric); known {
			limits[metric] = one.Capacity
		}
	}
	if len(baseline) == 0 {
		return nil, short
	}
	return capacity.CompareScenarios(baseline, scenarios, estate, limits)
}

// estate asks compute only for what is needed, so that a scenario without cores or workloads does not
// fail for want of them.
func (p *Planning) estate(ctx context.Context, tenantID string, scenarios []capacity.Scenario, stated *capacity.Estate) (capacity.Estate, error) {
	if stated != nil {
		return *stated, nil
	}
	if !slices.ContainsFunc(scenarios, capacity.Scenario.NeedsEstate) {
		return capacity.Estate{}, nil
	}
	estate, err := p.Provisions.Estate(ctx, tenantID)
	if fault.CodeOf(err) == fault.NotFound {
		return capacity.Estate{}, fault.Wrap(err, fault.NotFound, "compute knows neither cores and memory nor workloads of this tenant; give estate")
	}
	return estate, err
}
