package forecast_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

var seriesBegin = time.Date(2025, 3, 1, 0, 0, 0, 0, time.UTC)

// pointsOf makes n points at a granularity from a level, what a function adds, and unit noise.
func pointsOf(granularity forecast.ForecastGranularity, n int, seed uint64, at func(i int, t time.Time) float64) []forecast.UsageDataPoint {
	random := rand.New(rand.NewPCG(seed, 2))
	points := make([]forecast.UsageDataPoint, n)
	for i := range points {
		t := granularity.Step(seriesBegin, i)
		points[i] = forecast.UsageDataPoint{Timestamp: t, Value: 100 + at(i, t) + random.NormFloat64()}
	}
	return points
}

func wave(period, height float64) func(int, time.Time) float64 {
	return func(i int, _ time.Time) float64 { return height * math.Sin(2*math.Pi*float64(i)/period) }
}

// every makes n points of a day's wave at any distance.
func every(distance time.Duration, n int) []forecast.UsageDataPoint {
	random := rand.New(rand.NewPCG(9, 9))
	points := make([]forecast.UsageDataPoint, n)
	for i := range points {
		t := seriesBegin.Add(time.Duration(i) * distance)
		points[i] = forecast.UsageDataPoint{Timestamp: t, Value: 100 + 10*math.Sin(2*math.Pi*float64(t.Unix())/86400) + random.NormFloat64()}
	}
	return points
}

// without leaves out every nth point.
func without(points []forecast.UsageDataPoint, nth int) (kept []forecast.UsageDataPoint) {
	for i, p := range points {
		if i%nth != 0 {
			kept = append(kept, p)
		}
	}
	return kept
}

func weekend(depth float64) func(int, time.Time) float64 {
	return func(_ int, t time.Time) float64 {
		if day := t.Weekday(); day == time.Saturday || day == time.Sunday {
			return -depth
		}
		return 0
	}
}

func TestDetectSeasonality(t *testing.T) {
	const none = forecast.NoSeasonality
	cases := map[string]struct {
		points []forecast.UsageDataPoint
		want   forecast.SeasonalityType
		period int
	}{
		"hours with a day's wave":         {pointsOf(forecast.Hourly, 24*21, 1, wave(24, 5)), forecast.DailySeasonality, 24},
		"hours with quiet weekends":       {pointsOf(forecast.Hourly, 24*35, 2, weekend(8)), forecast.WeeklySeasonality, 168},
		"days with quiet weekends":        {pointsOf(forecast.Daily, 120, 3, weekend(6)), forecast.WeeklySeasonality, 7},
		"days with a peak at month end":   {pointsOf(forecast.Daily, 400, 4, monthEnd(12)), forecast.MonthlySeasonality, 30},
		"days with a yearly wave":         {pointsOf(forecast.Daily, 1200, 5, wave(365.25, 9)), forecast.YearlySeasonality, 365},
		"weeks with a yearly wave":        {pointsOf(forecast.Weekly, 200, 6, wave(52.18, 6)), forecast.YearlySeasonality, 52},
		"months with a yearly wave":       {pointsOf(forecast.Monthly, 60, 7, wave(12, 6)), forecast.YearlySeasonality, 12},
		"a trend under a week's wave":     {pointsOf(forecast.Daily, 150, 8, func(i int, d time.Time) float64 { return float64(i) + wave(7, 6)(i, d) }), forecast.WeeklySeasonality, 7},
		"the stronger of two":             {pointsOf(forecast.Hourly, 24*42, 9, func(i int, d time.Time) float64 { return wave(24, 9)(i, d) + weekend(3)(i, d) }), forecast.DailySeasonality, 24},
		"five minutes with a day's wave":  {every(5*time.Minute, 288*20), forecast.DailySeasonality, 24},
		"six hours with a day's wave":     {every(6*time.Hour, 4*40), forecast.DailySeasonality, 24},
		"hours of which a third are lost": {without(every(time.Hour, 24*30), 3), forecast.DailySeasonality, 24},
		"noise":                           {pointsOf(forecast.Daily, 200, 10, func(int, time.Time) float64 { return 0 }), none, 0},
		"a trend alone":                   {pointsOf(forecast.Daily, 200, 11, func(i int, _ time.Time) float64 { return float64(i) }), none, 0},
		"too few points":                  {pointsOf(forecast.Daily, 10, 12, wave(7, 9)), none, 0},
		"no points":                       {nil, none, 0},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			found := forecast.DetectSeasonality(c.points)
			assert.Equal(t, c.want, found.Type)
			assert.Equal(t, c.period, found.Period)
			if c.want != none {
				assert.GreaterOrEqual(t, found.Confidence, 0.95)
			}
		})
	}
	t.Run("does not mind gaps and order", func(t *testing.T) {
		points := pointsOf(forecast.Daily, 120, 13, weekend(6))
		for i := 5; i < len(points); i += 11 {
			points[i].Value = math.NaN()
		}
		points[3], points[60] = points[60], points[3]
		assert.Equal(t, forecast.WeeklySeasonality, forecast.DetectSeasonality(points).Type)
	})
	t.Run("finds none in a constant", func(t *testing.T) {
		points := pointsOf(forecast.Daily, 60, 14, wave(7, 1))
		for i := range points {
			points[i].Value = 4
		}
		assert.Equal(t, none, forecast.DetectSeasonality(points).Type)
	})
}

