package capacity

import (
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

func TestExhaustion(t *testing.T) {
	// P90 is 10 above the median, P10 as far below.
	const never = -1
	for name, test := range map[string]struct {
		forecast      forecast.ForecastResult
		capacity      Capacity
		p90, p50, p10 int
		spikes        int
	}{
		"growth passes P90 first, then the median, then P10": {
			band(forecast.Daily, 10, rising(60, 50, 1)...), Constant(90), 30, 40, 50, 0,
		},
		"only P90 within the horizon": {band(forecast.Daily, 10, rising(35, 50, 1)...), Constant(90), 30, never, never, 0},
		"never":                       {band(forecast.Daily, 10, rising(60, 50, 0)...), Constant(90), never, never, never, 0},
		"reached is exhausted":        {band(forecast.Daily, 0, rising(3, 90, 0)...), Constant(90), 0, 0, 0, 0},
		"exhausted already":           {band(forecast.Daily, 10, rising(60, 500, 1)...), Constant(90), 0, 0, 0, 0},
		"a single spike raises no alarm": {
			band(forecast.Daily, 10, 50, 50, 99, 50, 50, 50, 50, 50, 50, 50, 50, 50), Constant(90), never, never, never, 1,
		},
		"spikes more than a week apart raise none": {
			band(forecast.Daily, 0, 50, 99, 50, 50, 50, 50, 50, 50, 50, 99, 50), Constant(90), never, never, never, 2,
		},
		"a weekly peak is no spike": {
			band(forecast.Daily, 0, 50, 99, 50, 50, 50, 50, 50, 50, 99, 50, 50), Constant(90), 1, 1, 1, 0,
		},
		"a spike before a lasting passage is told apart": {
			band(forecast.Daily, 0, 99, 50, 50, 50, 50, 50, 50, 50, 50, 99, 99), Constant(90), 9, 9, 9, 1,
		},
		"the last point alone has not lasted":      {band(forecast.Daily, 0, 50, 50, 99), Constant(90), never, never, never, 1},
		"a month stands for itself":                {band(forecast.Monthly, 0, 50, 50, 99), Constant(90), 2, 2, 2, 0},
		"a week stands for itself":                 {band(forecast.Weekly, 0, 50, 99, 50), Constant(90), 1, 1, 1, 0},
		"a planned addition comes in time":         {band(forecast.Daily, 10, rising(60, 50, 1)...), planned(90, 30, 100), never, never, never, 0},
		"a planned addition comes late":            {band(forecast.Daily, 10, rising(60, 50, 1)...), planned(90, 32, 100), 30, never, never, 0},
		"a planned addition puts the date off":     {band(forecast.Daily, 10, rising(60, 50, 1)...), planned(90, 30, 5), 35, 45, 55, 0},
		"capacity that goes away brings it nearer": {band(forecast.Daily, 10, rising(60, 50, 0)...), planned(90, 20, -40), 20, 20, never, 0},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := ProjectCapacityExhaustion(test.forecast, test.capacity)
			require.NoError(t, err)
			for _, date := range []struct {
				name string
				want int
				got  *time.Time
			}{{"P90", test.p90, e.P90}, {"P50", test.p50, e.P50}, {"P10", test.p10, e.P10}} {
				if date.want == never {
					assert.Nil(t, date.got, date.name)
				} else if assert.NotNil(t, date.got, date.name) {
					assert.Equal(t, on(test.forecast.Granularity, date.want), *date.got, date.name)
				}
			}
			assert.Len(t, e.Spikes, test.spikes)
			assert.Equal(t, on(test.forecast.Granularity, len(test.forecast.Predictions)-1), e.Until, "the horizon is stated")
		})
	}
}

// planned is a capacity with one addition on a day.
func planned(value float64, day int, amount float64) Capacity {
	c := Constant(value)
	c.Planned = []Addition{{At: on(forecast.Daily, day), Amount: amount}}
	return c
}

