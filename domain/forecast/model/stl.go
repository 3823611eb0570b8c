package model

import "math"

// stl splits values into a season and the rest (Cleveland, Cleveland, McRae and Terpenning 1990, "STL:
// a seasonal-trend decomposition procedure based on loess", Journal of Official Statistics 6). It
// keeps its buffers.
type stl struct {
	season           int
	trend, detrended []float64
	cycle, smooth    []float64
	cycled, low      []float64
	spare, seasonal  []float64
}

// stlRounds is the number of rounds of the inner loop; two are what the paper uses.
const stlRounds = 2

func newSTL(n, season int) *stl {
	size := n + 2*season
	return &stl{
		season: season, trend: make([]float64, n), detrended: make([]float64, n), seasonal: make([]float64, n),
		cycle: make([]float64, size), smooth: make([]float64, size), cycled: make([]float64, size),
		low: make([]float64, size), spare: make([]float64, size),
	}
}

// split returns the season of values, with a window of so many cycles for its slow change. The result
// is good until the next call.
func (s *stl) split(values []float64, window int) []float64 {
	n, m := len(values), s.season
	trendWindow := int(math.Ceil(1.5*float64(m)/(1-1.5/float64(window)))) | 1
	lowWindow := m | 1
	clear(s.trend)
	for range stlRounds {
		for i, v := range values {
			s.detrended[i] = v - s.trend[i]
		}
		s.smoothCycles(n, window)
		// Three moving averages and a loess find what the smoothed cycles hold beside the season.
		average(s.cycled[:n+2*m], m, s.low)
		average(s.low[:n+m+1], m, s.spare)
		average(s.spare[:n+2], 3, s.low)
		loess(s.low[:n], lowWindow, stride(lowWindow), 0, s.spare[:n])
		for t, v := range values {
			s.seasonal[t] = s.cycled[t+m] - s.spare[t]
			s.detrended[t] = v - s.seasonal[t]
		}
		loess(s.detrended, trendWindow, stride(trendWindow), 0, s.trend)
	}
	return s.seasonal
}

// smoothCycles smooths the values of each place in the season, and one cycle beyond either end.
func (s *stl) smoothCycles(n, window int) {
	m := s.season
	for phase := range m {
		count := 0
		for t := phase; t < n; t += m {
			s.cycle[count] = s.detrended[t]
			count++
		}
		if count == 0 {
			continue
		}
		loess(s.cycle[:count], window, stride(window), 1, s.smooth[:count+2])
		for j, v := range s.smooth[:count+2] {
			s.cycled[phase+j*m] = v
		}
	}
}

// stride is the distance of the points at which a loess of a window is computed; a tenth of the window
// changes nothing that can be seen.
func stride(window int) int { return (window + 9) / 10 }

// average writes the moving averages of a width; there are width−1 fewer than values.
func average(values []float64, width int, out []float64) {
	sum := 0.0
	for i, v := range values {
		sum += v
		if i >= width {
			sum -= values[i-width]
		}
		if i >= width-1 {
			out[i-width+1] = sum / float64(width)
		}
	}
}
