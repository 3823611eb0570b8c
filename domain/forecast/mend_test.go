package forecast

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
)

var gap = math.NaN()

// weekly is a pattern of a week on a slow rise.
func weekly(n int) []float64 {
	values := make([]float64, n)
	for i := range values {
		values[i] = 20 + float64(i)/10 + 5*math.Sin(2*math.Pi*float64(i)/7) + float64(i*i%5)/4
	}
	return values
}

// mended puts a series on its grid and mends it.
func mended(t *testing.T, series Series, granularity ForecastGranularity) *grid {
	t.Helper()
	g, err := regularise(series, granularity)
	require.NoError(t, err)
	g.mend(g.granularity.seasons(), Bounds{math.Inf(-1), 100})
	return g
}

func kinds(g *grid) map[string]int {
	counts := map[string]int{}
	for _, m := range g.mended {
		counts[m.Kind] = m.Count
	}
	return counts
}

func TestMending(t *testing.T) {
	t.Run("a clean series is left as it is", func(t *testing.T) {
		g := mended(t, at("s", Daily, weekly(60)), Daily)
		assert.Equal(t, weekly(60), g.values)
		assert.Empty(t, g.mended)
	})
	t.Run("a single gap is filled by a line", func(t *testing.T) {
		g := mended(t, at("s", Daily, []float64{1, 2, gap, 4, 5}), Daily)
		assert.InDeltaSlice(t, []float64{1, 2, 3, 4, 5}, g.values, 1e-12)
		assert.Equal(t, map[string]int{"gap": 1}, kinds(g))
	})
	t.Run("a long gap is filled from its season", func(t *testing.T) {
		for _, length := range []int{5, 7, 12, 20} {
			values := weekly(60)
			for i := 25; i < 25+length; i++ {
				values[i] = gap
			}
			g := mended(t, at("s", Daily, values), Daily)
			assert.Equal(t, map[string]int{"gap": length}, kinds(g))
			for i := 25; i < 25+length; i++ {
				assert.InDelta(t, weekly(60)[i], g.values[i], 2, "%d of %d", i-25, length)
			}
		}
	})
	t.Run("a day that is not there at all is a gap", func(t *testing.T) {
		series := at("s", Daily, []float64{1, 2, 3, 4, 5})
		series.Points = append(series.Points[:2], series.Points[3:]...)
		g := mended(t, series, Daily)
		assert.InDeltaSlice(t, []float64{1, 2, 3, 4, 5}, g.values, 1e-12)
		assert.Equal(t, map[string]int{"gap": 1}, kinds(g))
	})
	t.Run("gaps at the ends are left off", func(t *testing.T) {
		g := mended(t, at("s", Daily, []float64{gap, 1, 2, 3, gap, gap}), Daily)
		assert.Equal(t, []float64{1, 2, 3}, g.values)
		assert.Equal(t, start.AddDate(0, 0, 1), g.at(0))
	})
	t.Run("points of one place are averaged, in any order", func(t *testing.T) {
		series := at("s", Hourly, []float64{1, 2, 3})
		series.Points = append([]UsageDataPoint{{Timestamp: start.Add(20 * time.Minute), Value: 3}}, series.Points...)
		g := mended(t, series, Hourly)
		assert.Equal(t, []float64{2, 2, 3}, g.values)
		assert.Equal(t, 2, kinds(g)["irregular"])
	})
	t.Run("a stamp that is there twice is averaged and listed", func(t *testing.T) {
		series := at("s", Daily, []float64{1, 2, 3})
		series.Points = append(series.Points, UsageDataPoint{Timestamp: start, Value: 5})
		g := mended(t, series, Daily)
		assert.Equal(t, []float64{3, 2, 3}, g.values)
		assert.Equal(t, map[string]int{"duplicate": 1}, kinds(g))
	})
	t.Run("minutes are averaged into hours", func(t *testing.T) {
		var series Series
		for minute := 0; minute < 180; minute += 5 {
			series.Points = append(series.Points, UsageDataPoint{Timestamp: start.Add(time.Duration(minute) * time.Minute), Value: float64(minute / 60)})
		}
		g := mended(t, series, "")
		assert.Equal(t, Hourly, g.granularity)
		assert.InDeltaSlice(t, []float64{0, 1, 2}, g.values, 1e-12)
	})
	t.Run("local midnights keep their days through daylight saving", func(t *testing.T) {
		berlin := time.FixedZone("CET", 3600)
		summer := time.FixedZone("CEST", 7200)
		var series Series
		for i := range 20 {
			zone := berlin
			if i >= 10 {
				zone = summer
			}
			series.Points = append(series.Points, UsageDataPoint{Timestamp: time.Date(2026, 3, 19+i, 0, 0, 0, 0, zone), Value: float64(i)})
		}
		g := mended(t, series, "")
		require.Len(t, g.values, 20)
		for i, v := range g.values {
			require.InDelta(t, float64(i), v, 0)
		}
		assert.Equal(t, map[string]int{"clock_change": 10}, kinds(g))
	})
	t.Run("month ends are months", func(t *testing.T) {
		var series Series
		for i := range 18 {
			series.Points = append(series.Points, UsageDataPoint{Timestamp: time.Date(2025, time.Month(i+2), 0, 0, 0, 0, 0, time.UTC), Value: float64(i)})
		}
		g := mended(t, series, "")
		assert.Equal(t, Monthly, g.granularity)
		require.Len(t, g.values, 18)
		assert.Empty(t, g.mended)
	})
	t.Run("a counter that was reset is joined to its last piece", func(t *testing.T) {
		var values []float64
		for i := range 80 {
			values = append(values, float64(i%65)*10)
		}
		g := mended(t, at("s", Daily, values), Daily)
		assert.Equal(t, 1, kinds(g)["counter_reset"])
		assert.InDelta(t, 140, g.values[79], 0, "what was measured last stays")
		for i := 1; i < len(g.values); i++ {
			assert.GreaterOrEqual(t, g.values[i], g.values[i-1])
		}
	})
	t.Run("a counter that starts anew every day is a season", func(t *testing.T) {
		values := make([]float64, 400)
		for i := range values {
			values[i] = float64(i % 24)
		}
		assert.NotContains(t, kinds(mended(t, at("s", Hourly, values), Hourly)), "counter_reset")
	})
	t.Run("a gauge that falls to zero at times is no counter", func(t *testing.T) {
		values := weekly(60)
		values[20], values[40] = 0, 0
		assert.NotContains(t, kinds(mended(t, at("s", Daily, values), Daily)), "counter_reset")
	})
	t.Run("a single absurd value is replaced", func(t *testing.T) {
		values := weekly(90)
		values[50] = 1e5
		g := mended(t, at("s", Daily, values), Daily)
		assert.Equal(t, 1, kinds(g)["outlier"])
		assert.InDelta(t, weekly(90)[50], g.values[50], 3)
	})
	t.Run("a spike that comes back every week is left", func(t *testing.T) {
		values := weekly(90)
		for i := 3; i < 90; i += 7 {
			values[i] = 90
		}
		assert.Empty(t, mended(t, at("s", Daily, values), Daily).mended)
	})
	t.Run("a new level is left", func(t *testing.T) {
		values := weekly(90)
		for i := 60; i < 90; i++ {
			values[i] += 60
		}
		assert.NotContains(t, kinds(mended(t, at("s", Daily, values), Daily)), "outlier")
	})
	t.Run("neither point next to a new level is taken for an outlier", func(t *testing.T) {
		for height := 10.0; height < 300; height++ {
			values := weekly(90)
			for i := 60; i < 90; i++ {
				values[i] += height
			}
			assert.NotContains(t, kinds(mended(t, at("s", Daily, values), Daily)), "outlier", "%v high", height)
		}
	})
	t.Run("the last value is left, whatever it is", func(t *testing.T) {
		values := weekly(90)
		values[89] = 99
		assert.InDelta(t, 99, mended(t, at("s", Daily, values), Daily).values[89], 0)
	})
	t.Run("values at a ceiling are listed", func(t *testing.T) {
		values := weekly(60)
		values[10], values[11] = 100, 100
		assert.Equal(t, 2, kinds(mended(t, at("s", Daily, values), Daily))["ceiling"])
	})
	t.Run("a stamp centuries away is refused", func(t *testing.T) {
		series := at("far", Hourly, []float64{1, 2, 3})
		series.Points[0].Timestamp = start.AddDate(-200, 0, 0)
		_, err := regularise(series, Hourly)
		require.ErrorContains(t, err, `series "far" spans more than 270000 points`)
		assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
	})
}

