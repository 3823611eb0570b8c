package forecast

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// synthetic is a set of series made from a seed, in the likeness of the kinds of metrics that users
// have, with what followed them.
type synthetic struct {
	name        string
	granularity ForecastGranularity
	horizon     int
	history     []Series
	future      [][]float64
}

// syntheticSets are the sets of the benchmarks; the same every time.
func syntheticSets(series int) []synthetic {
	return []synthetic{
		makeSet("hourly-two-seasons", Hourly, 840, 48, series, hourlyLoad),
		makeSet("hourly-two-weeks", Hourly, 360, 24, series, burstyLoad),
		makeSet("daily-with-zeros", Daily, 735, 56, series, dailyCash),
		makeSet("weekly-walk", Weekly, 500, 13, series, weeklyWalk),
		makeSet("monthly-growth", Monthly, 110, 18, series, monthlyGrowth),
	}
}

func makeSet(name string, granularity ForecastGranularity, n, horizon, series int, value func(*rand.Rand) func(t int) float64) synthetic {
	set := synthetic{name: name, granularity: granularity, horizon: horizon}
	for i := range series {
		random := rand.New(rand.NewPCG(uint64(i), uint64(n)))
		next := value(random)
		all := make([]float64, n+horizon)
		for t := range all {
			all[t] = next(t)
		}
		set.history = append(set.history, at(fmt.Sprintf("%s-%d", name, i), granularity, all[:n]))
		set.future = append(set.future, all[n:])
	}
	return set
}

// hourlyLoad has a day's and a week's pattern, proportional noise that remembers, and a slow drift.
func hourlyLoad(random *rand.Rand) func(t int) float64 {
	level, day, week := math.Exp(random.NormFloat64()+4), 0.1+0.4*random.Float64(), 0.3*random.Float64()
	phase, drift, noise := random.Float64(), 0.0, 0.0
	begin := random.IntN(168) // so that the series do not all end on the same weekday
	return func(t int) float64 {
		t += begin
		noise = 0.7*noise + 0.02*random.NormFloat64()
		drift += 0.002 * random.NormFloat64()
		hour := 2 * math.Pi * (float64(t%24)/24 + phase)
		weekend := 0.0
		if t/24%7 > 4 {
			weekend = week
		}
		return level * math.Exp(day*math.Sin(hour)+day/3*math.Sin(2*hour)-weekend+drift+noise)
	}
}

// burstyLoad is a noisy level with bursts and hardly a pattern.
func burstyLoad(random *rand.Rand) func(t int) float64 {
	level, noise := 20+30*random.Float64(), 0.0
	return func(t int) float64 {
		noise = 0.8*noise + random.NormFloat64()
		burst := 0.0
		if random.Float64() < 0.02 {
			burst = level * random.ExpFloat64()
		}
		return max(0, level+2*noise+burst+0.05*level*math.Sin(2*math.Pi*float64(t)/24))
	}
}

// dailyCash has a strong week, months that matter, and days of zero.
func dailyCash(random *rand.Rand) func(t int) float64 {
	level, noise := 10+20*random.Float64(), 0.0
	week, begin := make([]float64, 7), random.IntN(365)
	for i := range week {
		week[i] = 0.5 + random.Float64()
	}
	return func(t int) float64 {
		t += begin
		noise = 0.3*noise + 0.2*random.NormFloat64()
		if random.Float64() < 0.02 {
			return 0
		}
		return max(0, level*week[t%7]*(1+0.1*math.Sin(2*math.Pi*float64(t)/365)+noise))
	}
}

// weeklyWalk is a random walk with a weak year.
func weeklyWalk(random *rand.Rand) func(t int) float64 {
	level, year := math.Log(1000.0), 0.1*random.Float64()
	return func(t int) float64 {
		level += 0.01 * random.NormFloat64()
		return math.Exp(level + year*math.Sin(2*math.Pi*float64(t)/52))
	}
}

// monthlyGrowth has a trend that wanders, a year's pattern and noise.
func monthlyGrowth(random *rand.Rand) func(t int) float64 {
	level, slope, year := 8.0, 0.004*random.NormFloat64(), 0.3*random.Float64()
	phase := random.Float64()
	return func(t int) float64 {
		slope = 0.98*slope + 0.001*random.NormFloat64()
		level += slope + 0.01*random.NormFloat64()
		return math.Exp(level + year*math.Sin(2*math.Pi*(float64(t)/12+phase)) + 0.03*random.NormFloat64())
	}
}
