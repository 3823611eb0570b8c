package api

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// CreateForecast forecasts a metric now: forecast_metric.
func (s *server) CreateForecast(ctx context.Context, request CreateForecastRequestObject) (CreateForecastResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	asked := *request.Body
	outlook, err := s.planning(ctx).ForecastMetric(ctx, foresight.Request{
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

// GetForecast shows a forecast as it was made; another tenant's is a missing one, since the caller's stores
// do not show it.
func (s *server) GetForecast(ctx context.Context, request GetForecastRequestObject) (GetForecastResponseObject, error) {
	found, err := s.planning(ctx).Archive.Forecast(ctx, request.ForecastID)
	if err != nil {
		return nil, err
	}
	return GetForecast200JSONResponse(found), nil
}

// planning is what the caller may plan with: a tenant sees its own alone.
func (s *server) planning(ctx context.Context) *foresight.Planning {
	if actor := actorOf(ctx); actor.Has(approval.RoleTenant) {
		return s.Planning(actor.TenantID)
	}
	return s.Planning("")
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
