package forecast

import (
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// accuracy is how good forecasts of a set were.
type accuracy struct {
	mase, naiveMASE, coverage, above, pinball float64
}

// measure forecasts a set and compares with what followed; errors are over the seasonal difference of
// the history, as in docs/forecasting.md.
func measure(t require.TestingT, set synthetic) accuracy {
	forecaster, err := New(Options{Horizon: set.horizon, Granularity: set.granularity})
	require.NoError(t, err)
	var a accuracy
	n := float64(len(set.history))
	for i, outcome := range forecaster.Batch(set.history) {
		require.NoError(t, outcome.Err)
		history, season := outcome.Outlook.Diagnostics.History, set.granularity.seasons()[0]
		scale := meanDifference(history, season) * float64(set.horizon) * n
		for k, p := range outcome.Outlook.Forecast.Predictions {
			actual := set.future[i][k]
			a.mase += math.Abs(actual-p.Value) / scale
			a.naiveMASE += math.Abs(actual-history[len(history)-season+k%season]) / scale
			for j, level := range []float64{0.1, 0.5, 0.9} {
				d := actual - p.Quantiles[j]
				a.pinball += 2 * max(level*d, (level-1)*d) / 3 / scale
			}
			if p.Quantiles[0] <= actual && actual <= p.Quantiles[2] {
				a.coverage += 1 / n / float64(set.horizon)
			}
			if actual > p.Quantiles[2] {
				a.above += 1 / n / float64(set.horizon)
			}
		}
	}
	return a
}

// TestForecastsAreGood keeps the engine from getting worse on series that the project makes itself.
func TestForecastsAreGood(t *testing.T) {
	for _, set := range syntheticSets(40) {
		t.Run(set.name, func(t *testing.T) {
			a := measure(t, set)
			assert.Less(t, a.mase, 0.8*a.naiveMASE, "better than seasonal naive")
			assert.InDelta(t, 0.8, a.coverage, 0.05, "the band of 80 %% holds")
			assert.InDelta(t, 0.1, a.above, 0.06, "the upper level holds")
		})
	}
}

// BenchmarkForecast prints accuracy, coverage and speed with intervals, on one core.
func BenchmarkForecast(b *testing.B) {
	for _, set := range syntheticSets(40) {
		b.Run(set.name, func(b *testing.B) {
			var a accuracy
			for b.Loop() {
				a = measure(b, set)
			}
			b.ReportMetric(a.mase/a.naiveMASE, "error/naive")
			b.ReportMetric(a.coverage, "cov80")
			b.ReportMetric(a.above, "above-p90")
			b.ReportMetric(a.pinball, "pinball")
			b.ReportMetric(float64(len(set.history)*b.N)/b.Elapsed().Seconds(), "series/s")
		})
	}
}

// BenchmarkModels prints the time of one series in each model, rolling origins included.
func BenchmarkModels(b *testing.B) {
	set := syntheticSets(1)[0]
	values := make([]float64, len(set.history[0].Points))
	for i, p := range set.history[0].Points {
		values[i] = p.Value
	}
	scale := unit(values)
	for i := range values {
		values[i] /= scale
	}
	task := model.Task{Values: values, Seasons: Hourly.seasons(), Origins: rollingOrigins(len(values), 48), Horizon: 48}
	for _, m := range Hourly.models() {
		b.Run(m.Predict(task)[0].Name, func(b *testing.B) {
			for b.Loop() {
				m.Predict(task)
			}
		})
	}
}
