package foresight

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
)

// ScorePatience is how long a range of steps waits for actual values that are late; then it is scored by
// those that came.
const ScorePatience = 7 * 24 * time.Hour

// ScoreStore keeps what forecasts still wait to be scored, and the scores. Its methods return Unavailable
// errors when trying again can help, and may be used concurrently.
type ScoreStore interface {
	accuracy.Archive
	// DueKeys lists the series that have a forecast of which another range of steps has passed by now, in
	// byte order of tenant and metric, those after a key, no more than limit.
	DueKeys(ctx context.Context, now time.Time, after Key, limit int) ([]Key, error)
	// Due lists those forecasts of a series, the first that were made of them where there are very many.
	Due(ctx context.Context, key Key, now time.Time) ([]DueForecast, error)
	// KeepScores keeps scores, all or none; those of a range that is scored already replace it.
	KeepScores(ctx context.Context, scored []Scored) error
}

// DueForecast is a forecast of which the ranges from the one that was complete at DueAt are not scored.
type DueForecast struct {
	forecast.ForecastResult
	DueAt time.Time
}

// Scored is what became of a forecast: scores of the ranges that have passed, and when the next one will
// have; the zero time where there is none.
type Scored struct {
	ForecastID string
	Scores     []accuracy.Score
	DueAt      time.Time
}

// Scorer scores forecasts once what they were about has come. It is safe for concurrent use.
type Scorer struct {
	Usage  UsageStore
	Scores ScoreStore
	// Statements may be nil: then nothing is stated.
	Statements Statements
}

// ScoredBatch is what became of a batch of series.
type ScoredBatch struct {
	// Last is the last key of the batch, from which to go on; the zero key says that there are no more.
	Last Key
	// Ranges counts the ranges of steps that were scored.
	Ranges int
}

// Batch scores what is due of the series after a key. Repeated, it scores nothing twice.
func (s *Scorer) Batch(ctx context.Context, now time.Time, after Key) (ScoredBatch, error) {
	keys, err := s.Scores.DueKeys(ctx, now, after, BatchSize)
	if err != nil || len(keys) == 0 {
		return ScoredBatch{}, err
	}
	terms, err := termsOf(ctx, s.Statements, keys...)
	if err != nil {
		return ScoredBatch{}, err
	}
	done := ScoredBatch{Last: keys[len(keys)-1]}
	var scored []Scored
	for _, key := range keys {
		of, err := s.series(ctx, now, key, terms[key])
		if err != nil {
			return ScoredBatch{}, err
		}
		for _, one := range of {
			done.Ranges += len(one.Scores)
		}
		scored = append(scored, of...)
	}
	return done, s.Scores.KeepScores(ctx, scored)
}

// series scores the forecasts of one series, which share the usage that is read.
func (s *Scorer) series(ctx context.Context, now time.Time, key Key, terms Terms) ([]Scored, error) {
	due, err := s.Scores.Due(ctx, key, now)
	if err != nil {
		return nil, err
	}
	from := now
	for _, one := range due {
		from = earlier(from, start(one.Granularity, one.Predictions[0].Timestamp.Add(-accuracy.History(one.Granularity))))
	}
	hours, err := s.Usage.Hours(ctx, key, from, now)
	if err != nil {
		return nil, err
	}
	var arrived time.Time
	if n := len(hours); n > 0 {
		arrived = hours[n-1].At.Add(time.Hour)
	}
	usage := map[forecast.ForecastGranularity][]forecast.UsageDataPoint{}
	var scored []Scored
	for _, one := range due {
		g := one.Granularity
		if _, made := usage[g]; !made {
			usage[g] = Points(key.Metric, terms, g, hours)
		}
		scored = append(scored, one.score(now, arrived, usage[g]))
	}
	return scored, nil
}

// score scores the ranges whose actual values have arrived, or were waited for long enough.
func (d DueForecast) score(now, arrived time.Time, usage []forecast.UsageDataPoint) Scored {
	scored := Scored{ForecastID: d.ID}
	for _, r := range accuracy.Ranges(d.Granularity, len(d.Predictions)) {
		complete := r.CompleteAt(d.ForecastResult)
		if complete.Before(d.DueAt) {
			continue
		}
		if complete.After(arrived) && now.Before(complete.Add(ScorePatience)) {
			scored.DueAt = complete
			break
		}
		if score := accuracy.Judge(d.ForecastResult, r, usage); score.Tally.Points > 0 {
			scored.Scores = append(scored.Scores, score)
		}
	}
	return scored
}

// FirstDue is when the first range of a new forecast will have passed.
func FirstDue(f forecast.ForecastResult) time.Time {
	return accuracy.Ranges(f.Granularity, len(f.Predictions))[0].CompleteAt(f)
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
