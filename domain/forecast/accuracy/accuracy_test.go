package accuracy

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

var start = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)

// predicted is a daily forecast with P10 and P90 two below and above.
func predicted(model string, medians ...float64) forecast.ForecastResult {
	f := forecast.ForecastResult{Model: model, Granularity: forecast.Daily, Levels: forecast.DefaultLevels()}
	for k, v := range medians {
		f.Predictions = append(f.Predictions, forecast.Prediction{Timestamp: start.AddDate(0, 0, k), Value: v, Quantiles: []float64{v - 2, v, v + 2}})
	}
	return f
}

// measured is daily usage from a day on.
func measured(day int, values ...float64) []forecast.UsageDataPoint {
	points := make([]forecast.UsageDataPoint, len(values))
	for k, v := range values {
		points[k] = forecast.UsageDataPoint{Timestamp: start.AddDate(0, 0, day+k), Value: v}
	}
	return points
}

func TestScore(t *testing.T) {
	type want struct{ mape, smape, mase, rmse, bias, coverage, above any }
	for name, test := range map[string]struct {
		forecast forecast.ForecastResult
		usage    []forecast.UsageDataPoint
		points   int
		want     want
	}{
		// Errors 1 of 10 and −3 of 13; the history moves by 2 a day.
		"every measure by hand": {
			predicted("m", 11, 10), append(measured(-3, 1, 3, 5), measured(0, 10, 13)...), 2,
			want{(10 + 300.0/13) / 2, (200.0/21 + 600.0/23) / 2, 1.0, math.Sqrt(5), -1.0, 0.5, 0.5},
		},
		"a perfect forecast": {predicted("m", 4, 5), append(measured(-2, 1, 2), measured(0, 4, 5)...), 2, want{0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0}},
		"an actual value of zero is left out of MAPE": {
			predicted("m", 1, 2), append(measured(-2, 1, 2), measured(0, 0, 1)...), 2, want{100.0, (200 + 200.0/3) / 2, 1.0, 1.0, 1.0, 1.0, 0.0},
		},
		"zeros alone have no MAPE":           {predicted("m", 1), append(measured(-2, 1, 2), measured(0, 0)...), 1, want{nil, 200.0, 1.0, 1.0, 1.0, 1.0, 0.0}},
		"zero forecast as zero is no error":  {predicted("m", 0), append(measured(-2, 1, 2), measured(0, 0)...), 1, want{nil, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0}},
		"without a history there is no MASE": {predicted("m", 5), measured(0, 4), 1, want{25.0, 200.0 / 9, nil, 1.0, 1.0, 1.0, 0.0}},
		"a constant history has no MASE":     {predicted("m", 5), append(measured(-3, 7, 7, 7), measured(0, 4)...), 1, want{25.0, 200.0 / 9, nil, 1.0, 1.0, 1.0, 0.0}},
		"a gap is not scored":                {predicted("m", 5, 5), measured(0, 4, math.NaN()), 1, want{25.0, 200.0 / 9, nil, 1.0, 1.0, 1.0, 0.0}},
		"the ends of the interval count":     {predicted("m", 5, 5), measured(0, 3, 7), 2, want{(200.0/3 + 200.0/7) / 2, (50 + 400.0/12) / 2, nil, 2.0, 0.0, 1.0, 0.0}},
		"nothing came yet":                   {predicted("m", 5), measured(-3, 1, 2, 3), 0, want{}},
	} {
		t.Run(name, func(t *testing.T) {
			m := Score(test.forecast, test.usage).Overall
			assert.Equal(t, test.points, m.Points)
			for _, field := range []struct {
				name string
				want any
				got  *float64
			}{
				{"MAPE", test.want.mape, m.MAPE},
				{"sMAPE", test.want.smape, m.SMAPE},
				{"MASE", test.want.mase, m.MASE},
				{"RMSE", test.want.rmse, m.RMSE},
				{"bias", test.want.bias, m.Bias},
				{"coverage", test.want.coverage, m.Coverage},
				{"above", test.want.above, m.AboveHighest},
			} {
				if field.want == nil {
					assert.Nil(t, field.got, field.name)
				} else if assert.NotNil(t, field.got, field.name) {
					assert.InDelta(t, field.want, *field.got, 1e-9, field.name)
				}
			}
		})
	}
	t.Run("takes the scale from a season ago where two are known", func(t *testing.T) {
		history := make([]float64, 28)
		for day := range history {
			history[day] = float64(day%7*10 + day/7*3)
		}
		r := Score(predicted("m", 6), append(measured(-28, history...), measured(0, 0)...))
		assert.InDelta(t, 2, *r.Overall.MASE, 1e-9, "weeks differ by 3, so an error of 6 is 2")
	})
	t.Run("says what it left out", func(t *testing.T) {
		assert.Equal(t, []string{
			"MAPE is undefined where the actual value is zero: 1 of 1 points are left out of it; read sMAPE and MASE",
			"MASE needs a history that varies before the forecast: 1 of 1 points are left out of it",
		}, Score(predicted("m", 1), measured(0, 0)).Notes)
		assert.Equal(t, []string{"no forecast has an actual value yet"}, Score(predicted("m", 1), nil).Notes)
	})
	t.Run("has no coverage with one level", func(t *testing.T) {
		f := predicted("m", 1)
		f.Levels, f.Predictions[0].Quantiles = []float64{0.5}, []float64{1}
		assert.Nil(t, Score(f, measured(0, 1)).Overall.Coverage)
	})
	t.Run("groups steps ahead", func(t *testing.T) {
		r := Score(predicted("m", make([]float64, 40)...), measured(0, make([]float64, 40)...))
		var ranges [][3]int
		for _, h := range r.ByHorizon {
			ranges = append(ranges, [3]int{h.FromStep, h.ToStep, h.Points})
		}
		assert.Equal(t, [][3]int{{1, 1, 1}, {2, 7, 6}, {8, 30, 23}, {31, 90, 10}}, ranges)
	})
}

