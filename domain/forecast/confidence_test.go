package forecast

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestConfidence(t *testing.T) {
	confidence := func(t *testing.T, options Options, changedAgo int) float64 {
		t.Helper()
		noise, series := rand.New(rand.NewPCG(1, 2)), Series{ID: "s"}
		for day := range 200 {
			value := 100 + 20*math.Sin(2*math.Pi*float64(day)/7) + 4*noise.NormFloat64()
			if day >= 200-changedAgo {
				value *= 2
			}
			series.Points = append(series.Points, UsageDataPoint{Timestamp: time.Date(2026, 3, 2+day, 0, 0, 0, 0, time.UTC), Value: value})
		}
		options.Horizon, options.Granularity = 14, Daily
		return mustForecast(t, options, series).Forecast.ConfidenceScore
	}
	steady := confidence(t, Options{}, 0)

	t.Run("is about what noise leaves to be gained on a steady series", func(t *testing.T) {
		require.InDelta(t, 1-1/math.Sqrt2, steady, 0.15)
	})
	t.Run("is not taken away by a change of regime that nothing could foresee, however long ago it was", func(t *testing.T) {
		for _, ago := range []int{1, 3, 6, 10, 20, 30, 60} {
			require.Greater(t, confidence(t, Options{}, ago), 0.9*steady, "%d days ago", ago)
		}
		require.Greater(t, confidence(t, Options{}, 40), 0.8*steady, "in the middle of the origins")
	})
	t.Run("is held against seasonal naive where that is not combined, too", func(t *testing.T) {
		require.Positive(t, confidence(t, Options{Recipe: Recipe{Families: []string{"theta", "ets"}}}, 0))
	})
}
