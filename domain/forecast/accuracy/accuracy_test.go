package accuracy

import (
	"context"
	"math"
	"slices"
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

// judged scores every range of a forecast and sums up.
func judged(f forecast.ForecastResult, usage []forecast.UsageDataPoint) Report {
	var scores []Score
	for _, r := range Ranges(f.Granularity, len(f.Predictions)) {
		if score := Judge(f, r, usage); score.Tally.Points > 0 {
			scores = append(scores, score)
		}
	}
	return summary(scores)
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
			m := judged(test.forecast, test.usage).Overall
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
		r := judged(predicted("m", 6), append(measured(-28, history...), measured(0, 0)...))
		assert.InDelta(t, 2, *r.Overall.MASE, 1e-9, "weeks differ by 3, so an error of 6 is 2")
	})
	t.Run("says what it left out", func(t *testing.T) {
		assert.Equal(t, []string{
			"MAPE is undefined where the actual value is zero: 1 of 1 points are left out of it; read sMAPE and MASE",
			"MASE needs a history that varies before the forecast: 1 of 1 points are left out of it",
		}, judged(predicted("m", 1), measured(0, 0)).Notes)
		assert.Equal(t, []string{"no forecast has an actual value yet"}, judged(predicted("m", 1), nil).Notes)
	})
	t.Run("has no coverage with one level", func(t *testing.T) {
		f := predicted("m", 1)
		f.Levels, f.Predictions[0].Quantiles = []float64{0.5}, []float64{1}
		assert.Nil(t, judged(f, measured(0, 1)).Overall.Coverage)
	})
	t.Run("groups steps ahead", func(t *testing.T) {
		r := judged(predicted("m", make([]float64, 40)...), measured(0, make([]float64, 40)...))
		var ranges [][3]int
		for _, h := range r.ByHorizon {
			ranges = append(ranges, [3]int{h.FromStep, h.ToStep, h.Points})
		}
		assert.Equal(t, [][3]int{{1, 1, 1}, {2, 7, 6}, {8, 30, 23}, {31, 90, 10}}, ranges)
	})
}

func TestRanges(t *testing.T) {
	t.Run("reach as far as the forecast", func(t *testing.T) {
		assert.Equal(t, []Range{{1, 1}, {2, 24}, {25, 168}}, Ranges(forecast.Hourly, 168))
		assert.Equal(t, []Range{{1, 1}, {2, 24}, {25, 168}, {169, 720}}, Ranges(forecast.Hourly, 169))
		assert.Equal(t, []Range{{1, 1}, {2, 3}, {4, 12}, {13, forecast.MaxHorizon}}, Ranges(forecast.Monthly, 13))
		assert.Empty(t, Ranges(forecast.Daily, 0))
	})
	t.Run("are complete when their last step has passed, or the forecast's", func(t *testing.T) {
		f := predicted("m", make([]float64, 10)...)
		assert.Equal(t, start.AddDate(0, 0, 7), Range{2, 7}.CompleteAt(f))
		assert.Equal(t, start.AddDate(0, 0, 10), Range{8, 30}.CompleteAt(f))
	})
}

// archive holds the scores of forecasts, the newest first.
type archive struct {
	scores  [][]Score
	pending int
	err     error
}

func (a archive) Scores(_ context.Context, _ string, _ forecast.ResourceMetric, lookback int) ([]Score, int, error) {
	return slices.Concat(a.scores[:min(lookback, len(a.scores))]...), a.pending, a.err
}

func TestHistoricalAccuracy(t *testing.T) {
	usage := append(measured(-3, 1, 2, 3), measured(0, 4, 4)...)
	scores := func(id, model string, medians ...float64) []Score {
		f := predicted(model, medians...)
		f.ID = id
		return []Score{Judge(f, Range{1, 1}, usage), Judge(f, Range{2, 7}, usage)}
	}
	a := archive{scores: [][]Score{scores("c", "theta", 5, 5), scores("b", "ensemble", 4, 4), scores("a", "old", 9, 9)}, pending: 1}
	r, err := GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, 2)
	require.NoError(t, err)
	assert.Equal(t, "acme", r.TenantID)
	assert.Equal(t, 2, r.Forecasts)
	assert.Equal(t, 1, r.Pending)
	assert.Equal(t, 4, r.Overall.Points)
	require.Len(t, r.ByModel, 2, "the third forecast is beyond the lookback")
	assert.Equal(t, "ensemble", r.ByModel[0].Model)
	assert.InDelta(t, 0, *r.ByModel[0].RMSE, 0)
	assert.InDelta(t, 1, *r.ByModel[1].Bias, 0)
	assert.InDelta(t, 0.8, *r.Overall.NominalCoverage, 1e-12)
	require.Len(t, r.ByHorizon, 2)
	assert.Equal(t, 2, r.ByHorizon[1].Points)
	require.Len(t, r.ByModel[1].ByHorizon, 2, "each model has its own horizons")
	assert.Equal(t, 1, r.ByModel[1].ByHorizon[1].Points)
	assert.Equal(t, r.ByModel[1].Granularity, r.ByModel[1].ByHorizon[1].Granularity)

	for _, lookback := range []int{0, 1001} {
		_, err = GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, lookback)
		require.ErrorContains(t, err, "is not from 1 to 1000")
	}
	a.err = fault.New(fault.Unavailable, "the archive does not answer")
	_, err = GetHistoricalAccuracy(t.Context(), a, "acme", forecast.RequestRate, 3)
	assert.Equal(t, fault.Unavailable, fault.CodeOf(err))
}
