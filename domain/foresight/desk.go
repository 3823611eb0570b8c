package foresight

import (
	"cmp"
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Archive keeps forecasts. Its methods return Unavailable errors when trying again can help, and may
// be used concurrently.
type Archive interface {
	// Put keeps forecasts, all or none, their predictions in single precision; one whose id is known already
	// changes nothing.
	Put(ctx context.Context, forecasts []forecast.ForecastResult) error
	// Forecast returns one by id; an unknown one is a NotFound error.
	Forecast(ctx context.Context, id string) (forecast.ForecastResult, error)
	// Several returns those of some ids that are known, in byte order of ids.
	Several(ctx context.Context, ids []string) ([]forecast.ForecastResult, error)
	// Forecasts returns the latest of a tenant's metric, the newest first, no more than limit.
	Forecasts(ctx context.Context, tenantID string, metric forecast.ResourceMetric, limit int) ([]forecast.ForecastResult, error)
}

// Lookback is how much of the past a forecast of hours or days is made from; weeks and months take
// LongLookback.
const (
	Lookback     = 90 * 24 * time.Hour
	LongLookback = 4 * 366 * 24 * time.Hour
)

// LookbackOf returns which of them a granularity takes.
func LookbackOf(granularity forecast.ForecastGranularity) time.Duration {
	if granularity == forecast.Weekly || granularity == forecast.Monthly {
		return LongLookback
	}
	return Lookback
}

// UsualDays is how far ahead is forecast unless asked otherwise, MostDays is the longest horizon.
const (
	UsualDays = 30
	MostDays  = 365
)

// Desk makes forecasts for whoever asks. It is safe for concurrent use.
type Desk struct {
	Usage   UsageStore
	Archive Archive
	Models  Models
	// Statements may be nil: then nothing is stated.
	Statements Statements
	// Meter is asked for hours that are not there yet; nil asks nobody.
	Meter Meter
	Now   func() time.Time
}

// Request is what is to be forecast.
type Request struct {
	Key
	// HorizonDays is from 1 to MostDays; 0 is UsualDays.
	HorizonDays int
	// Granularity is daily and Levels are the engine's where they are empty.
	Granularity forecast.ForecastGranularity
	Levels      []float64
	// Bounds are those of the metric where they are zero.
	Bounds forecast.Bounds
}

// ForecastMetric forecasts a metric from what is known of it by now, and keeps the forecast. Too little
// usage is a *forecast.ShortSeriesError, usage that ended a *StoppedError; other input that cannot be is InvalidInput.
func (d *Desk) ForecastMetric(ctx context.Context, request Request) (forecast.Outlook, error) {
	outlook, err := d.Draft(ctx, request)
	if err != nil {
		return forecast.Outlook{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return forecast.Outlook{}, fault.Wrap(err, fault.Internal, "a forecast cannot be numbered")
	}
	outlook.Forecast.ID = id.String()
	return outlook, d.Archive.Put(ctx, []forecast.ForecastResult{outlook.Forecast})
}

// Draft forecasts as ForecastMetric does, by the model in use where there is one, and keeps nothing. The first
// prediction is of the hour, day, week or month that is not over, also where the last measurements are missing.
func (d *Desk) Draft(ctx context.Context, request Request) (forecast.Outlook, error) {
	if err := CheckMetric("/metric", request.Metric); err != nil {
		return forecast.Outlook{}, err
	}
	request.HorizonDays = cmp.Or(request.HorizonDays, UsualDays)
	if request.HorizonDays < 1 || request.HorizonDays > MostDays {
		return forecast.Outlook{}, fault.Invalid("/horizon_days", "the horizon of %d days is not from 1 to %d", request.HorizonDays, MostDays)
	}
	request.Granularity = cmp.Or(request.Granularity, forecast.Daily)
	if request.Bounds == (forecast.Bounds{}) {
		request.Bounds = BoundsOf(request.Metric)
	}
	options := forecast.Options{
		Horizon: pointsOf(request.Granularity, request.HorizonDays), Granularity: request.Granularity,
		Levels: request.Levels, Bounds: request.Bounds, Workers: 1,
	}
	if _, err := forecast.New(options); err != nil {
		return forecast.Outlook{}, err
	}
	one, model, err := d.subject(ctx, request)
	if err != nil {
		return forecast.Outlook{}, err
	}
	outcomes, err := predict(options, d.Now().UTC().Truncate(time.Microsecond), one)
	if err != nil {
		return forecast.Outlook{}, err
	}
	outlook := outcomes[0].Outlook
	if outlook.Diagnostics.InUse {
		model.credit(&outlook)
	}
	return outlook, outcomes[0].Err
}

// subject reads what a forecast is made from, and by which model.
func (d *Desk) subject(ctx context.Context, request Request) (subject, Model, error) {
	history, err := d.recent(ctx, request.Key, request.Granularity)
	if err != nil {
		return subject{}, Model{}, err
	}
	inUse, err := d.Models.InUse(ctx, request.Granularity, []Key{request.Key})
	if err != nil {
		return subject{}, Model{}, err
	}
	events, err := eventsOf(ctx, d.Statements)
	model := inUse[request.Key]
	return subjectOf(request.Key, history, model, events, request.Granularity, d.Now()), model, err
}

// pointsOf returns how many points reach over days.
func pointsOf(granularity forecast.ForecastGranularity, days int) int {
	switch granularity {
	case forecast.Hourly:
		return 24 * days
	case forecast.Weekly:
		return (days + 6) / 7
	case forecast.Monthly:
		return (days + 29) / 30
	default:
		return days
	}
}
