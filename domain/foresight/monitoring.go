package foresight

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Gauge is one thing that a monitoring system measures of tenants.
type Gauge struct {
	// ID stands for what is asked: another question is another gauge, which is read from the beginning.
	ID     string
	Metric forecast.ResourceMetric
}

// Monitoring is where usage is measured besides compute, such as Prometheus. Its methods may be used
// concurrently.
type Monitoring interface {
	Gauges() []Gauge
	// HourlyUsage returns what a gauge measured of each tenant in the whole hours from an instant
	// (included) to another (excluded). Errors are Unavailable when trying again can help.
	HourlyUsage(ctx context.Context, gauge Gauge, from, until time.Time) ([]Usage, error)
}

// GaugeStore keeps what gauges measured, and how far each was read. Its methods return Unavailable errors
// when trying again can help, and may be used concurrently.
type GaugeStore interface {
	// ReadUntil returns up to when a gauge was read, the zero time where it never was.
	ReadUntil(ctx context.Context, gauge Gauge) (time.Time, error)
	// KeepReading adds hours as UsageStore.Keep does, and that the gauge was read until an instant: both
	// or neither.
	KeepReading(ctx context.Context, gauge Gauge, until time.Time, usage []Usage) error
}

// readingSpan is how much of a gauge is read and kept together.
const readingSpan = 7 * 24 * time.Hour

// GaugeReader takes over what a monitoring system measured, which usually forgets it after some weeks. It
// is safe for concurrent use.
type GaugeReader struct {
	// Monitoring may be nil: then there are no gauges.
	Monitoring Monitoring
	Store      GaugeStore
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
// returns how many it kept. done is told after each part, which is kept whatever becomes of the next.
// The last hour is read again: it may have been scraped late. Series of a tenant that the platform does
// not know are left out, and named in the failures.
func (r *GaugeReader) Read(ctx context.Context, now time.Time, gauge Gauge, done func()) (hours int, failed []Failure, err error) {
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
	strangers := &strangers{gauge: gauge}
	for ; from.Before(until); from = from.Add(readingSpan) {
		end := earlier(from.Add(readingSpan), until)
		usage, err := r.Monitoring.HourlyUsage(ctx, gauge, from, end)
		if err != nil {
			return hours, nil, err
		}
		usage = strangers.leaveOut(usage, known)
		if err := r.Store.KeepReading(ctx, gauge, end, usage); err != nil {
			return hours, nil, err
		}
		for _, series := range usage {
			hours += len(series.Hours)
		}
		done()
	}
	return hours, strangers.failures(), nil
}

// strangers are series of tenants that nobody knows.
type strangers struct {
	gauge Gauge
	names []string
	seen  map[string]bool
}

// leaveOut returns the series of known tenants.
func (s *strangers) leaveOut(usage []Usage, known map[string]bool) []Usage {
	kept := usage[:0]
	for _, series := range usage {
		switch {
		case known[series.TenantID]:
			kept = append(kept, series)
		case !s.seen[series.TenantID]:
			if s.seen == nil {
				s.seen = map[string]bool{}
			}
			s.seen[series.TenantID] = true
			s.names = append(s.names, fmt.Sprintf("%.60q", series.TenantID))
		}
	}
	return kept
}

// failures tells in one of them who was left out.
func (s *strangers) failures() []Failure {
	const mostNames = 5
	if len(s.names) == 0 {
		return nil
	}
	names := strings.Join(s.names[:min(len(s.names), mostNames)], ", ")
	if more := len(s.names) - mostNames; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return []Failure{{Key{Metric: s.gauge.Metric}, "no tenant is called " + names + ": what monitoring measured of them was left out"}}
}

// FailureOfGauge says why a gauge could not be read; ok is false where trying again can help.
func FailureOfGauge(gauge Gauge, err error) (failure Failure, ok bool) {
	return Failure{Key{Metric: gauge.Metric}, reasonOf(err)}, !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.RateLimited)
}
