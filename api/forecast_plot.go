package api

import (
	"bytes"
	"context"
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/forecastplot"
)

// missingValue is a gap in a history.
var missingValue = math.NaN()

// GetForecastPlot draws a forecast beside what came before it.
func (s *server) GetForecastPlot(ctx context.Context, request GetForecastPlotRequestObject) (GetForecastPlotResponseObject, error) {
	found, err := s.planning(ctx).Archive.Forecast(ctx, request.ForecastID)
	if err != nil {
		return nil, err
	}
	picture, err := s.picture(ctx, found)
	if err != nil {
		return nil, err
	}
	var drawn bytes.Buffer
	if err := picture.WriteSVG(&drawn); err != nil {
		return nil, err
	}
	return GetForecastPlot200ImageSvgXMLResponse{Body: &drawn, ContentLength: int64(drawn.Len())}, nil
}

// picture puts together what a forecast is drawn beside. A compute service that does not answer takes
// the line of capacity from the picture, not the picture.
func (s *server) picture(ctx context.Context, found forecast.ForecastResult) (forecastplot.Picture, error) {
	key := foresight.Key{TenantID: found.TenantID, Metric: found.Metric}
	picture := forecastplot.Picture{Title: key.TenantID + " " + string(key.Metric), Unit: key.Metric.Unit(), Forecast: found}
	first := found.Predictions[0].Timestamp
	// Regimes are told from all that was forecast from, though a part of it is drawn: a few weeks alone do
	// not show that weekends come back.
	points, err := s.planning(ctx).Past(ctx, key, found.Granularity, first.Add(-foresight.LookbackOf(found.Granularity)), first)
	if err != nil {
		return picture, err
	}
	picture.Start, picture.History = evenly(found.Granularity, points)
	events, err := forecast.DetectRegimeChange(points, forecast.DefaultSensitivity)
	if err != nil {
		return picture, err
	}
	for _, event := range events {
		picture.Regimes = append(picture.Regimes, event.Timestamp)
	}
	provision, known, err := s.planning(ctx).Provision(ctx, key)
	if err != nil {
		if fault.Is(err, fault.Unavailable) || fault.Is(err, fault.Upstream) {
			return picture, nil
		}
		return picture, err
	}
	if known {
		picture.Capacity, picture.Unit = &provision.Capacity, provision.Unit
	}
	if picture.Capacity != nil {
		// A forecast of other levels has no dates; its picture shows none.
		if runsOut, err := capacity.ProjectCapacityExhaustion(found, *picture.Capacity); err == nil {
			picture.Exhaustion = &runsOut
		}
	}
	return picture, nil
}

// evenly puts points at even distances; what is missing is a gap.
func evenly(granularity forecast.ForecastGranularity, points []forecast.UsageDataPoint) (start time.Time, values []float64) {
	if len(points) == 0 {
		return start, nil
	}
	start = points[0].Timestamp
	for _, point := range points {
		for granularity.Step(start, len(values)).Before(point.Timestamp) {
			values = append(values, missingValue)
		}
		values = append(values, point.Value)
	}
	return start, values
}
