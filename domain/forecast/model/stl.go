package model

import "math"

// stl splits values into a season and the rest (Cleveland, Cleveland, McRae and Terpenning 1990, "STL:
// a seasonal-trend decomposition procedure based on loess", Journal of Official Statistics 6). It
// keeps the weights of its smoothers.
type stl struct {
	season   int
	seasonal []float64
	work     *stlWork

	cycles, longerCycles loess // of places in the season with the fewer values, and with one more
	ofLow, ofTrend       loess
}

// stlWork is where splits that follow each other work.
type stlWork struct {
	trend, detrended   []float64
	cycled, low, spare []float64
}

// newSTLWork returns work in a room for up to n values and a season.
func newSTLWork(n, season int, room *room) *stlWork {
	size := n + 2*season
	return &stlWork{room.take(n), room.take(n), room.take(size), room.take(size), room.take(size)}
}

// fit gives the work room for n values and a season, which are not more than it was made for.
func (w *stlWork) fit(n, season int) {
	size := n + 2*season
	w.trend, w.detrended = w.trend[:n], w.detrended[:n]
	w.cycled, w.low, w.spare = w.cycled[:size], w.low[:size], w.spare[:size]
}

// stlRounds is the number of rounds of the inner loop; two are what the paper uses.
const stlRounds = 2

// prepare readies the split of n values, two whole cycles at least, with a window of so many cycles
// for the slow change of the season.
func (s *stl) prepare(n, season, window int, work *stlWork, room *room) {
	trendWindow := int(math.Ceil(1.5*float64(season)/(1-1.5/float64(window)))) | 1
	lowWindow := season | 1
	s.season, s.seasonal, s.work = season, room.take(n), work
	s.cycles.prepare(n/season, window, stride(window), 1)
	s.longerCycles.prepare(n/season+1, window, stride(window), 1)
	s.ofLow.prepare(n, lowWindow, stride(lowWindow), 0)
	s.ofTrend.prepare(n, trendWindow, stride(trendWindow), 0)
}

// split returns the season of values. The result is good until the next call.
func (s *stl) split(values []float64) []float64 {
	n, m, w := len(values), s.season, s.work
	w.fit(n, m)
	clear(w.trend)
	for round := range stlRounds {
		if round > 0 {
			s.ofTrend.smooth(w.detrended, w.trend)
		}
		for i, v := range values {
			w.detrended[i] = v - w.trend[i]
		}
		s.cycles.smoothColumns(w.detrended, w.cycled, m, n%m, m)
		s.longerCycles.smoothColumns(w.detrended, w.cycled, m, 0, n%m)
		// Three moving averages and a loess find what the smoothed cycles hold beside the season.
		average(w.cycled, m, w.low)
		average(w.low[:n+m+1], m, w.spare)
		average(w.spare[:n+2], 3, w.low)
		s.ofLow.smooth(w.low[:n], w.spare)
		for t, v := range values {
			s.seasonal[t] = w.cycled[t+m] - w.spare[t]
			w.detrended[t] = v - s.seasonal[t]
		}
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
	leaving := values[:len(values)-width]
	sum += values[width-1]
	out[0] = sum * share
	out = out[1 : len(leaving)+1]
	for i, v := range values[width:] {
		sum += v - leaving[i]
		out[i] = sum * share
	}
}
