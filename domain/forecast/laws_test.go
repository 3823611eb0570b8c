package forecast

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

var start = time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)

// at puts values on a series of a granularity.
func at(id string, granularity ForecastGranularity, values []float64) Series {
	points := make([]UsageDataPoint, len(values))
	for i, v := range values {
		points[i] = UsageDataPoint{Timestamp: granularity.Step(start, i), Value: v}
	}
	return Series{ID: id, Points: points}
}

// drawn are series of a trend, a season and noise, at times of zeros or negative values, of a length
// that lets a check run some dozens.
func drawn(t *rapid.T) (ForecastGranularity, []float64) {
	granularity := rapid.SampledFrom([]ForecastGranularity{Daily, Weekly, Monthly}).Draw(t, "granularity")
	n := rapid.IntRange(14, 150).Draw(t, "length")
	season := granularity.seasons()[0]
	level := rapid.Float64Range(0, 100).Draw(t, "level")
	trend := rapid.Float64Range(-1, 1).Draw(t, "trend")
	swing := rapid.Float64Range(0, 30).Draw(t, "swing")
	noise := rapid.SliceOfN(rapid.Float64Range(-10, 10), n, n).Draw(t, "noise")
	values := make([]float64, n)
	for i := range values {
		values[i] = level + trend*float64(i) + swing*math.Sin(2*math.Pi*float64(i)/float64(season)) + noise[i]
		if rapid.IntRange(0, 40).Draw(t, "zero") == 0 {
			values[i] = 0
		}
	}
	return granularity, values
}

func mustForecast(t require.TestingT, options Options, series Series) Outlook {
	forecaster, err := New(options)
	require.NoError(t, err)
	outlook, err := forecaster.Forecast(series)
	require.NoError(t, err)
	return outlook
}

func TestLaws(t *testing.T) {
	t.Run("quantiles never cross and every value is finite", rapid.MakeCheck(func(t *rapid.T) {
		granularity, values := drawn(t)
		options := Options{Horizon: rapid.IntRange(1, 40).Draw(t, "horizon"), Levels: []float64{0.01, 0.1, 0.4, 0.5, 0.6, 0.9, 0.999}}
		for _, p := range mustForecast(t, options, at("s", granularity, values)).Forecast.Predictions {
			for i, q := range p.Quantiles {
				require.False(t, math.IsNaN(q) || math.IsInf(q, 0))
				if i > 0 {
					require.GreaterOrEqual(t, q, p.Quantiles[i-1])
				}
			}
			require.InDelta(t, p.Value, p.Quantiles[3], 0, "the median is the value")
		}
	}))

	t.Run("bands do not narrow with the horizon while no bound holds them", rapid.MakeCheck(func(t *rapid.T) {
		granularity, values := drawn(t)
		last := []float64{0, 0}
		for _, p := range mustForecast(t, Options{Horizon: 30}, at("s", granularity, values)).Forecast.Predictions {
			slack := 1e-9 * (1 + math.Abs(p.Value))
			below, above := p.Value-p.Quantiles[0], p.Quantiles[2]-p.Value
			require.GreaterOrEqual(t, below, last[0]-slack)
			require.GreaterOrEqual(t, above, last[1]-slack)
			last[0], last[1] = below, above
		}
	}))

	t.Run("forecasts stay within bounds", rapid.MakeCheck(func(t *rapid.T) {
		granularity, values := drawn(t)
		bounds := Bounds{rapid.Float64Range(-50, 20).Draw(t, "lower"), rapid.Float64Range(21, 150).Draw(t, "upper")}
		for _, p := range mustForecast(t, Options{Horizon: 10, Bounds: bounds}, at("s", granularity, values)).Forecast.Predictions {
			for _, q := range append(p.Quantiles, p.Value) {
				require.LessOrEqual(t, bounds.Lower, q)
				require.GreaterOrEqual(t, bounds.Upper, q)
			}
		}
	}))

	t.Run("another unit changes nothing but the unit", rapid.MakeCheck(func(t *rapid.T) {
		granularity, values := drawn(t)
		// By powers of two floats scale without rounding, so the law holds to the last bit.
		factor := math.Ldexp(1, rapid.IntRange(-40, 40).Draw(t, "exponent"))
		scaled := make([]float64, len(values))
		for i, v := range values {
			scaled[i] = v * factor
		}
		one := mustForecast(t, Options{Horizon: 12}, at("s", granularity, values)).Forecast.Predictions
		other := mustForecast(t, Options{Horizon: 12}, at("s", granularity, scaled)).Forecast.Predictions
		for k := range one {
			for i := range one[k].Quantiles {
				require.InDelta(t, one[k].Quantiles[i]*factor, other[k].Quantiles[i], 0)
			}
		}
	}))

	t.Run("any unit changes the forecast by no more than rounding does", func(t *testing.T) {
		drawings, rounded := 0, 0
		rapid.Check(t, func(t *rapid.T) {
			granularity, values := drawn(t)
			factor := math.Pow(10, rapid.Float64Range(-6, 6).Draw(t, "exponent"))
			scaled, size, apart := make([]float64, len(values)), math.SmallestNonzeroFloat64, 0.0
			for i, v := range values {
				scaled[i] = v * factor
				size = max(size, math.Abs(v))
			}
			one := mustForecast(t, Options{Horizon: 12}, at("s", granularity, values)).Forecast.Predictions
			other := mustForecast(t, Options{Horizon: 12}, at("s", granularity, scaled)).Forecast.Predictions
			for k := range one {
				for i, q := range one[k].Quantiles {
					apart = max(apart, math.Abs(q-other[k].Quantiles[i]/factor)/size)
				}
			}
			// Where two variants of a model are as good, rounding may choose the other.
			require.Less(t, apart, 0.02)
			drawings++
			if apart < 1e-12 {
				rounded++
			}
		})
		require.GreaterOrEqual(t, rounded, drawings*9/10, "most forecasts are the same to the last digits")
	})

	t.Run("a constant series stays constant, without a band", rapid.MakeCheck(func(t *rapid.T) {
		level := rapid.Float64Range(-1e6, 1e6).Draw(t, "level")
		values := make([]float64, rapid.IntRange(14, 60).Draw(t, "length"))
		for i := range values {
			values[i] = level
		}
		for _, p := range mustForecast(t, Options{Horizon: 5}, at("s", Daily, values)).Forecast.Predictions {
			for _, q := range p.Quantiles {
				require.InDelta(t, level, q, 1e-9*math.Abs(level))
			}
		}
	}))
}

