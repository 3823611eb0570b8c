package foresight

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

const (
	// NightlyDays is how far ahead the nightly forecasts reach, by the hour.
	NightlyDays = 7
	// BatchSize is how many series are forecast, and stored, together.
	BatchSize = 64
)

// Failure says which tenant, and which of its metrics unless it is all of them, could not be dealt
// with, and why.
type Failure struct {
	Key
	Reason string `json:"reason"`
}

// FailureOf says why nothing could be done for a tenant.
func FailureOf(tenantID string, err error) Failure {
	return Failure{Key{TenantID: tenantID}, reasonOf(err)}
}

// Trainer makes the nightly forecasts of every tenant and metric. It is safe for concurrent use.
type Trainer struct {
	Usage   UsageStore
	Archive Archive
	Models  ModelStore
	Meter   Meter
	Tenants tenancy.Directory
}

// Collect takes what was metered of a tenant since the last hour kept of each metric, in one answer where
// that is the same hour for all: a metric that a tenant never had must not bring back 90 days of the others
// every night. Errors are the meter's and the store's.
func (t *Trainer) Collect(ctx context.Context, now time.Time, tenantID string) error {
	oldest := now.Add(-Lookback).Truncate(time.Hour)
	metrics := forecast.ResourceMetrics()
	since := make([]time.Time, len(metrics))
	together := true
	for i, metric := range metrics {
		latest, err := t.Usage.Latest(ctx, Key{tenantID, metric})
		if err != nil {
			return err
		}
		if since[i] = latest; latest.Before(oldest) {
			since[i] = oldest
		}
		together = together && since[i].Equal(since[0])
	}
	if together {
		return t.collect(ctx, tenantID, "", since[0])
	}
	for i, metric := range metrics {
		if err := t.collect(ctx, tenantID, metric, since[i]); err != nil {
			return err
		}
	}
	return nil
}

// collect takes what was metered of a metric, of all where it is empty, since an instant.
func (t *Trainer) collect(ctx context.Context, tenantID string, metric forecast.ResourceMetric, since time.Time) error {
	usage, err := t.Meter.HourlyUsage(ctx, tenantID, metric, since)
	if err != nil || len(usage) == 0 {
		return err
	}
	return t.Usage.Keep(ctx, usage)
}

// Series counts those that a run at an instant forecasts.
func (t *Trainer) Series(ctx context.Context, now time.Time) (int, error) {
	return t.Usage.Count(ctx, now.Add(-Lookback))
}

// Trained is what became of one batch of series.
type Trained struct {
	// Last is the last key of the batch, from which to go on; the zero key says that there are no more.
	Last      Key
	Forecasts int
	// Promoted counts the models that took the place of the one in use.
	Promoted int
	Failed   []Failure
}

// Batch forecasts the series after a key by the better of the model in use and one weighed afresh, and
// keeps the forecasts and what was decided. Alike series of a batch share the shape of their intervals.
// The same run again makes the same ids, so that a repetition adds nothing.
func (t *Trainer) Batch(ctx context.Context, run string, now time.Time, after Key) (Trained, error) {
	keys, err := t.Usage.Keys(ctx, now.Add(-Lookback), after, BatchSize)
	if err != nil || len(keys) == 0 {
		return Trained{}, err
	}
	inUse, err := t.Models.InUse(ctx, forecast.Hourly, keys)
	if err != nil {
		return Trained{}, err
	}
	b := batch{run: run, now: now, inUse: inUse, series: map[forecast.ResourceMetric][]forecast.Series{}}
	for _, key := range keys {
		hours, err := t.Usage.Hours(ctx, key, now.Add(-Lookback), now)
		if err != nil {
			return Trained{}, err
		}
		b.add(key, hours)
	}
	for _, metric := range forecast.ResourceMetrics() {
		if err := b.forecastAlike(metric); err != nil {
			return Trained{}, err
		}
	}
	trained := Trained{Last: keys[len(keys)-1], Forecasts: len(b.made), Failed: b.failed}
	for _, decided := range b.decisions {
		if decided.Promoted {
			trained.Promoted++
		}
	}
	// Decisions come first: where the forecasts are not kept after all, the next try finds the model in
	// use that they were made by.
	if err := t.Models.Decide(ctx, b.decisions); err != nil {
		return Trained{}, err
	}
	return trained, t.Archive.Put(ctx, b.made)
}

// reasonOf is an error as people read it.
func reasonOf(err error) string {
	var coded *fault.Error
	if reason, short := IsShort(err); short {
		return reason
	}
	if errors.As(err, &coded) {
		return coded.Message
	}
	return err.Error()
}

// NightlyID is the id of a run's forecast of a series.
func NightlyID(run string, key Key) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{run, key.TenantID, string(key.Metric)}))
	return "n-" + hex.EncodeToString(sum[:16])
}
