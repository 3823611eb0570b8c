package forecast

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// usage is what a service uses, with a day's and a week's pattern or a year's, in proportion to its users.
type usage struct {
	granularity ForecastGranularity
	n, horizon  int
}

// values returns one usage of the kind, of which every seed makes another, after what a change does to each value.
// A change is told how many points ago it was, from n at the first value to −horizon+1 at the last.
func (u usage) values(seed uint64, change func(ago int, v float64) float64) []float64 {
	random := rand.New(rand.NewPCG(seed, uint64(u.n)))
	values, noise, begin := make([]float64, u.n+u.horizon), 0.0, random.IntN(168)
	for i := range values {
		t := i + begin
		noise = 0.4*noise + 0.03*random.NormFloat64()
		var pattern float64
		switch u.granularity {
		case Hourly:
			pattern = 0.3*math.Sin(2*math.Pi*float64(t)/24) - 0.3*float64(t/24%7/5)
		case Daily:
			pattern = -0.4 * float64(t%7/5)
		case Weekly:
			pattern = 0.1 * math.Sin(2*math.Pi*float64(t)/52)
		default:
			pattern = 0.2 * math.Sin(2*math.Pi*float64(t)/12)
		}
		values[i] = change(u.n-i, 100*math.Exp(pattern+noise))
	}
	return values
}

// quality is how good forecasts were: the geometric mean of their errors, the mean width and coverage of the bands
// and the mean confidence.
type quality struct{ err, width, coverage, confidence float64 }

func (u usage) judge(t *testing.T, change func(ago int, v float64) float64) quality {
	t.Helper()
	const seeds = 6
	var q quality
	for seed := range uint64(seeds) {
		all := u.values(seed, change)
		made := mustForecast(t, Options{Horizon: u.horizon, Granularity: u.granularity}, at("s", u.granularity, all[:u.n])).Forecast
		off, points := 0.0, float64(u.horizon)
		for k, p := range made.Predictions {
			outcome := all[u.n+k]
			off += math.Abs(outcome-p.Value) / points
			q.width += (p.Quantiles[2] - p.Quantiles[0]) / points / seeds
			if p.Quantiles[0] <= outcome && outcome <= p.Quantiles[2] {
				q.coverage += 1 / points / seeds
			}
		}
		q.err += math.Log(off) / seeds
		q.confidence += made.ConfidenceScore / seeds
	}
	q.err = math.Exp(q.err)
	return q
}

// since changes values from so many points ago on.
func since(ago int, change func(v float64) float64) func(int, float64) float64 {
	return func(at int, v float64) float64 {
		if at <= ago {
			return change(v)
		}
		return v
	}
}

func times(factor float64) func(float64) float64 {
	return func(v float64) float64 { return v * factor }
}

func more(amount float64) func(float64) float64 { return func(v float64) float64 { return v + amount } }

func TestTheLastLevelIsForecast(t *testing.T) {
	hourly, daily := usage{Hourly, 42 * 24, 72}, usage{Daily, 150, 28}
	weekly, monthly := usage{Weekly, 110, 8}, usage{Monthly, 72, 12}
	// Errors and widths are held against forecasts of the same series had they been on the new level all along.
	cases := []struct {
		name        string
		usage       usage
		change      func(float64) float64
		ago         []int
		error, wide float64
	}{
		{"hours, twice the fleet", hourly, times(2), []int{60, 72, 168, 240, 400}, 1.1, 1.2},
		{"hours, half the fleet", hourly, times(0.5), []int{60, 72, 168, 240, 400}, 1.1, 1.2},
		{"hours, a fifth more", hourly, times(1.2), []int{72, 168, 240, 400}, 1.15, 1.3},
		{"hours, a job more that always runs", hourly, more(80), []int{72, 168, 240, 400}, 1.2, 1.3},
		{"days, twice the fleet", daily, times(2), []int{5, 7, 10, 14, 21, 40, 70}, 1.25, 1.3},
		{"days, a third of the fleet", daily, times(0.33), []int{5, 7, 10, 14, 21, 40, 70}, 1.25, 1.3},
		{"days, a job more that always runs", daily, more(80), []int{10, 14, 21, 40, 70}, 1.25, 1.6},
		{"weeks, twice the fleet", weekly, times(2), []int{7, 10, 14, 30}, 1.4, 1.3},
		{"months, half the fleet", monthly, times(0.5), []int{5, 7, 10, 14, 30}, 1.25, 1.5},
		{"days of a launch", daily, times(100), []int{40, 70}, 1.3, 1.7},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			settled := c.usage.judge(t, func(_ int, v float64) float64 { return c.change(v) })
			for _, ago := range c.ago {
				shifted := c.usage.judge(t, since(ago, c.change))
				assert.Less(t, shifted.err, c.error*settled.err, "%d points ago", ago)
				assert.Less(t, shifted.width, c.wide*settled.width, "%d points ago", ago)
				assert.Greater(t, shifted.coverage, 0.6, "%d points ago", ago)
				if c.change(100) < 1000 { // what a launch left out is nothing to judge by
					assert.Greater(t, shifted.confidence, 0.7*settled.confidence-0.05, "%d points ago", ago)
				}
			}
		})
	}
}