func TestGranularityIsFound(t *testing.T) {
	for granularity, want := range map[ForecastGranularity]ForecastGranularity{Hourly: Hourly, Daily: Daily, Weekly: Weekly, Monthly: Monthly} {
		t.Run(string(granularity), func(t *testing.T) {
			g := mended(t, at("s", granularity, weekly(30)), "")
			assert.Equal(t, want, g.granularity)
			assert.Equal(t, granularity.Step(start, 30), g.at(30))
		})
	}
}

func TestShortSeries(t *testing.T) {
	forecaster, err := New(Options{Horizon: 3})
	require.NoError(t, err)
	for granularity, least := range map[ForecastGranularity]int{Hourly: 336, Daily: 14, Weekly: 14, Monthly: 14} {
		t.Run(string(granularity)+" needs its history", func(t *testing.T) {
			_, err := forecaster.Forecast(at("brief", granularity, weekly(least-1)))
			var short *ShortSeriesError
			require.ErrorAs(t, err, &short)
			require.ErrorContains(t, err, `series "brief" spans`)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))

			_, err = forecaster.Forecast(at("enough", granularity, weekly(least)))
			require.NoError(t, err)
		})
	}
	t.Run("a series without points is short", func(t *testing.T) {
		_, err := forecaster.Forecast(Series{ID: "none"})
		require.ErrorContains(t, err, `series "none" spans 0 days; at least 14 days of history are needed`)
	})
	t.Run("one short series does not keep others from being forecast", func(t *testing.T) {
		outcomes := forecaster.Batch([]Series{at("brief", Daily, weekly(3)), at("long", Daily, weekly(60))})
		require.Error(t, outcomes[0].Err)
		require.NoError(t, outcomes[1].Err)
	})
}
