package capacity

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// start is the first instant of every forecast in these tests.
var start = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// on is the instant of a point.
func on(g forecast.ForecastGranularity, k int) time.Time { return g.Step(start, k) }

// band is a forecast of medians with P10 and P90 at a distance to either side.
func band(g forecast.ForecastGranularity, distance float64, medians ...float64) forecast.ForecastResult {
	f := forecast.ForecastResult{
		ID: "f1", TenantID: "acme", Metric: forecast.StorageUsedGB, Granularity: g, Levels: forecast.DefaultLevels(), ConfidenceScore: 0.7,
	}
	for k, v := range medians {
		f.Predictions = append(f.Predictions, forecast.Prediction{Timestamp: on(g, k), Value: v, Quantiles: []float64{v - distance, v, v + distance}})
	}
	return f
}

// rising is n medians from first on, each step higher.
func rising(n int, first, step float64) []float64 {
	values := make([]float64, n)
	for k := range values {
		values[k] = first + step*float64(k)
	}
	return values
}

func dec(t *testing.T, text string) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(text)
	require.NoError(t, err)
	return d
}

// drawnForecast is any forecast whose quantiles are in order and not below zero.
func drawnForecast(t *rapid.T) forecast.ForecastResult {
	g := rapid.SampledFrom(forecast.Granularities()).Draw(t, "granularity")
	f := band(g, 0, make([]float64, rapid.IntRange(1, 40).Draw(t, "points"))...)
	for k := range f.Predictions {
		low := rapid.Float64Range(0, 100).Draw(t, "low")
		middle := low + rapid.Float64Range(0, 50).Draw(t, "middle")
		f.Predictions[k].Quantiles = []float64{low, middle, middle + rapid.Float64Range(0, 50).Draw(t, "high")}
		f.Predictions[k].Value = middle
	}
	return f
}