func TestLevelShiftsAreListed(t *testing.T) {
	daily := usage{Daily, 150, 28}
	outlook := func(t *testing.T, change func(ago int, v float64) float64) (Outlook, []float64) {
		t.Helper()
		values := daily.values(1, change)[:daily.n]
		return mustForecast(t, Options{Horizon: 28}, at("s", Daily, values)), values
	}
	shifts := func(made Outlook) []Mending {
		return slices.DeleteFunc(slices.Clone(made.Forecast.Mended), func(m Mending) bool { return m.Kind != "level_shift" })
	}
	t.Run("with the time, the points and how much higher the level is", func(t *testing.T) {
		made, values := outlook(t, since(10, times(2)))
		require.Len(t, shifts(made), 1)
		mending := shifts(made)[0]
		assert.Equal(t, 140, mending.Count)
		assert.Contains(t, mending.Note, start.AddDate(0, 0, 140).Format("2006-01-02T15:04:05Z"))
		assert.Regexp(t, `(1\.9\d?|2(\.0\d)?) times`, mending.Note)
		assert.Equal(t, values, made.Diagnostics.History, "the history is what was measured")
	})
	t.Run("as a difference where a metric knows values below zero", func(t *testing.T) {
		made, _ := outlook(t, func(ago int, v float64) float64 { return since(10, more(300))(ago, v-100) })
		require.Len(t, shifts(made), 1)
		assert.Regexp(t, `\+(29|30)\d from the one before`, shifts(made)[0].Note)
	})
	t.Run("as left out before a launch", func(t *testing.T) {
		made, _ := outlook(t, since(40, times(100)))
		require.Len(t, shifts(made), 1)
		assert.Contains(t, shifts(made)[0].Note, "left out")
		assert.Equal(t, 110, shifts(made)[0].Count)
	})
	t.Run("after what may have been an outage, once it has lasted", func(t *testing.T) {
		made, _ := outlook(t, since(20, times(0.02)))
		require.Len(t, shifts(made), 1)
		assert.Equal(t, 130, shifts(made)[0].Count)
	})
	t.Run("each of two", func(t *testing.T) {
		made, _ := outlook(t, func(ago int, v float64) float64 { return since(60, times(2))(ago, since(20, times(1.5))(ago, v)) })
		require.Len(t, shifts(made), 2)
		assert.Equal(t, 130, shifts(made)[0].Count)
		assert.Equal(t, 90, shifts(made)[1].Count)
	})
	t.Run("of a count that hardly varied", func(t *testing.T) {
		made, _ := outlook(t, func(ago int, v float64) float64 { return math.Round(since(10, times(2))(ago, 10+v/1000)) })
		require.Len(t, shifts(made), 1)
		for _, p := range made.Forecast.Predictions {
			assert.InDelta(t, 20, p.Value, 1)
		}
	})
	for name, change := range map[string]func(ago int, v float64) float64{
		"nothing":                        func(_ int, v float64) float64 { return v },
		"a spike at the end":             since(1, times(3)),
		"two days":                       since(2, times(3)),
		"an outage of ten days":          since(10, times(0.02)),
		"a burst of three days":          func(ago int, v float64) float64 { return since(23, times(2))(ago, since(20, times(0.5))(ago, v)) },
		"a burst of two weeks":           func(ago int, v float64) float64 { return since(15, times(2))(ago, since(1, times(0.5))(ago, v)) },
		"a slope":                        func(ago int, v float64) float64 { return v * (1 + 0.01*float64(max(0, 30-ago))) },
		"what is left of a service":      since(20, func(v float64) float64 { return math.Mod(v, 7) / 7 }),
		"a wider spread":                 func(ago int, v float64) float64 { return v + 10*float64(ago%3-1)*float64((150-ago)/120) },
		"ten days of a level known long": func(ago int, v float64) float64 { return v * (1 + float64((ago+10)/40%2)) },
	} {
		t.Run("not for "+name, func(t *testing.T) {
			made, _ := outlook(t, change)
			assert.Empty(t, shifts(made))
		})
	}
	t.Run("another unit changes nothing but the unit", func(t *testing.T) {
		values := daily.values(1, since(10, times(2)))[:daily.n]
		scaled := make([]float64, len(values))
		for i, v := range values {
			scaled[i] = math.Ldexp(v, 20)
		}
		one := mustForecast(t, Options{Horizon: 28}, at("s", Daily, values)).Forecast
		other := mustForecast(t, Options{Horizon: 28}, at("s", Daily, scaled)).Forecast
		assert.Equal(t, one.Mended, other.Mended)
		for k, p := range one.Predictions {
			assert.InDelta(t, math.Ldexp(p.Value, 20), other.Predictions[k].Value, 0)
		}
	})
}

// A contest is held on the level that is forecast: what both sides could not foresee decides nothing, and errors are
// in the unit of the series.
func TestAContestIsHeldOnTheLastLevel(t *testing.T) {
	daily := usage{Daily, 150, 14}
	held := func(change func(ago int, v float64) float64) Contest {
		series := at("s", Daily, daily.values(1, change)[:daily.n])
		series.InUse = map[string]float64{"seasonal_naive": 1}
		return *mustForecast(t, Options{Horizon: 14, Contest: true}, series).Diagnostics.Contest
	}
	settled := held(func(_ int, v float64) float64 { return 2 * v })
	shifted := held(since(30, times(2)))
	require.InEpsilon(t, settled.InUse, shifted.InUse, 0.2)
	require.InEpsilon(t, settled.Challenger, shifted.Challenger, 0.2)
	require.Equal(t, settled.Promoted, shifted.Promoted)
}
