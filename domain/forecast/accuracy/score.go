package accuracy

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Range is some steps ahead as people speak of them, both ends included: an hour, the rest of its day, the
// rest of its week.
type Range struct {
	From int `json:"from_step"`
	To   int `json:"to_step"`
}

// Ranges lists the ranges that a forecast of a number of steps reaches into, from near to far.
func Ranges(g forecast.ForecastGranularity, steps int) []Range {
	ends := map[forecast.ForecastGranularity][]int{
		forecast.Hourly: {1, 24, 168, 720}, forecast.Daily: {1, 7, 30, 90},
		forecast.Weekly: {1, 4, 13, 52}, forecast.Monthly: {1, 3, 12},
	}[g]
	var list []Range
	from := 1
	for _, end := range append(ends, forecast.MaxHorizon) {
		if from > steps {
			break
		}
		list = append(list, Range{from, end})
		from = end + 1
	}
	return list
}

// CompleteAt returns when the last step of a range of a forecast has passed.
func (r Range) CompleteAt(f forecast.ForecastResult) time.Time {
	last := min(r.To, len(f.Predictions))
	return f.Granularity.Step(f.Predictions[last-1].Timestamp, 1)
}

// Score is how good a range of steps of one forecast was.
type Score struct {
	ForecastID  string                       `json:"forecast_id"`
	TenantID    string                       `json:"tenant_id"`
	Metric      forecast.ResourceMetric      `json:"metric"`
	Granularity forecast.ForecastGranularity `json:"granularity"`
	Model       string                       `json:"model_type"`
	GeneratedAt time.Time                    `json:"generated_at"`
	Range
	Tally Tally `json:"tally"`
}

// Judge holds a range of steps of a forecast against usage that may begin before it: the part before the
// forecast, as far back as History, sets the scale of MASE; steps without an actual value are left out.
func Judge(f forecast.ForecastResult, r Range, usage []forecast.UsageDataPoint) Score {
	score := Score{
		ForecastID: f.ID, TenantID: f.TenantID, Metric: f.Metric, Granularity: f.Granularity,
		Model: f.Model, GeneratedAt: f.GeneratedAt, Range: r,
	}
	actuals := make(map[int64]float64, len(usage))
	var before []forecast.UsageDataPoint
	first := f.Predictions[0].Timestamp
	for _, u := range usage {
		if math.IsNaN(u.Value) || math.IsInf(u.Value, 0) {
			continue
		}
		actuals[u.Timestamp.Unix()] = u.Value
		if u.Timestamp.Before(first) && !u.Timestamp.Before(first.Add(-History(f.Granularity))) {
			before = append(before, u)
		}
	}
	scale := naiveScale(before, f.Granularity)
	for _, prediction := range f.Predictions[r.From-1 : min(r.To, len(f.Predictions))] {
		actual, known := actuals[prediction.Timestamp.Unix()]
		if !known {
			continue
		}
		p := point{actual: actual, predicted: prediction.Value, scale: scale, low: math.NaN(), high: math.NaN(), nominal: math.NaN()}
		if n := len(f.Levels); n > 1 && len(prediction.Quantiles) == n {
			p.low, p.high, p.nominal = prediction.Quantiles[0], prediction.Quantiles[n-1], f.Levels[n-1]-f.Levels[0]
		}
		score.Tally.add(p)
	}
	return score
}
