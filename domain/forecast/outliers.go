package forecast

import (
	"fmt"
	"math"
	"slices"
)

// What makes a point an outlier: it stands alone, and lies so many times the usual distance away from
// its neighbours in time and, in the same direction, from its neighbours in the season. A spike that
// comes back is a pattern, and a run of odd values a new regime: both are left to the models, which
// measurements on public series showed to forecast better for it.
const (
	outlierDistance = 25   // median absolute distances
	outlierShare    = 0.01 // of all points, at most, or one
	neighbours      = 3    // to either side
)

// drawInOutliers replaces outliers by what their neighbours in the season, or in time, suggest. The
// last point is never one: it may be the first of something new.
func (g *grid) drawInOutliers(season int) {
	if len(g.values) < 2*season*neighbours {
		season = 1
	}
	near, nearScale := distances(g.values, 1)
	cyclic, cyclicScale := distances(g.values, season)
	if nearScale == 0 || cyclicScale == 0 {
		return
	}
	odd := func(t int) bool {
		return math.Abs(near[t]) > outlierDistance*nearScale && math.Abs(cyclic[t]) > outlierDistance*cyclicScale &&
			near[t]*cyclic[t] > 0
	}
	var found []int
	for t := range len(g.values) - 1 {
		if odd(t) && (t == 0 || !odd(t-1)) && !odd(t+1) && g.standsAlone(t, math.Abs(near[t])/2) {
			found = append(found, t)
		}
	}
	if len(found) == 0 || float64(len(found)) > max(1, outlierShare*float64(len(g.values))) {
		return
	}
	for _, t := range found {
		g.values[t] -= cyclic[t]
	}
	g.mended = append(g.mended, Mending{
		Kind: "outlier", Count: len(found),
		Note: fmt.Sprintf("single %ss far from all around them were replaced by what their neighbours suggest", g.granularity.noun()),
	})
}

// standsAlone reports whether a value is at a distance from each of its neighbours in time. Next to a step the median
// of the neighbours lies between the two levels, and one of them is the value's own.
func (g *grid) standsAlone(t int, distance float64) bool {
	for i := max(0, t-neighbours); i <= min(len(g.values)-1, t+neighbours); i++ {
		if i != t && math.Abs(g.values[t]-g.values[i]) < distance {
			return false
		}
	}
	return true
}

// distances returns how far each value lies from the median of its neighbours a step away, two and
// three, and the median of these distances in magnitude.
func distances(values []float64, step int) (away []float64, scale float64) {
	away, size := make([]float64, len(values)), make([]float64, len(values))
	around := make([]float64, 0, 2*neighbours)
	for t, v := range values {
		around = around[:0]
		for k := -neighbours; k <= neighbours; k++ {
			if at := t + k*step; k != 0 && at >= 0 && at < len(values) {
				around = append(around, values[at])
			}
		}
		away[t] = v - median(around)
		size[t] = math.Abs(away[t])
	}
	return away, median(size)
}

// median reorders values and returns their median, 0 of none.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	upper := nth(values, n/2)
	if n%2 == 1 {
		return upper
	}
	return (slices.Max(values[:n/2]) + upper) / 2
}

// nth reorders values so that the n-th smallest stands in its place, none before it greater and none after it
// less, and returns it (Hoare 1961, "Algorithm 65: find", Communications of the ACM 4).
func nth(values []float64, n int) float64 {
	for low, high := 0, len(values)-1; low < high; {
		pivot := values[low+(high-low)/2]
		i, j := low, high
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for pivot < values[j] {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case n <= j:
			high = j
		case n >= i:
			low = i
		default:
			return values[n]
		}
	}
	return values[n]
}