func TestSeasonalityIsSeldomSeenInNoise(t *testing.T) {
	const trials = 200
	for name, c := range map[string]struct {
		granularity forecast.ForecastGranularity
		points      int
		memory      float64
	}{
		"days":             {forecast.Daily, 120, 0},
		"days with memory": {forecast.Daily, 120, 0.8},
		"hours":            {forecast.Hourly, 24 * 21, 0},
		"months":           {forecast.Monthly, 48, 0.5},
		"weeks":            {forecast.Weekly, 160, 0.5},
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			for seed := range uint64(trials) {
				last := 0.0
				points := pointsOf(c.granularity, c.points, seed, func(int, time.Time) float64 { return 0 })
				for i := range points {
					last = c.memory*last + points[i].Value - 100
					points[i].Value = 100 + last
				}
				if forecast.DetectSeasonality(points).Type != forecast.NoSeasonality {
					seen++
				}
			}
			assert.Less(t, seen, trials/10, "seasons seen in noise")
		})
	}
}

func monthEnd(height float64) func(int, time.Time) float64 {
	return func(_ int, t time.Time) float64 {
		if t.Day() <= 3 {
			return height
		}
		return 0
	}
}

func TestSeasonalityFollowsScaleAndShift(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := math.Pow(10, rapid.Float64Range(-4, 4).Draw(t, "exponent"))
		points := pointsOf(forecast.Daily, 90, rapid.Uint64().Draw(t, "seed"), weekend(2))
		before := forecast.DetectSeasonality(points)
		for i := range points {
			points[i].Value = 7*scale + scale*points[i].Value
		}
		after := forecast.DetectSeasonality(points)
		assert.Equal(t, before.Type, after.Type)
		assert.InDelta(t, before.Confidence, after.Confidence, 1e-6)
	})
}

func TestDetectRegimeChange(t *testing.T) {
	migrated := func(i int, d time.Time) float64 {
		if i >= 90 {
			return 40 + weekend(8)(i, d)
		}
		return weekend(8)(i, d)
	}
	t.Run("names the first instant of the new regime under a weekly pattern", func(t *testing.T) {
		points := pointsOf(forecast.Daily, 180, 21, migrated)
		events, err := forecast.DetectRegimeChange(points, forecast.DefaultSensitivity)
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, 90, events[0].Index)
		assert.Equal(t, points[90].Timestamp, events[0].Timestamp)
		assert.InDelta(t, 40, events[0].Magnitude, 2)
	})
	t.Run("counts gaps in the index and sorts by time", func(t *testing.T) {
		points := pointsOf(forecast.Daily, 180, 22, migrated)
		points[10].Value, points[40].Value = math.NaN(), math.NaN()
		points[0], points[179] = points[179], points[0]
		events, err := forecast.DetectRegimeChange(points, forecast.DefaultSensitivity)
		require.NoError(t, err)
		require.Len(t, events, 1)
		assert.Equal(t, 90, events[0].Index)
	})
	t.Run("is silent about a pattern that merely repeats", func(t *testing.T) {
		events, err := forecast.DetectRegimeChange(pointsOf(forecast.Hourly, 24*28, 23, wave(24, 20)), forecast.DefaultSensitivity)
		require.NoError(t, err)
		assert.Empty(t, events)
	})
	for name, sensitivity := range map[string]float64{"below zero": -0.1, "above one": 1.1, "not a number": math.NaN()} {
		t.Run("refuses a sensitivity "+name, func(t *testing.T) {
			_, err := forecast.DetectRegimeChange(nil, sensitivity)
			assert.True(t, fault.Is(err, fault.InvalidInput))
			assert.ErrorContains(t, err, "is not between 0 and 1")
		})
	}
}
