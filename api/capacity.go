package api

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// RunWhatIf shows what another load would do: run_what_if_scenario.
func (s *server) RunWhatIf(ctx context.Context, request RunWhatIfRequestObject) (RunWhatIfResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	scenarios, err := scenariosOf(*request.Body)
	if err != nil {
		return nil, err
	}
	outcomes, err := s.planning(ctx).WhatIf(ctx, request.TenantID, request.Body.Metrics, scenarios, request.Body.Estate)
	if err != nil {
		return nil, shortHistory(asWritten(err, *request.Body))
	}
	return RunWhatIf200JSONResponse{Items: outcomes}, nil
}

// scenariosOf reads one scenario or several; both at once would leave open what is meant.
func scenariosOf(asked WhatIfRequest) ([]capacity.Scenario, error) {
	single := capacity.Scenario{
		TrafficMultiplier: asked.TrafficMultiplier, NewWorkload: asked.NewWorkload, RemoveWorkloadID: asked.RemoveWorkloadID,
	}
	one := single.TrafficMultiplier != nil || single.NewWorkload != nil || single.RemoveWorkloadID != ""
	switch {
	case one && len(asked.Scenarios) > 0:
		return nil, fault.Invalid("/scenarios", "give scenarios, or the members of a single one, not both")
	case one:
		return []capacity.Scenario{single}, nil
	case len(asked.Scenarios) == 0:
		return nil, fault.Invalid("/scenarios", "there is no scenario; give scenarios, or one of traffic_multiplier, new_workload, remove_workload_id")
	default:
		return asked.Scenarios, nil
	}
}

// asWritten points at the members of a single scenario where the request has them: not in a list.
func asWritten(err error, asked WhatIfRequest) error {
	var refused *fault.Error
	if len(asked.Scenarios) > 0 || !errors.As(err, &refused) {
		return err
	}
	for i := range refused.Fields {
		refused.Fields[i].Pointer = strings.TrimPrefix(refused.Fields[i].Pointer, "/scenarios/0")
	}
	return err
}

// GetRecommendations shows what to change: generate_capacity_recommendations.
func (s *server) GetRecommendations(ctx context.Context, request GetRecommendationsRequestObject) (GetRecommendationsResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	headroom := capacity.DefaultHeadroomPercent
	if request.Params.HeadroomPercent != nil {
		headroom = float64(*request.Params.HeadroomPercent)
	}
	found, err := s.planning(ctx).Recommendations(ctx, request.TenantID, headroom)
	if err != nil {
		return nil, err
	}
	for _, defect := range found.Defects {
		s.Logger.ErrorContext(ctx, "a defect of this program kept a metric out of recommendations", "tenant", request.TenantID, "error", defect)
	}
	return GetRecommendations200JSONResponse(found), nil
}

// ListCapacityAlerts lists what the nights told of a tenant's capacity, and still holds.
func (s *server) ListCapacityAlerts(ctx context.Context, request ListCapacityAlertsRequestObject) (ListCapacityAlertsResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	standing, err := s.planning(ctx).Standings.Standing(ctx, request.TenantID)
	if err != nil {
		return nil, err
	}
	items := slices.DeleteFunc(standing, func(one foresight.Standing) bool { return one.Alert == nil && one.Recommendation == nil })
	return ListCapacityAlerts200JSONResponse{Items: items}, nil
}

// GetExhaustion shows when capacity runs out: project_capacity_exhaustion.
func (s *server) GetExhaustion(ctx context.Context, request GetExhaustionRequestObject) (GetExhaustionResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	var stated *float64
	if request.Params.Capacity != nil {
		value := float64(*request.Params.Capacity)
		stated = &value
	}
	found, err := s.planning(ctx).Exhaustion(ctx, foresight.Key{TenantID: request.TenantID, Metric: request.Params.Metric}, stated)
	if err != nil {
		return nil, shortHistory(err)
	}
	return GetExhaustion200JSONResponse(found), nil
}

// GetReservedSavings shows what to reserve: estimate_reserved_capacity_savings.
func (s *server) GetReservedSavings(ctx context.Context, request GetReservedSavingsRequestObject) (GetReservedSavingsResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	found, err := s.planning(ctx).ReservedSavings(ctx, request.TenantID, request.Params.TermMonths)
	if err != nil {
		return nil, shortHistory(err)
	}
	return GetReservedSavings200JSONResponse{Items: found}, nil
}

// GetAccuracy shows how good past forecasts were: get_historical_accuracy.
func (s *server) GetAccuracy(ctx context.Context, request GetAccuracyRequestObject) (GetAccuracyResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	lookback := cmp.Or(request.Params.LookbackForecasts, accuracy.DefaultLookback)
	report, err := accuracy.GetHistoricalAccuracy(ctx, s.planning(ctx).Accuracy, request.TenantID, request.Params.Metric, lookback)
	if err != nil {
		return nil, err
	}
	return GetAccuracy200JSONResponse(report), nil
}
