package forecast

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// seasonal is a series whose last whole cycle says far less than its models do.
func seasonal() Series { return makeSet("load", Hourly, 24*40, 48, 9, hourlyLoad).history[8] }

// byName turns the weights of an outlook into those of a combination in use.
func byName(outlook Outlook) map[string]float64 {
	weights := map[string]float64{}
	for _, w := range outlook.Diagnostics.Weights {
		weights[w.Model] = w.Weight
	}
	return weights
}

// requireAlike holds predictions to be the same but for rounding: weights that sum to 1 were divided.
func requireAlike(t *testing.T, want, got []Prediction) {
	t.Helper()
	require.Len(t, got, len(want))
	for k := range want {
		require.Equal(t, want[k].Timestamp, got[k].Timestamp)
		require.InDeltaSlice(t, want[k].Quantiles, got[k].Quantiles, 1e-9*math.Abs(want[k].Value))
	}
}

func TestPromotion(t *testing.T) {
	for name, test := range map[string]struct {
		contest  Contest
		promoted bool
		reason   string
	}{
		"better by the margin":         {Contest{Origins: 9, Challenger: 98, InUse: 100}, true, "its error is 2.0 % below that of the model in use"},
		"better by less":               {Contest{Origins: 9, Challenger: 98.1, InUse: 100}, false, "its error is 1.9 % below that of the model in use; 2 % are asked for"},
		"as good":                      {Contest{Origins: 9, Challenger: 100, InUse: 100}, false, "its error is not below that of the model in use"},
		"worse":                        {Contest{Origins: 9, Challenger: 101, InUse: 100}, false, "its error is not below that of the model in use"},
		"both without error":           {Contest{Origins: 9}, false, "its error is not below that of the model in use"},
		"without an origin":            {Contest{Challenger: math.NaN(), InUse: math.NaN()}, false, "too short for a rolling origin"},
		"against one that is no more":  {Contest{Origins: 9, Challenger: 100, InUse: math.NaN()}, true, "can forecast the series any more"},
		"that cannot tell its own way": {Contest{Origins: 9, Challenger: math.NaN(), InUse: 100}, false, "its error is not below"},
	} {
		t.Run(name, func(t *testing.T) {
			test.contest.decide()
			require.Equal(t, test.promoted, test.contest.Promoted)
			require.Contains(t, test.contest.Reason, test.reason)
		})
	}
}

func TestContest(t *testing.T) {
	series := seasonal()
	options := Options{Horizon: 48, Granularity: Hourly, Contest: true}
	first := mustForecast(t, options, series)

	t.Run("the first model is promoted, judged by what it was not chosen on", func(t *testing.T) {
		held := first.Diagnostics.Contest
		require.True(t, held.Promoted)
		require.Equal(t, "no model was in use", held.Reason)
		require.Equal(t, 9, held.Origins)
		require.Positive(t, held.Challenger)
		require.True(t, math.IsNaN(held.InUse))
		require.Equal(t, byName(first), held.Weights)
	})
	t.Run("holding a contest changes no forecast where nothing was in use", func(t *testing.T) {
		plain := options
		plain.Contest = false
		require.Equal(t, mustForecast(t, plain, series).Forecast, first.Forecast)
	})
	t.Run("the same model again stays in use and forecasts the same", func(t *testing.T) {
		again := series
		again.InUse = byName(first)
		outlook := mustForecast(t, options, again)
		require.False(t, outlook.Diagnostics.Contest.Promoted)
		require.Equal(t, byName(first), outlook.Diagnostics.Contest.Weights)
		require.InEpsilon(t, first.Diagnostics.Error, outlook.Diagnostics.Error, 1e-9)
		requireAlike(t, first.Forecast.Predictions, outlook.Forecast.Predictions)
	})
	t.Run("a poor model in use loses its place, and both errors say why", func(t *testing.T) {
		poor := series
		poor.InUse = map[string]float64{"seasonal_naive": 1}
		outlook := mustForecast(t, options, poor)
		held := outlook.Diagnostics.Contest
		require.True(t, held.Promoted)
		require.LessOrEqual(t, held.Challenger, (1-promotionMargin)*held.InUse)
		require.InEpsilon(t, outlook.Diagnostics.NaiveError, held.InUse, 1e-9)
		require.Equal(t, first.Forecast.Predictions, outlook.Forecast.Predictions)
	})
	t.Run("without a contest the model in use forecasts, however poor", func(t *testing.T) {
		poor := series
		poor.InUse = map[string]float64{"seasonal_naive": 1}
		alone := Options{Horizon: 48, Granularity: Hourly, Recipe: Recipe{Families: []string{"seasonal_naive"}}}
		want := mustForecast(t, alone, series).Forecast
		requireAlike(t, want.Predictions, mustForecast(t, Options{Horizon: 48, Granularity: Hourly}, poor).Forecast.Predictions)
	})
	t.Run("a model of which nothing is left makes room", func(t *testing.T) {
		lost := series
		lost.InUse = map[string]float64{"no such model": 1}
		require.True(t, mustForecast(t, options, lost).Diagnostics.Contest.Promoted)
		plain := options
		plain.Contest = false
		require.Equal(t, first.Forecast, mustForecast(t, plain, lost).Forecast)
	})
	t.Run("naming a variant keeps it and changes no fresh combination", func(t *testing.T) {
		for _, variant := range []string{"ridge_season", "ridge_season_firm", "ridge_mean"} {
			named := series
			named.InUse = map[string]float64{variant: 1}
			plain := options
			plain.Contest = false
			used := mustForecast(t, plain, named)
			require.Equal(t, map[string]float64{variant: 1}, byName(used))
			held := mustForecast(t, options, named)
			if held.Diagnostics.Contest.Promoted {
				require.Equal(t, first.Forecast.Predictions, held.Forecast.Predictions)
			}
			require.InDelta(t, first.Diagnostics.Contest.Challenger, held.Diagnostics.Contest.Challenger, 0)
		}
	})
}

