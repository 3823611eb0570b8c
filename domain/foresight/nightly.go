package foresight

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

const (
	// NightlyDays is how far ahead the nightly forecasts reach, by the hour.
	NightlyDays = 7
	// BatchSize is how many series are forecast, and stored, together.
	BatchSize = 64
)

// Trainer makes the nightly forecasts of every tenant and metric. It is safe for concurrent use.
type Trainer struct {
	Usage   UsageStore
	Archive Archive
	Models  ModelStore
	Meter   Meter
	Tenants tenancy.Directory
	// Statements may be nil: then nothing is stated.
	Statements Statements
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
	b, err := t.batch(ctx, run, now, keys)
	if err != nil {
		return Trained{}, err
	}
	if err := b.forecast(); err != nil {
		return Trained{}, err
	}
	// Decisions come first: where the forecasts are not kept after all, the next try finds the model in
	// use that they were made by.
	decisions := b.decisions()
	if err := t.Models.Decide(ctx, decisions); err != nil {
		return Trained{}, err
	}
	inUse, err := t.Models.InUse(ctx, forecast.Hourly, keys)
	if err != nil {
		return Trained{}, err
	}
	if err := b.follow(inUse); err != nil {
		return Trained{}, err
	}
	made := b.results()
	trained := Trained{Last: keys[len(keys)-1], Forecasts: len(made), Failed: b.failed}
	for _, decided := range decisions {
		if decided.Promoted && inUse[decided.Challenger.Key].ID == decided.Challenger.ID {
			trained.Promoted++
		}
	}
	return trained, t.Archive.Put(ctx, made)
}

// batch reads what series are forecast from.
func (t *Trainer) batch(ctx context.Context, run string, now time.Time, keys []Key) (*batch, error) {
	b := &batch{run: run, now: now, entries: map[forecast.ResourceMetric][]entry{}}
	var err error
	if b.inUse, err = t.Models.InUse(ctx, forecast.Hourly, keys); err != nil {
		return nil, err
	}
	if b.terms, err = termsOf(ctx, t.Statements, keys...); err != nil {
		return nil, err
	}
	if b.events, err = eventsOf(ctx, t.Statements); err != nil {
		return nil, err
	}
	for _, key := range keys {
		hours, err := t.Usage.Hours(ctx, key, now.Add(-Lookback), now)
		if err != nil {
			return nil, err
		}
		if n := len(hours); n > 0 {
			if err := checkGoesOn(key.Metric, hours[n-1].At, now); err != nil {
				b.failed = append(b.failed, failureOf(key, err))
				continue
			}
		}
		b.add(key, hours)
	}
	return b, nil
}

// NightlyID is the id of a run's forecast of a series.
func NightlyID(run string, key Key) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{run, key.TenantID, string(key.Metric)}))
	return "n-" + hex.EncodeToString(sum[:16])
}
