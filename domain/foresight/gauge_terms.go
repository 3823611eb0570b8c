package foresight

import (
	"context"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

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
			stated[i].Capacity = follow(known[key].Capacity, measured[key.TenantID], gauge.Terms.Capacity, from, until)
		}
	}
	if err := r.Statements.KeepTerms(ctx, gauge, stated); err != nil {
		return err
	}
	return refused
}

// follow returns a capacity of the levels known from before an instant (as far back as forecasts look), those
// measured from then until another, and what is planned after what was measured, which holds all before; nil where
// no level is known.
func follow(known *capacity.Capacity, measured []capacity.Level, planned *capacity.Capacity, from, until time.Time) *capacity.Capacity {
	var joined capacity.Capacity
	if len(measured) == 0 {
		until = from
	}
	if planned != nil {
		joined.Planned = capacity.PlannedAfter(planned.Planned, until)
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
