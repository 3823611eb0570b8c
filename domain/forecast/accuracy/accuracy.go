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
	// ByModel is in order of granularities and names, ByHorizon of granularities from near to far.
	ByModel   []ModelMeasure   `json:"by_model"`
	ByHorizon []HorizonMeasure `json:"by_horizon"`
	// Notes say what could not be computed, and why.
	Notes []string `json:"notes,omitempty"`
}

// ModelMeasure is how good one model was at one granularity.
type ModelMeasure struct {
	Model       string                       `json:"model_type"`
	Granularity forecast.ForecastGranularity `json:"granularity"`
	Measure
	ByHorizon []HorizonMeasure `json:"by_horizon"`
}

// HorizonMeasure is how good predictions of a number of steps ahead were, both ends included.
type HorizonMeasure struct {
	Granularity forecast.ForecastGranularity `json:"granularity"`
	FromStep    int                          `json:"from_step"`
	ToStep      int                          `json:"to_step"`
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
	granularity forecast.ForecastGranularity
	Range
}

// summary adds scores up in their groups.
func summary(scores []Score) Report {
	type model struct {
		granularity forecast.ForecastGranularity
		name        string
	}
	var overall Tally
	byModel, forecasts := map[model][]Score{}, map[string]bool{}
	for _, score := range scores {
		forecasts[score.ForecastID] = true
		overall.merge(score.Tally)
		of := model{score.Granularity, score.Model}
		byModel[of] = append(byModel[of], score)
	}
	r := Report{Forecasts: len(forecasts), Overall: overall.measure(), ByModel: []ModelMeasure{}, ByHorizon: byHorizon(scores), Notes: overall.notes()}
	for of, own := range byModel {
		var all Tally
		for _, score := range own {
			all.merge(score.Tally)
		}
		r.ByModel = append(r.ByModel, ModelMeasure{of.name, of.granularity, all.measure(), byHorizon(own)})
	}
	slices.SortFunc(r.ByModel, func(a, b ModelMeasure) int {
		return cmp.Or(rank(a.Granularity)-rank(b.Granularity), cmp.Compare(a.Model, b.Model))
	})
	return r
}

// byHorizon adds scores up by steps ahead.
func byHorizon(scores []Score) []HorizonMeasure {
	tallies := map[bucket]*Tally{}
	for _, score := range scores {
		of := bucket{score.Granularity, score.Range}
		if tallies[of] == nil {
			tallies[of] = &Tally{}
		}
		tallies[of].merge(score.Tally)
	}
	measures := make([]HorizonMeasure, 0, len(tallies))
	for of, tally := range tallies {
		measures = append(measures, HorizonMeasure{of.granularity, of.From, of.To, tally.measure()})
	}
	slices.SortFunc(measures, func(a, b HorizonMeasure) int {
		return cmp.Or(rank(a.Granularity)-rank(b.Granularity), a.FromStep-b.FromStep)
	})
	return measures
}

// rank orders granularities, the finest first.
func rank(g forecast.ForecastGranularity) int { return slices.Index(forecast.Granularities(), g) }

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
