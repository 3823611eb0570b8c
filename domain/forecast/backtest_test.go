package forecast

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestBacktest(t *testing.T) {
	forecaster, err := New(Options{Horizon: 7})
	require.NoError(t, err)
	pattern := func(n int) []float64 {
		values := make([]float64, n)
		for i := range values {
			values[i] = []float64{10, 20, 30, 40, 50, 60, 70}[i%7]
		}
		return values
	}
	run := func(values []float64, days int) Backtest {
		outcome := forecaster.Backtest([]Series{at("s", Daily, values)}, time.Duration(days)*24*time.Hour, nil)[0]
		require.NoError(t, outcome.Err)
		return outcome.Backtest
	}
	t.Run("forecasts one horizon after the other", func(t *testing.T) {
		test := run(pattern(70), 28)
		assert.Equal(t, 4, test.Origins)
		assert.Equal(t, 28, test.Points)
		assert.Equal(t, start.AddDate(0, 0, 42), test.From)
		assert.False(t, test.Short)
		assert.InDelta(t, 0, test.Engine.MAE, 1e-6)
	})
	t.Run("says when the history begins too late for the span", func(t *testing.T) {
		test := run(pattern(70), 900)
		assert.Equal(t, 8, test.Origins)
		assert.True(t, test.Short)
		assert.Equal(t, start.AddDate(0, 0, 14), test.From)
	})
	t.Run("compares points of one time where values are missing before an origin", func(t *testing.T) {
		values := pattern(70)
		values[61], values[62] = gap, gap
		test := run(values, 7)
		assert.Equal(t, 5, test.Points, "two of the seven points that are forecast have no outcome")
		assert.InDelta(t, 0, test.Engine.MAE, 1e-6)
		assert.InDelta(t, 0, test.SeasonalNaive.MAE, 1e-6)
	})
}