func TestExhaustionRefuses(t *testing.T) {
	ok := band(forecast.Daily, 1, 1, 2)
	odd := ok
	odd.Levels = []float64{0.05, 0.5, 0.95}
	for want, test := range map[string]struct {
		forecast forecast.ForecastResult
		capacity Capacity
	}{
		"there is no capacity to compare with":     {ok, Capacity{}},
		"the capacity -1 is not a number from 0":   {ok, Constant(-1)},
		"the capacity NaN is not a number from 0":  {ok, Constant(math.NaN())},
		"the capacity +Inf is not a number from 0": {ok, Constant(math.Inf(1))},
		"does not follow the one before it":        {ok, Capacity{Levels: []Level{{start, 1}, {start, 2}}}},
		"is no finite number":                      {ok, planned(1, 1, math.NaN())},
		"has no points":                            {forecast.ForecastResult{}, Constant(1)},
		"has no quantile at level 0.9":             {odd, Constant(1)},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := ProjectCapacityExhaustion(test.forecast, test.capacity)
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestCapacityIsASeries(t *testing.T) {
	c := Capacity{Levels: []Level{{on(forecast.Daily, 0), 10}, {on(forecast.Daily, 5), 20}}, Planned: []Addition{{on(forecast.Daily, 7), 4, "rack"}, {on(forecast.Daily, 9), -100, ""}}}
	for day, want := range map[int]float64{-3: 10, 0: 10, 4: 10, 5: 20, 6: 20, 7: 24, 8: 24, 9: 0} {
		assert.InDelta(t, want, c.At(on(forecast.Daily, day)), 0, "day %d", day)
	}
	t.Run("a level holds what was planned before it", func(t *testing.T) {
		c := Capacity{Levels: []Level{{on(forecast.Daily, 0), 10}, {on(forecast.Daily, 5), 14}}, Planned: []Addition{{on(forecast.Daily, 3), 4, "rack"}}}
		for day, want := range map[int]float64{2: 10, 3: 14, 4: 14, 5: 14, 6: 14} {
			assert.InDelta(t, want, c.At(on(forecast.Daily, day)), 0, "day %d", day)
		}
	})
	t.Run("a stated capacity without a date has all that is planned on top, also of the past", func(t *testing.T) {
		c := Constant(10)
		c.Planned = []Addition{{on(forecast.Daily, -9), 4, "rack"}}
		assert.InDelta(t, 14, c.At(on(forecast.Daily, 0)), 0)
	})
	t.Run("what was measured until an instant holds what was planned until then", func(t *testing.T) {
		planned := []Addition{{on(forecast.Daily, 3), 4, "old"}, {on(forecast.Daily, 7), 5, "new"}}
		assert.Equal(t, planned[1:], PlannedAfter(planned, on(forecast.Daily, 3)))
	})
}

func TestExhaustionLaws(t *testing.T) {
	t.Run("P90 comes no later than P50, and P50 no later than P10", rapid.MakeCheck(func(t *rapid.T) {
		e, err := ProjectCapacityExhaustion(drawnForecast(t), Constant(rapid.Float64Range(0, 200).Draw(t, "capacity")))
		require.NoError(t, err)
		for _, pair := range [][2]*time.Time{{e.P90, e.P50}, {e.P50, e.P10}} {
			if pair[1] != nil {
				require.NotNil(t, pair[0])
				require.False(t, pair[0].After(*pair[1]))
			}
		}
	}))
	t.Run("more capacity never brings a date nearer", rapid.MakeCheck(func(t *rapid.T) {
		f, small := drawnForecast(t), rapid.Float64Range(0, 200).Draw(t, "capacity")
		before, err := ProjectCapacityExhaustion(f, Constant(small))
		require.NoError(t, err)
		after, err := ProjectCapacityExhaustion(f, Constant(small+rapid.Float64Range(0, 50).Draw(t, "more")))
		require.NoError(t, err)
		if after.P90 != nil {
			require.NotNil(t, before.P90)
			require.False(t, after.P90.Before(*before.P90))
		}
	}))
}
