package foresight

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// readingSpan is how much of a gauge is read and kept together.
const readingSpan = 7 * 24 * time.Hour

// GaugeReader takes over what a monitoring system measured, which usually forgets it after some weeks. It
// is safe for concurrent use.
type GaugeReader struct {
	// Monitoring may be nil: then there are no gauges.
	Monitoring Monitoring
	Store      GaugeStore
	// Statements may be nil where there are no gauges.
	Statements StatementStore
	Tenants    tenancy.Directory
}

// Gauges lists what there is to read.
func (r *GaugeReader) Gauges() []Gauge {
	if r.Monitoring == nil {
		return nil
	}
	return r.Monitoring.Gauges()
}

// Read takes the whole hours of a gauge since it was last read, the first time those of Lookback, and
// returns how many it kept. Each part is kept, whatever becomes of the next. The last hour is read again: it
// may have been scraped late. Series of a tenant that the platform does not know are left out, and named in
// the failures.
func (r *GaugeReader) Read(ctx context.Context, now time.Time, gauge Gauge) (hours int, failed []Failure, err error) {
	directory, err := r.Tenants.Tenants(ctx)
	if err != nil {
		return 0, nil, err
	}
	known := make(map[string]bool, len(directory))
	for _, tenant := range directory {
		known[tenant.ID] = true
	}
	from, err := r.Store.ReadUntil(ctx, gauge)
	if err != nil {
		return 0, nil, err
	}
	until := now.UTC().Truncate(time.Hour)
	from = from.Add(-time.Hour)
	if oldest := until.Add(-Lookback); from.Before(oldest) {
		from = oldest
	}
	strangers, measured := &strangers{gauge: gauge}, map[string]bool{}
	for at := from; at.Before(until); at = at.Add(readingSpan) {
		end := earlier(at.Add(readingSpan), until)
		usage, err := r.Monitoring.HourlyUsage(ctx, gauge, at, end)
		if err != nil {
			return hours, nil, err
		}
		usage = strangers.leaveOut(usage, known)
		if err := r.Store.KeepReading(ctx, gauge, end, usage); err != nil {
			return hours, nil, err
		}
		for _, series := range usage {
			hours += len(series.Hours)
			measured[series.TenantID] = true
		}
	}
	failed = strangers.failures()
	if err := r.state(ctx, gauge, slices.Sorted(maps.Keys(measured)), from, until); err != nil {
		failure, final := FailureOfGauge(gauge, err)
		if ctx.Err() != nil || !final {
			return hours, failed, err
		}
		failed = append(failed, failure)
	}
	return hours, failed, nil
}

// FailureOfGauge says why a gauge could not be read; ok is false where trying again can help.
func FailureOfGauge(gauge Gauge, err error) (failure Failure, ok bool) {
	return failureOf(Key{Metric: gauge.Metric}, err), !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.RateLimited)
}
