package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// classical returns the seasonal indices of a history by moving averages, as the start of exponential
// smoothing uses them: factors around 1 where multiplicative, else terms around 0. The index of time t is
// indices[t mod season].
func classical(values []float64, season int, multiplicative bool) []float64 {
	return newSeasonTally(values, season, multiplicative).indices()
}

// seasonTally adds up by how much the values at each place of a season depart from the moving average of a
// season around them: in parts of it where multiplicative.
type seasonTally struct {
	multiplicative        bool
	sums, squares, counts []float64
}

func newSeasonTally(values []float64, season int, multiplicative bool) seasonTally {
	tally := seasonTally{multiplicative, make([]float64, season), make([]float64, season), make([]float64, season)}
	n, half := len(values), season/2
	sum := floats.Sum(values[:min(2*half+1, n)])
	for t, place := half, half; t+half < n; t, place = t+1, place+1 {
		if place == season {
			place = 0
		}
		if t > half {
			sum += values[t+half] - values[t-half-1]
		}
		level := sum / float64(season)
		if season%2 == 0 {
			level = (sum - (values[t-half]+values[t+half])/2) / float64(season)
		}
		departure := values[t] - level
		if multiplicative {
			if level <= 0 {
				continue
			}
			departure = values[t] / level
		}
		tally.sums[place] += departure
		tally.squares[place] += departure * departure
		tally.counts[place]++
	}
	return tally
}

// indices returns the mean departure at each place, brought to a mean of 1 or 0.
func (s seasonTally) indices() []float64 {
	indices, mean := make([]float64, len(s.sums)), 0.0
	for i := range indices {
		switch {
		case s.counts[i] > 0:
			indices[i] = s.sums[i] / s.counts[i]
		case s.multiplicative:
			indices[i] = 1
		}
		mean += indices[i] / float64(len(indices))
	}
	for i := range indices {
		if s.multiplicative {
			indices[i] = math.Max(indices[i]/mean, 1e-3)
		} else {
			indices[i] -= mean
		}
	}
	return indices
}

// autocorrelations returns the autocorrelations of a history at the lags 0 to a last; zeros for a
// constant one.
func autocorrelations(values []float64, last int, room *room) []float64 {
	mean := floats.Sum(values) / float64(len(values))
	centred := room.take(len(values))
	for i, v := range values {
		centred[i] = v - mean
	}
	out := room.zeros(last + 1)
	power := floats.Dot(centred, centred)
	for lag := range min(last+1, len(values)) {
		if power > 0 {
			out[lag] = floats.Dot(centred[lag:], centred[:len(centred)-lag]) / power
		}
	}
	return out
}

func positive(values []float64) bool {
	for _, v := range values {
		if v <= 0 {
			return false
		}
	}
	return true
}