func TestWorkersDoNotChangeTheResult(t *testing.T) {
	var batch []Series
	for i := range 12 {
		values := make([]float64, 60+5*i)
		state := uint32(i + 1)
		for k := range values {
			state = state*1664525 + 1013904223
			values[k] = 20 + 5*math.Sin(float64(k)) + float64(state>>24)/32
		}
		batch = append(batch, at(fmt.Sprint(i), Daily, values))
	}
	results := make([][]Outcome, 3)
	for i, workers := range []int{1, 2, 7} {
		forecaster, err := New(Options{Horizon: 10, Workers: workers})
		require.NoError(t, err)
		results[i] = forecaster.Batch(batch)
	}
	assert.Equal(t, results[0], results[1])
	assert.Equal(t, results[0], results[2])
}

func TestOddSeries(t *testing.T) {
	for name, values := range map[string][]float64{
		"a line": func() []float64 {
			v := make([]float64, 40)
			for i := range v {
				v[i] = 5 * float64(i)
			}
			return v
		}(),
		"one value among zeros":   append(make([]float64, 30), append([]float64{1}, make([]float64, 20)...)...),
		"huge values":             {1e300, 2e300, 1e300, 3e300, 1e300, 2e300, 1e300, 2e300, 1e300, 2e300, 1e300, 2e300, 1e300, 2e300, 1e300},
		"values close to nothing": {1e-300, 2e-300, 1e-300, 3e-300, 1e-300, 2e-300, 1e-300, 2e-300, 1e-300, 2e-300, 1e-300, 2e-300, 1e-300, 2e-300},
		"negative values":         {-5, -4, -5, -6, -5, -4, -5, -6, -5, -4, -5, -6, -5, -4, -5},
	} {
		t.Run(name+" gives finite forecasts over a horizon longer than the history", func(t *testing.T) {
			for _, p := range mustForecast(t, Options{Horizon: 90}, at("s", Daily, values)).Forecast.Predictions {
				for _, q := range p.Quantiles {
					require.False(t, math.IsNaN(q) || math.IsInf(q, 0), "%v", p)
				}
			}
		})
	}
	t.Run("a line goes on", func(t *testing.T) {
		values := make([]float64, 60)
		for i := range values {
			values[i] = 100 + 5*float64(i)
		}
		for k, p := range mustForecast(t, Options{Horizon: 10}, at("s", Weekly, values)).Forecast.Predictions {
			assert.InEpsilon(t, 100+5*float64(60+k), p.Value, 0.01)
		}
	})
	t.Run("a long history is forecast from its last points", func(t *testing.T) {
		values := make([]float64, maxModelled+500)
		for i := range values {
			values[i] = 10 + float64(i%24)
		}
		changed := append([]float64(nil), values...)
		for i := range 500 {
			changed[i] = 11 + float64(i%24) // within the unit's rounding of the whole, not within the models' sight
		}
		whole := mustForecast(t, Options{Horizon: 24}, at("s", Hourly, values)).Forecast
		assert.Equal(t, "trimmed", whole.Mended[0].Kind)
		assert.Equal(t, 500, whole.Mended[0].Count)
		one := whole.Predictions
		other := mustForecast(t, Options{Horizon: 24}, at("s", Hourly, changed)).Forecast.Predictions
		for k := range one {
			assert.InEpsilon(t, one[k].Value, other[k].Value, 1e-3)
		}
	})
}