// archive holds forecasts and usage of one metric.
type archive struct {
	forecasts []forecast.ForecastResult
	usage     []forecast.UsageDataPoint
	err       error
}

func (a archive) Forecasts(_ context.Context, _ string, _ forecast.ResourceMetric, limit int) ([]forecast.ForecastResult, error) {
	return a.forecasts[:min(limit, len(a.forecasts))], a.err
}

func (a archive) Usage(_ context.Context, _ string, _ forecast.ResourceMetric, _ forecast.Granularity, from, until time.Time) ([]forecast.UsageDataPoint, error) {
	var within []forecast.UsageDataPoint
	for _, p := range a.usage {
		if !p.Timestamp.Before(from) && p.Timestamp.Before(until) {
			within = append(within, p)
		}
	}
	return within, a.err
}

func TestHistoricalAccuracy(t *testing.T) {
	late := predicted("theta", 1)
	late.Predictions[0].Timestamp = start.AddDate(0, 1, 0)
	a := archive{
		forecasts: []forecast.ForecastResult{late, predicted("theta", 5, 5), predicted("ensemble", 4, 4), predicted("old", 9)},
		usage:     append(measured(-3, 1, 2, 3), measured(0, 4, 4)...),
	}
	r, err := GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, 3)
	require.NoError(t, err)
	assert.Equal(t, "acme", r.TenantID)
	assert.Equal(t, 2, r.Forecasts)
	assert.Equal(t, 1, r.Pending)
	assert.Equal(t, 4, r.Overall.Points)
	require.Len(t, r.ByModel, 2, "the fourth forecast is beyond the lookback")
	assert.Equal(t, "ensemble", r.ByModel[0].Model)
	assert.InDelta(t, 0, *r.ByModel[0].RMSE, 0)
	assert.InDelta(t, 1, *r.ByModel[1].Bias, 0)
	assert.InDelta(t, 0.8, *r.Overall.NominalCoverage, 1e-12)

	for _, lookback := range []int{0, 1001} {
		_, err = GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, lookback)
		require.ErrorContains(t, err, "is not from 1 to 1000")
	}
	a.err = fault.New(fault.Unavailable, "the archive does not answer")
	_, err = GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, 3)
	assert.Equal(t, fault.Unavailable, fault.CodeOf(err))
}
