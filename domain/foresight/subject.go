package foresight

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// subject is a series that is to be forecast.
type subject struct {
	key Key
	// whole is what was measured, of which what events did is taken out before it is forecast.
	whole  forecast.Series
	events []event.Event
	// passed counts the points after the last one measured that are over by now.
	passed int
}

// subjectOf puts what a series was, by the model in use, beside the events that hold for it.
func subjectOf(key Key, history []forecast.UsageDataPoint, inUse Model, events []event.Event, granularity forecast.ForecastGranularity, now time.Time) subject {
	return subject{
		key: key, events: eventsFor(events, key), passed: passed(granularity, history, now),
		whole: forecast.Series{ID: string(key.Metric), Points: history, InUse: inUse.Weights},
	}
}

// passed counts the points after a history that are over by now; none after an empty one.
func passed(granularity forecast.ForecastGranularity, history []forecast.UsageDataPoint, now time.Time) (points int) {
	if len(history) == 0 {
		return 0
	}
	last, current := history[len(history)-1].Timestamp, start(granularity, now)
	for granularity.Step(last, points+1).Before(current) {
		points++
	}
	return points
}

// predict forecasts subjects together, of each of which as many points have passed. The horizon begins with the
// hour, day, week or month that is not over.
func predict(options forecast.Options, now time.Time, alike ...subject) ([]forecast.Outcome, error) {
	options.Horizon = min(options.Horizon+alike[0].passed, forecast.MaxHorizon)
	forecaster, err := forecast.New(options)
	if err != nil {
		return nil, err
	}
	plain := make([]forecast.Series, len(alike))
	for i, one := range alike {
		plain[i] = event.Without(one.whole, one.events)
	}
	outcomes := forecaster.Batch(plain)
	for i := range outcomes {
		if outcomes[i].Err == nil {
			alike[i].complete(&outcomes[i].Outlook, options.Bounds, now)
		}
	}
	return outcomes, nil
}

// complete adds to an outlook what events will do, and says of whom it is and when it was made.
func (s subject) complete(outlook *forecast.Outlook, bounds forecast.Bounds, now time.Time) {
	if len(s.events) > 0 {
		event.Apply(outlook, s.whole, s.events, bounds)
	}
	f := &outlook.Forecast
	f.TenantID, f.Metric, f.GeneratedAt = s.key.TenantID, s.key.Metric, now
	f.Predictions = f.Predictions[s.passed:]
	for i := range f.Predictions {
		p := &f.Predictions[i]
		p.Value = singlePrecision(p.Value)
		for j, q := range p.Quantiles {
			p.Quantiles[j] = singlePrecision(q)
		}
	}
	if f.Seasonality == "" || f.Seasonality == forecast.NoSeasonality {
		f.Seasonality = forecast.DetectSeasonality(s.whole.Points).Type
	}
}

// singlePrecision rounds a prediction to what is kept of it, so that a forecast reads the same when it is made and
// ever after.
func singlePrecision(v float64) float64 {
	return float64(float32(min(max(v, -math.MaxFloat32), math.MaxFloat32)))
}
