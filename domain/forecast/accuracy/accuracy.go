package accuracy

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// DefaultLookback is how many past forecasts are summed up unless asked otherwise.
const DefaultLookback = 10

// Archive keeps scores. Its methods return Unavailable errors when trying again can help; they may be
// used concurrently.
type Archive interface {
	// Scores returns those of the latest forecasts of a tenant's metric that have any, of no more than
	// lookback forecasts, in any order, and how many later forecasts have none yet.
	Scores(ctx context.Context, tenantID string, metric forecast.ResourceMetric, lookback int) (scores []Score, pending int, err error)
}

// Report is how good past forecasts of a metric were.
type Report struct {
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
	// Forecasts is how many have a score, Pending how many later ones have none yet.
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

// GetHistoricalAccuracy sums up how good the latest scored forecasts of a tenant's metric were. A lookback
// outside 1 to 1000 is InvalidInput; other errors are the archive's.
func GetHistoricalAccuracy(ctx context.Context, archive Archive, tenantID string, metric forecast.ResourceMetric, lookback int) (Report, error) {
	if lookback < 1 || lookback > 1000 {
		return Report{}, fault.Invalid("/lookback_forecasts", "a lookback of %d forecasts is not from 1 to 1000", lookback)
	}
	scores, pending, err := archive.Scores(ctx, tenantID, metric, lookback)
	if err != nil {
		return Report{}, err
	}
	report := summary(scores)
	report.TenantID, report.Metric, report.Pending = tenantID, metric, pending
	return report, nil
}

// bucket is a range of steps of a granularity.
type bucket struct {
	granularity forecast.Granularity
	Range
}

// summary adds scores up in their groups.
func summary(scores []Score) Report {
	var overall Tally
	models, horizons, forecasts := map[string]*Tally{}, map[bucket]*Tally{}, map[string]bool{}
	for _, score := range scores {
		forecasts[score.ForecastID] = true
		overall.merge(score.Tally)
		group(models, score.Model).merge(score.Tally)
		group(horizons, bucket{score.Granularity, score.Range}).merge(score.Tally)
	}
	r := Report{Forecasts: len(forecasts), Overall: overall.measure(), ByModel: []ModelMeasure{}, ByHorizon: []HorizonMeasure{}}
	for model, tally := range models {
		r.ByModel = append(r.ByModel, ModelMeasure{model, tally.measure()})
	}
	slices.SortFunc(r.ByModel, func(a, b ModelMeasure) int { return cmp.Compare(a.Model, b.Model) })
	for k, tally := range horizons {
		r.ByHorizon = append(r.ByHorizon, HorizonMeasure{k.granularity, k.From, k.To, tally.measure()})
	}
	slices.SortFunc(r.ByHorizon, func(a, b HorizonMeasure) int {
		return cmp.Or(slices.Index(forecast.Granularities(), a.Granularity)-slices.Index(forecast.Granularities(), b.Granularity), a.FromStep-b.FromStep)
	})
	r.Notes = overall.notes()
	return r
}

func group[K comparable](groups map[K]*Tally, key K) *Tally {
	if groups[key] == nil {
		groups[key] = &Tally{}
	}
	return groups[key]
}

// notes say what could not be computed, and why.
func (t *Tally) notes() (notes []string) {
	if t.Points == 0 {
		return []string{"no forecast has an actual value yet"}
	}
	if t.Zeros > 0 {
		notes = append(notes, fmt.Sprintf("MAPE is undefined where the actual value is zero: %d of %d points are left out of it; read sMAPE and MASE", t.Zeros, t.Points))
	}
	if t.Scaled < t.Points {
		notes = append(notes, fmt.Sprintf("MASE needs a history that varies before the forecast: %d of %d points are left out of it", t.Points-t.Scaled, t.Points))
	}
	return notes
}
