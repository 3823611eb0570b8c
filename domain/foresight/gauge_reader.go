package foresight

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
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
		done()
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

// Finish forgets what was stated by gauges that are there no more.
func (r *GaugeReader) Finish(ctx context.Context) error {
	if r.Statements == nil {
		return nil
	}
	return r.Statements.ForgetTerms(ctx, r.Gauges())
}

// state keeps what a gauge states of the tenants whom it measured. Capacity that was measured follows what is
// known of it from before; where it cannot be measured, that stays.
func (r *GaugeReader) state(ctx context.Context, gauge Gauge, tenants []string, from, until time.Time) error {
	if len(tenants) == 0 {
		return nil
	}
	keys := make([]Key, len(tenants))
	for i, id := range tenants {
		keys[i] = Key{id, gauge.Metric}
	}
	known, err := r.Statements.Terms(ctx, keys)
	if err != nil {
		return err
	}
	var measured map[string][]capacity.Level
	var refused error
	if gauge.MeasuresCapacity {
		measured, refused = r.Monitoring.Capacity(ctx, gauge, from, until)
	}
	stated := make([]Terms, len(keys))
	for i, key := range keys {
		stated[i] = gauge.Terms
		stated[i].Key = key
		if gauge.MeasuresCapacity {
			stated[i].Capacity = follow(known[key].Capacity, measured[key.TenantID], gauge.Terms.Capacity, from)
		}
	}
	if err := r.Statements.KeepTerms(ctx, gauge, stated); err != nil {
		return err
	}
	return refused
}

// follow returns a capacity of the levels known from before an instant (as far back as forecasts look), those
// measured from then on and what is planned; nil where no level is known.
func follow(known *capacity.Capacity, measured []capacity.Level, planned *capacity.Capacity, from time.Time) *capacity.Capacity {
	var joined capacity.Capacity
	if planned != nil {
		joined.Planned = planned.Planned
	}
	if known != nil {
		joined.Levels = slices.Clone(known.Levels)
	}
	if len(measured) > 0 {
		joined.Levels = slices.DeleteFunc(joined.Levels, func(l capacity.Level) bool { return !l.From.Before(from) })
		joined.Levels = append(joined.Levels, measured...)
		joined.Levels = slices.CompactFunc(joined.Levels, func(a, b capacity.Level) bool { return a.Value == b.Value })
	}
	if len(joined.Levels) == 0 {
		return nil
	}
	oldest := from.Add(-Lookback)
	recent := slices.IndexFunc(joined.Levels, func(l capacity.Level) bool { return l.From.After(oldest) })
	if recent < 0 {
		recent = len(joined.Levels)
	}
	joined.Levels = joined.Levels[max(recent-1, 0):]
	return &joined
}

// FailureOfGauge says why a gauge could not be read; ok is false where trying again can help.
func FailureOfGauge(gauge Gauge, err error) (failure Failure, ok bool) {
	return failureOf(Key{Metric: gauge.Metric}, err), !fault.Is(err, fault.Unavailable) && !fault.Is(err, fault.RateLimited)
}