func TestContestOfRecipes(t *testing.T) {
	engine, err := New(Options{Horizon: 48, Granularity: Hourly})
	require.NoError(t, err)
	naive := Recipe{Weights: map[string]float64{"seasonal_naive": 1}}

	t.Run("better families are promoted over poorer fixed weights, and not the other way round", func(t *testing.T) {
		held, err := engine.Contest(seasonal(), Recipe{Families: []string{"ridge", "mstl"}}, naive)
		require.NoError(t, err)
		require.True(t, held.Promoted)
		back, err := engine.Contest(seasonal(), naive, Recipe{Families: []string{"ridge", "mstl"}})
		require.NoError(t, err)
		require.False(t, back.Promoted)
		require.Equal(t, map[string]float64{"seasonal_naive": 1}, back.Weights)
		require.NotContains(t, held.Weights, "seasonal_naive")
		require.InDelta(t, held.Challenger, back.InUse, 0)
		require.InDelta(t, held.InUse, back.Challenger, 0)
	})
	t.Run("the best alone is judged by what was best elsewhere, and so not flattered", func(t *testing.T) {
		noise := rand.New(rand.NewPCG(3, 4)) // which says nothing of which model is best
		series := seasonal()
		for i := range series.Points {
			series.Points[i].Value = 100 + noise.NormFloat64()
		}
		best, err := engine.Contest(series, Recipe{Best: true}, naive)
		require.NoError(t, err)
		require.Len(t, best.Weights, 1)
		chosen, err := engine.Contest(series, Recipe{Weights: best.Weights}, naive)
		require.NoError(t, err)
		require.Equal(t, chosen.Weights, best.Weights)
		require.Greater(t, best.Challenger, chosen.Challenger)
	})
	t.Run("a challenger of nothing is refused", func(t *testing.T) {
		_, err := engine.Contest(seasonal(), Recipe{Weights: map[string]float64{"other": 1}}, naive)
		require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
	})
	t.Run("a model in use of nothing loses", func(t *testing.T) {
		held, err := engine.Contest(seasonal(), naive, Recipe{Weights: map[string]float64{"other": 1}})
		require.NoError(t, err)
		require.True(t, held.Promoted)
	})
	t.Run("nothing tells models of a constant series apart", func(t *testing.T) {
		held, err := engine.Contest(at("flat", Hourly, make([]float64, 24*20)), Recipe{}, naive)
		require.NoError(t, err)
		require.False(t, held.Promoted)
		require.Zero(t, held.Origins)
	})
	t.Run("too little history is said as ever", func(t *testing.T) {
		_, err := engine.Contest(at("short", Hourly, make([]float64, 24)), Recipe{}, naive)
		require.ErrorContains(t, err, "at least 14 days")
	})
}
