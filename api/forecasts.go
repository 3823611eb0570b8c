package api

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// CreateForecast forecasts a metric now: forecast_metric.
func (s *server) CreateForecast(ctx context.Context, request CreateForecastRequestObject) (CreateForecastResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	asked := *request.Body
	outlook, err := s.Planning.Forecast(ctx, foresight.Request{
		Key:         foresight.Key{TenantID: request.TenantID, Metric: asked.Metric},
		HorizonDays: asked.HorizonDays, Granularity: asked.Granularity, Levels: asked.Levels,
	})
	if err != nil {
		return nil, shortHistory(err)
	}
	return CreateForecast201JSONResponse{
		Body: outlook.Forecast, Headers: CreateForecast201ResponseHeaders{Location: forecastPath(outlook.Forecast.ID)},
	}, nil
}

// GetForecast shows a forecast as it was made.
func (s *server) GetForecast(ctx context.Context, request GetForecastRequestObject) (GetForecastResponseObject, error) {
	found, err := s.forecastOf(ctx, request.ForecastID)
	if err != nil {
		return nil, err
	}
	return GetForecast200JSONResponse(found), nil
}

// forecastOf finds a forecast that the caller may see; another tenant's is a missing one.
func (s *server) forecastOf(ctx context.Context, id string) (forecast.ForecastResult, error) {
	found, err := s.Planning.Archive.Forecast(ctx, id)
	if err != nil {
		return found, err
	}
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) && actor.TenantID != found.TenantID {
		return forecast.ForecastResult{}, fault.New(fault.NotFound, "there is no such forecast")
	}
	return found, nil
}

func forecastPath(id string) string { return "/v1/forecasts/" + id }

// shortHistory makes too little usage a problem of its own: the request was in order, and will succeed
// when there is more.
func shortHistory(err error) error {
	if reason, short := foresight.IsShort(err); short {
		return fault.Wrap(err, codeShortHistory, "%s; usage comes from the compute service and from imports of metrics", reason)
	}
	return err
}
