package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// classical returns the seasonal indices of a history by moving averages, as Theta and the start of
// exponential smoothing use them: factors around 1 where multiplicative, else terms around 0. The
// index of time t is indices[t mod season].
func classical(values []float64, season int, multiplicative bool) []float64 {
	n := len(values)
	indices := make([]float64, season)
	counts := make([]float64, season)
	half := season / 2
	sum := 0.0
	width := 2*half + 1
	if season%2 == 0 {
		width = season + 1
	}
	for i := range min(width, n) {
		sum += values[i]
	}
	for t := half; t+half < n; t++ {
		if t > half {
			sum += values[t+half] - values[t-half-1]
		}
		level := sum / float64(season)
		if season%2 == 0 {
			level = (sum - (values[t-half]+values[t+half])/2) / float64(season)
		}
		if multiplicative {
			if level > 0 {
				indices[t%season] += values[t] / level
				counts[t%season]++
			}
		} else {
			indices[t%season] += values[t] - level
			counts[t%season]++
		}
	}
	mean := 0.0
	for i := range indices {
		switch {
		case counts[i] > 0:
			indices[i] /= counts[i]
		case multiplicative:
			indices[i] = 1
		}
		mean += indices[i] / float64(season)
	}
	for i := range indices {
		if multiplicative {
			indices[i] = math.Max(indices[i]/mean, 1e-3)
		} else {
			indices[i] -= mean
		}
	}
	return indices
}

// autocorrelations returns the autocorrelations of a history at the lags 0 to a last; zeros for a
// constant one.
func autocorrelations(values []float64, last int) []float64 {
	mean := floats.Sum(values) / float64(len(values))
	centred := make([]float64, len(values))
	for i, v := range values {
		centred[i] = v - mean
	}
	out := make([]float64, last+1)
	power := floats.Dot(centred, centred)
	for lag := range min(last+1, len(values)) {
		if power > 0 {
			out[lag] = floats.Dot(centred[lag:], centred[:len(centred)-lag]) / power
		}
	}
	return out
}

// seasonalAt tests, at nine in ten, whether a history correlates with itself a season ago, as the M4
// competition's benchmarks do; a history under three seasons never does.
func seasonalAt(values []float64, season int) bool {
	if season < 2 || len(values) < 3*season {
		return false
	}
	correlations := autocorrelations(values, season)
	sum := 1.0
	for _, r := range correlations[1:season] {
		sum += 2 * r * r
	}
	return math.Abs(correlations[season]) > 1.645*math.Sqrt(sum/float64(len(values)))
}

func positive(values []float64) bool {
	for _, v := range values {
		if v <= 0 {
			return false
		}
	}
	return true
}
