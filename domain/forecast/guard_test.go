package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

func TestNaiveGuard(t *testing.T) {
	const twoWeeks, twoMonths = 14 * 24, 60 * 24
	outlook := func(t *testing.T, recipe Recipe, n int, value func(hour int, noise *rand.Rand) float64) Outlook {
		t.Helper()
		noise := rand.New(rand.NewPCG(1, 2))
		series := Series{ID: "s"}
		for hour := range n {
			series.Points = append(series.Points, UsageDataPoint{
				Timestamp: time.Date(2026, 3, 2, hour, 0, 0, 0, time.UTC), Value: value(hour, noise),
			})
		}
		forecaster, err := New(Options{Horizon: 24, Granularity: Hourly, Recipe: recipe})
		require.NoError(t, err)
		made, err := forecaster.Forecast(series)
		require.NoError(t, err)
		return made
	}
	level := 0.0
	wandering := func(hour int, noise *rand.Rand) float64 {
		if hour == 0 {
			level = 1000
		}
		level += 20 * noise.NormFloat64()
		return level
	}
	daily := func(hour int, noise *rand.Rand) float64 {
		return 100 + 40*math.Sin(2*math.Pi*float64(hour)/24) + 3*noise.NormFloat64()
	}

	t.Run("a short series in which nothing beats its last value is forecast by it", func(t *testing.T) {
		made := outlook(t, Recipe{}, twoWeeks, wandering)
		require.InDelta(t, 1, made.Diagnostics.Naive, 0)
		require.Equal(t, "naive", made.Forecast.Model)
		last := made.Diagnostics.History[twoWeeks-1]
		for _, p := range made.Forecast.Predictions {
			require.InDelta(t, last, p.Value, 1e-6*last)
			require.Less(t, p.Quantiles[0], p.Quantiles[2])
		}
	})
	t.Run("a short series whose pattern the models tell is left to them", func(t *testing.T) {
		made := outlook(t, Recipe{}, twoWeeks, daily)
		require.Zero(t, made.Diagnostics.Naive)
		require.Equal(t, "ensemble", made.Forecast.Model)
	})
	t.Run("a long series is left to the models unless seasonal naive is clearly better", func(t *testing.T) {
		require.Zero(t, outlook(t, Recipe{}, twoMonths, wandering).Diagnostics.Naive)
	})
	t.Run("a cycle that was clearly better than the models takes their place, one that was hardly better does not", func(t *testing.T) {
		judged := func(off float64) *trial {
			made := &trial{horizon: 7, origins: []int{70, 63, 56, 49, 42}}
			for day := range 70 {
				made.values = append(made.values, float64(day%7)+0.01*float64(day*day%5))
			}
			for _, origin := range made.origins {
				path := make(model.Path, made.horizon)
				for k := range path {
					path[k] = float64((origin+k)%7) + off
				}
				made.blended = append(made.blended, path)
			}
			made.guard(Daily)
			return made
		}
		require.Zero(t, judged(0).naive)
		replaced := judged(2)
		require.InDelta(t, 1, replaced.naive, 0)
		require.InDeltaSlice(t, replaced.values[63:70], []float64(replaced.blended[0]), 1e-12)
	})
	t.Run("models that somebody chose are not replaced", func(t *testing.T) {
		require.Zero(t, outlook(t, Recipe{Families: []string{"theta"}}, twoWeeks, wandering).Diagnostics.Naive)
	})
}
