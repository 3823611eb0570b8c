package model

import "math"

// stl splits values into a season and the rest (Cleveland, Cleveland, McRae and Terpenning 1990, "STL:
// a seasonal-trend decomposition procedure based on loess", Journal of Official Statistics 6). It
// keeps its buffers and the weights of its smoothers.
type stl struct {
	season           int
	trend, detrended []float64
	cycled, low      []float64
	spare, seasonal  []float64

	cycles, longerCycles *loess // of places in the season with the fewer values, and with one more
	ofLow, ofTrend       *loess
}

// stlRounds is the number of rounds of the inner loop; two are what the paper uses.
const stlRounds = 2

// newSTL prepares the split of n values, two whole cycles at least, with a window of so many cycles
// for the slow change of the season.
func newSTL(n, season, window int) *stl {
	size := n + 2*season
	trendWindow := int(math.Ceil(1.5*float64(season)/(1-1.5/float64(window)))) | 1
	lowWindow := season | 1
	return &stl{
		season: season, trend: make([]float64, n), detrended: make([]float64, n), seasonal: make([]float64, n),
		cycled: make([]float64, size), low: make([]float64, size), spare: make([]float64, size),
		cycles:       newLoess(n/season, window, stride(window), 1),
		longerCycles: newLoess(n/season+1, window, stride(window), 1),
		ofLow:        newLoess(n, lowWindow, stride(lowWindow), 0),
		ofTrend:      newLoess(n, trendWindow, stride(trendWindow), 0),
	}
}

// split returns the season of values. The result is good until the next call.
func (s *stl) split(values []float64) []float64 {
	n, m := len(values), s.season
	clear(s.trend)
	for range stlRounds {
		for i, v := range values {
			s.detrended[i] = v - s.trend[i]
		}
		s.cycles.smoothColumns(s.detrended, s.cycled, m, n%m, m)
		s.longerCycles.smoothColumns(s.detrended, s.cycled, m, 0, n%m)
		// Three moving averages and a loess find what the smoothed cycles hold beside the season.
		average(s.cycled, m, s.low)
		average(s.low[:n+m+1], m, s.spare)
		average(s.spare[:n+2], 3, s.low)
		s.ofLow.smooth(s.low[:n], s.spare)
		for t, v := range values {
			s.seasonal[t] = s.cycled[t+m] - s.spare[t]
			s.detrended[t] = v - s.seasonal[t]
		}
		s.ofTrend.smooth(s.detrended, s.trend)
	}
	return s.seasonal
}

// stride is the distance of the points at which a loess of a window is computed; a tenth of the window
// changes nothing that can be seen.
func stride(window int) int { return (window + 9) / 10 }

// average writes the moving averages of a width; there are width−1 fewer than values.
func average(values []float64, width int, out []float64) {
	sum, share := 0.0, 1/float64(width)
	for _, v := range values[:width-1] {
		sum += v
	}
	leaving := values[:len(values)-width+1]
	for i, v := range values[width-1:] {
		sum += v
		out[i] = sum * share
		sum -= leaving[i]
	}
}
