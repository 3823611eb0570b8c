package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// History returns what a metric was, after asking the meter for hours that are missing at the end, unless a
// gauge measures it. Where the meter does not answer just now, what is kept must do.
func (d *Desk) History(ctx context.Context, key Key, granularity forecast.ForecastGranularity) ([]forecast.UsageDataPoint, error) {
	now := d.Now().UTC()
	latest, err := d.Usage.Latest(ctx, key)
	if err != nil {
		return nil, err
	}
	if latest.Before(now.Truncate(time.Hour).Add(-time.Hour)) {
		err := d.refresh(ctx, key, latest)
		if err != nil && (latest.IsZero() || !fault.Is(err, fault.Unavailable)) {
			return nil, err
		}
	}
	return d.Past(ctx, key, granularity, now.Add(-LookbackOf(granularity)), now)
}

// recent is the history of a metric that goes on; nothing at all is a *forecast.ShortSeriesError.
func (d *Desk) recent(ctx context.Context, key Key, granularity forecast.ForecastGranularity) ([]forecast.UsageDataPoint, error) {
	history, err := d.History(ctx, key, granularity)
	if err != nil {
		return nil, err
	}
	if len(history) == 0 {
		return nil, &forecast.ShortSeriesError{SeriesID: string(key.Metric), Granularity: granularity}
	}
	last, err := d.Usage.Latest(ctx, key)
	if err != nil {
		return nil, err
	}
	return history, checkGoesOn(key.Metric, last, d.Now())
}

// Past returns what is kept of a metric from an instant (included) to another (excluded).
func (d *Desk) Past(ctx context.Context, key Key, granularity forecast.ForecastGranularity, from, until time.Time) ([]forecast.UsageDataPoint, error) {
	terms, err := termsOf(ctx, d.Statements, key)
	if err != nil {
		return nil, err
	}
	hours, err := d.Usage.Hours(ctx, key, start(granularity, from), until)
	return Points(key.Metric, terms[key], granularity, hours), err
}

// refresh takes what was metered since the last hour that is known, that hour included: it may have
// been metered only in part.
func (d *Desk) refresh(ctx context.Context, key Key, latest time.Time) error {
	stated, err := termsOf(ctx, d.Statements, key)
	if err != nil || d.Meter == nil || isGauged(stated, key) {
		return err
	}
	if oldest := d.Now().UTC().Add(-Lookback).Truncate(time.Hour); latest.Before(oldest) {
		latest = oldest
	}
	usage, err := d.Meter.HourlyUsage(ctx, key.TenantID, key.Metric, latest)
	if err != nil || len(usage) == 0 {
		return err
	}
	return d.Usage.Keep(ctx, usage)
}
