package model

import "math"

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

// autocorrelation returns the autocorrelation of a history at a lag; 0 for a constant one.
func autocorrelation(values []float64, lag int) float64 {
	mean, power, product := 0.0, 0.0, 0.0
	for _, v := range values {
		mean += v
	}
	mean /= float64(len(values))
	for i, v := range values {
		power += (v - mean) * (v - mean)
		if i >= lag {
			product += (v - mean) * (values[i-lag] - mean)
		}
	}
	if power == 0 {
		return 0
	}
	return product / power
}

// seasonalAt tests, at nine in ten, whether a history correlates with itself a season ago, as the M4
// competition's benchmarks do; a history under three seasons never does.
func seasonalAt(values []float64, season int) bool {
	if season < 2 || len(values) < 3*season {
		return false
	}
	sum := 1.0
	for lag := 1; lag < season; lag++ {
		r := autocorrelation(values, lag)
		sum += 2 * r * r
	}
	return math.Abs(autocorrelation(values, season)) > 1.645*math.Sqrt(sum/float64(len(values)))
}

func positive(values []float64) bool {
	for _, v := range values {
		if v <= 0 {
			return false
		}
	}
	return true
}
