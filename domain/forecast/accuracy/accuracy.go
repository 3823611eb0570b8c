package accuracy

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// DefaultLookback is how many past forecasts are scored unless asked otherwise.
const DefaultLookback = 10

// Archive keeps forecasts and usage. Its methods return Unavailable errors when trying again can help;
// they may be used concurrently.
type Archive interface {
	// Forecasts returns the latest stored forecasts of a tenant's metric, the newest first, no more than
	// limit; none is an empty list.
	Forecasts(ctx context.Context, tenantID string, metric forecast.ResourceMetric, limit int) ([]forecast.ForecastResult, error)
	// Usage returns what was measured from an instant (included) to another (excluded), in any order, at
	// the granularity.
	Usage(ctx context.Context, tenantID string, metric forecast.ResourceMetric, granularity forecast.Granularity, from, until time.Time) ([]forecast.UsageDataPoint, error)
}

// Report is how good past forecasts of a metric were.
type Report struct {
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
	// Forecasts is how many had at least one actual value, Pending how many have none yet.
	Forecasts int     `json:"forecasts"`
	Pending   int     `json:"pending"`
	Overall   Measure `json:"overall"`
	// ByModel is in order of names, ByHorizon from near to far.
	ByModel   []ModelMeasure   `json:"by_model"`
	ByHorizon []HorizonMeasure `json:"by_horizon"`
	// Notes say what could not be computed, and why.
	Notes []string `json:"notes,omitempty"`
}

// ModelMeasure is how good one model was.
type ModelMeasure struct {
	Model string `json:"model_type"`
	Measure
}

// HorizonMeasure is how good predictions of a number of steps ahead were, both ends included.
type HorizonMeasure struct {
	Granularity forecast.Granularity `json:"granularity"`
	FromStep    int                  `json:"from_step"`
	ToStep      int                  `json:"to_step"`
	Measure
}

// GetHistoricalAccuracy scores the latest stored forecasts of a tenant's metric against what came. A
// lookback outside 1 to 1000 is InvalidInput; other errors are the archive's.
func GetHistoricalAccuracy(ctx context.Context, archive Archive, tenantID string, metric forecast.ResourceMetric, lookback int) (Report, error) {
	if lookback < 1 || lookback > 1000 {
		return Report{}, fault.Invalid("/lookback_forecasts", "a lookback of %d forecasts is not from 1 to 1000", lookback)
	}
	forecasts, err := archive.Forecasts(ctx, tenantID, metric, lookback)
	if err != nil {
		return Report{}, err
	}
	board := newBoard()
	for _, f := range forecasts {
		if len(f.Predictions) == 0 {
			continue
		}
		first, last := f.Predictions[0].Timestamp, f.Predictions[len(f.Predictions)-1].Timestamp
		usage, err := archive.Usage(ctx, tenantID, metric, f.Granularity, first.Add(-history(f.Granularity)), f.Granularity.Step(last, 1))
		if err != nil {
			return Report{}, err
		}
		board.score(f, usage)
	}
	report := board.report()
	report.TenantID, report.Metric = tenantID, metric
	return report, nil
}

// Score scores one forecast against usage that may begin before it: the earlier part sets the scale of
// MASE.
func Score(f forecast.ForecastResult, usage []forecast.UsageDataPoint) Report {
	board := newBoard()
	board.score(f, usage)
	report := board.report()
	report.TenantID, report.Metric = f.TenantID, f.Metric
	return report
}

// board collects scores in their groups.
type board struct {
	forecasts, pending int
	overall            sums
	models             map[string]*sums
	horizons           map[bucket]*sums
}

// bucket is a range of steps ahead.
type bucket struct {
	granularity forecast.Granularity
	from, to    int
}

func newBoard() *board { return &board{models: map[string]*sums{}, horizons: map[bucket]*sums{}} }

func (b *board) score(f forecast.ForecastResult, usage []forecast.UsageDataPoint) {
	actuals := make(map[int64]float64, len(usage))
	var before []forecast.UsageDataPoint
	for _, u := range usage {
		if math.IsNaN(u.Value) || math.IsInf(u.Value, 0) {
			continue
		}
		actuals[u.Timestamp.Unix()] = u.Value
		if len(f.Predictions) > 0 && u.Timestamp.Before(f.Predictions[0].Timestamp) {
			before = append(before, u)
		}
	}
	scale := naiveScale(before, f.Granularity)
	scored := false
	for k, prediction := range f.Predictions {
		actual, known := actuals[prediction.Timestamp.Unix()]
		if !known {
			continue
		}
		scored = true
		p := point{actual: actual, predicted: prediction.Value, scale: scale, low: math.NaN(), high: math.NaN(), nominal: math.NaN()}
		if n := len(f.Levels); n > 1 && len(prediction.Quantiles) == n {
			p.low, p.high, p.nominal = prediction.Quantiles[0], prediction.Quantiles[n-1], f.Levels[n-1]-f.Levels[0]
		}
		b.overall.add(p)
		group(b.models, f.Model).add(p)
		group(b.horizons, bucketOf(f.Granularity, k+1)).add(p)
	}
	if scored {
		b.forecasts++
	} else {
		b.pending++
	}
}

func group[K comparable](groups map[K]*sums, key K) *sums {
	if groups[key] == nil {
		groups[key] = &sums{}
	}
	return groups[key]
}

// bucketOf puts a step into a range as people speak of it.
func bucketOf(g forecast.Granularity, step int) bucket {
	ends := map[forecast.Granularity][]int{
		forecast.Hourly: {1, 24, 168, 720}, forecast.Daily: {1, 7, 30, 90},
		forecast.Weekly: {1, 4, 13, 52}, forecast.Monthly: {1, 3, 12},
	}[g]
	from := 1
	for _, end := range ends {
		if step <= end {
			return bucket{g, from, end}
		}
		from = end + 1
	}
	return bucket{g, from, forecast.MaxHorizon}
}

func (b *board) report() Report {
	r := Report{Forecasts: b.forecasts, Pending: b.pending, Overall: b.overall.measure(), ByModel: []ModelMeasure{}, ByHorizon: []HorizonMeasure{}}
	for model, s := range b.models {
		r.ByModel = append(r.ByModel, ModelMeasure{model, s.measure()})
	}
	slices.SortFunc(r.ByModel, func(a, b ModelMeasure) int { return cmp.Compare(a.Model, b.Model) })
	for k, s := range b.horizons {
		r.ByHorizon = append(r.ByHorizon, HorizonMeasure{k.granularity, k.from, k.to, s.measure()})
	}
	slices.SortFunc(r.ByHorizon, func(a, b HorizonMeasure) int {
		return cmp.Or(slices.Index(forecast.Granularities(), a.Granularity)-slices.Index(forecast.Granularities(), b.Granularity), a.FromStep-b.FromStep)
	})
	if m := r.Overall; m.Points == 0 {
		r.Notes = append(r.Notes, "no forecast has an actual value yet")
	} else {
		if m.ZeroActuals > 0 {
			r.Notes = append(r.Notes, fmt.Sprintf("MAPE is undefined where the actual value is zero: %d of %d points are left out of it; read sMAPE and MASE", m.ZeroActuals, m.Points))
		}
		if b.overall.scaled < m.Points {
			r.Notes = append(r.Notes, fmt.Sprintf("MASE needs a history that varies before the forecast: %d of %d points are left out of it", m.Points-b.overall.scaled, m.Points))
		}
	}
	return r
}
