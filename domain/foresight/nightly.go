package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// BatchSize is how many series are forecast, and stored, together.
const BatchSize = 64

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

// Series counts those that a run at an instant forecasts.
func (t *Trainer) Series(ctx context.Context, now time.Time) (int, error) {
	return t.Usage.Count(ctx, now.Add(-Lookback))
}

// Trained is what became of one batch of series.
type Trained struct {
	// Last is the last key of the batch, from which to go on; the zero key says that there are no more.
	Last Key
	// Series counts those of which there is a forecast.
	Series int
	// Promoted counts the models that took the place of the one in use.
	Promoted int
	Failed   []Failure
}

// Batch forecasts the series after a key by the hour and by the day, each by the better of the model in use and
// one weighed afresh, and keeps the forecasts and what was decided. Alike series of a batch share the shape of
// their intervals. The same run again makes the same ids, so that a repetition adds nothing.
func (t *Trainer) Batch(ctx context.Context, run string, now time.Time, after Key) (Trained, error) {
	keys, err := t.Usage.Keys(ctx, now.Add(-Lookback), after, BatchSize)
	if err != nil || len(keys) == 0 {
		return Trained{}, err
	}
	m, err := t.measured(ctx, now, keys)
	if err != nil {
		return Trained{}, err
	}
	trained := Trained{Last: keys[len(keys)-1], Failed: m.stopped}
	var made []forecast.ForecastResult
	for _, routine := range routines() {
		b, err := t.batch(ctx, run, now, routine, m)
		if err != nil {
			return Trained{}, err
		}
		promoted, err := t.forecast(ctx, b)
		if err != nil {
			return Trained{}, err
		}
		made = append(made, b.results()...)
		trained.Series = max(trained.Series, len(b.drafts))
		trained.Promoted += promoted
		trained.Failed = append(trained.Failed, b.failed...)
		m.leaveOut(b.failed)
	}
	return trained, t.Archive.Put(ctx, made)
}

// forecast forecasts a batch and keeps what was decided. Decisions come first: where the forecasts are not kept
// after all, the next try finds the model in use that they were made by.
func (t *Trainer) forecast(ctx context.Context, b *batch) (promoted int, err error) {
	if err := b.forecast(); err != nil {
		return 0, err
	}
	if err := t.Models.Decide(ctx, b.decisions()); err != nil {
		return 0, err
	}
	inUse, err := t.Models.InUse(ctx, b.granularity, b.keys)
	if err != nil {
		return 0, err
	}
	promoted = b.promoted(inUse)
	return promoted, b.follow(inUse)
}

// batch puts what was measured of series beside the models in use.
func (t *Trainer) batch(ctx context.Context, run string, now time.Time, of routine, m *measured) (*batch, error) {
	inUse, err := t.Models.InUse(ctx, of.granularity, m.keys)
	if err != nil {
		return nil, err
	}
	b := &batch{routine: of, run: run, now: now, keys: m.keys, inUse: inUse}
	for _, key := range m.keys {
		points := Points(key.Metric, m.terms[key], of.granularity, m.hours[key])
		b.subjects = append(b.subjects, subjectOf(key, points, inUse[key], m.events, of.granularity, now))
	}
	return b, nil
}
