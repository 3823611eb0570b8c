package forecast

import "math"

// unseasoned is a series less the pattern of its longest season of which it holds three cycles, on a log scale where
// all values are positive. The pattern is taken by medians around the mean of a whole cycle, so that a level that
// changed hardly touches it.
type unseasoned struct {
	values  []float64
	log     bool
	pattern []float64 // by phase; one of 0 without a season
}

func withoutSeason(values []float64, seasons []int) unseasoned {
	u := unseasoned{values: make([]float64, len(values)), log: true, pattern: []float64{0}}
	for _, v := range values {
		u.log = u.log && v > 0
	}
	copy(u.values, values)
	if u.log {
		for i, v := range values {
			u.values[i] = math.Log(v)
		}
	}
	season := 0
	for _, s := range seasons {
		if 3*s <= len(values) {
			season = s
		}
	}
	if season == 0 {
		return u
	}
	u.pattern = patternOf(u.values, season)
	for i := range u.values {
		u.values[i] -= u.pattern[i%season]
	}
	return u
}

// patternOf returns the median of each phase around the mean of the whole cycle about it, with a mean of zero.
func patternOf(values []float64, season int) []float64 {
	n := len(values)
	sums := make([]float64, n+1)
	for i, v := range values {
		sums[i+1] = sums[i] + v
	}
	pattern, mean := make([]float64, season), 0.0
	around := make([]float64, 0, n/season+1)
	for phase := range pattern {
		around = around[:0]
		for i := phase; i < n; i += season {
			from := min(max(0, i-season/2), n-season)
			around = append(around, values[i]-(sums[from+season]-sums[from])/float64(season))
		}
		pattern[phase] = median(around)
		mean += pattern[phase] / float64(season)
	}
	for phase := range pattern {
		pattern[phase] -= mean
	}
	return pattern
}

// at returns the value that a level has at a point.
func (u unseasoned) at(i int, level float64) float64 {
	v := level + u.pattern[i%len(u.pattern)]
	if u.log {
		return math.Exp(v)
	}
	return v
}
