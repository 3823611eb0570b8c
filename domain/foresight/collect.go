package foresight

import (
	"context"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Collect takes what was metered of a tenant since the last hour kept of each metric that no gauge measures, in
// one answer where that is the same hour for all: a metric that a tenant never had must not bring back 90 days of
// the others every night. Errors are the meter's and the stores'.
func (t *Trainer) Collect(ctx context.Context, now time.Time, tenantID string) error {
	keys := make([]Key, 0, len(forecast.ResourceMetrics()))
	for _, metric := range forecast.ResourceMetrics() {
		keys = append(keys, Key{tenantID, metric})
	}
	stated, err := termsOf(ctx, t.Statements, keys...)
	if err != nil {
		return err
	}
	keys = slices.DeleteFunc(keys, func(key Key) bool { return isGauged(stated, key) })
	since, together, err := t.collectedUntil(ctx, now, keys)
	if err != nil || len(keys) == 0 {
		return err
	}
	if together {
		return t.collect(ctx, tenantID, "", since[0], keys)
	}
	for i, key := range keys {
		if err := t.collect(ctx, tenantID, key.Metric, since[i], keys); err != nil {
			return err
		}
	}
	return nil
}

// collectedUntil returns the last hour kept of each series, as far back as forecasts look, and whether it is the
// same.
func (t *Trainer) collectedUntil(ctx context.Context, now time.Time, keys []Key) (since []time.Time, together bool, err error) {
	oldest := now.Add(-Lookback).Truncate(time.Hour)
	since, together = make([]time.Time, len(keys)), true
	for i, key := range keys {
		latest, err := t.Usage.Latest(ctx, key)
		if err != nil {
			return nil, false, err
		}
		if since[i] = latest; latest.Before(oldest) {
			since[i] = oldest
		}
		together = together && since[i].Equal(since[0])
	}
	return since, together, nil
}

// collect takes what was metered of a metric, of all where it is empty, since an instant, and keeps that of some
// series.
func (t *Trainer) collect(ctx context.Context, tenantID string, metric forecast.ResourceMetric, since time.Time, of []Key) error {
	usage, err := t.Meter.HourlyUsage(ctx, tenantID, metric, since)
	if err != nil {
		return err
	}
	usage = slices.DeleteFunc(usage, func(one Usage) bool { return !slices.Contains(of, one.Key) })
	if len(usage) == 0 {
		return nil
	}
	return t.Usage.Keep(ctx, usage)
}
