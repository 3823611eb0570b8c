package regime

import (
	"math"
	"slices"
)

const (
	// blockExponent makes blocks of n^0.35 points: long enough to hold the short memory of the noise,
	// short enough to be many. Wu and Zhao, "Inference of trends in time series", Journal of the Royal
	// Statistical Society B 69, 2007, ask for a power between 1/4 and 1/2.
	blockExponent = 0.35
	// normalMAD is the median absolute deviation of the standard normal distribution.
	normalMAD = 0.6744897501960817
	// longestMemory bounds the autocorrelation that is believed, since a whole trend looks like 1.
	longestMemory = 0.995
)

// roughVariance returns the variance of the noise from the differences of neighbours, as if it had no
// memory; changes of the series hardly touch it, since they are few.
func roughVariance(values []float64) float64 {
	distances := make([]float64, 0, len(values))
	squares := 0.0
	for i := 1; i < len(values); i++ {
		d := math.Abs(values[i] - values[i-1])
		distances = append(distances, d)
		squares += d * d
	}
	if deviation := middle(distances) / normalMAD / math.Sqrt2; deviation > 0 {
		return deviation * deviation
	}
	// More than half of the neighbours are equal: fall back to the mean.
	return squares / 2 / float64(max(1, len(distances)))
}

// longRunVariance returns the variance that the mean of many points has, times their number, from the
// median distance between the means of neighbouring blocks; it holds for noise with memory and is
// hardly touched by changes.
func longRunVariance(values []float64) float64 {
	length := max(1, int(math.Round(math.Pow(float64(len(values)), blockExponent))))
	var distances []float64
	for offset := 0; offset < length; offset += (length + 3) / 4 {
		before := math.NaN()
		for from := offset; from+length <= len(values); from += length {
			sum := 0.0
			for _, v := range values[from : from+length] {
				sum += v
			}
			if mean := sum / float64(length); math.IsNaN(before) {
				before = mean
			} else {
				distances = append(distances, mean-before)
				before = mean
			}
		}
	}
	if len(distances) < 3 {
		return 0
	}
	centre := middle(slices.Clone(distances))
	for i, d := range distances {
		distances[i] = math.Abs(d - centre)
	}
	deviation := middle(distances) / normalMAD
	return float64(length) * deviation * deviation / 2
}

// remainingVariance returns the long-run variance of residuals as that of an autoregression of order
// one, (1+ρ)/(1−ρ) times their variance. ρ is corrected for the bias of short series, which grows with
// the number of segments, and the variance for the parameters that were fitted.
func remainingVariance(residuals []float64, segments int) float64 {
	n := float64(len(residuals))
	squares, products := 0.0, 0.0
	for i, r := range residuals {
		squares += r * r
		if i > 0 {
			products += r * residuals[i-1]
		}
	}
	if squares == 0 {
		return 0
	}
	rho := products / squares
	rho += (1 + 3*rho) / n * float64(segments)
	rho = min(max(rho, 0), longestMemory)
	return squares / max(1, n-2*float64(segments)) * (1 + rho) / (1 - rho)
}

// middle returns the upper median and sorts its argument.
func middle(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[len(values)/2]
}

const (
	// spikeReach is how many neighbours on either side a value is compared with.
	spikeReach = 2
	// spikeDeviations is how many deviations from its neighbours' median make a spike.
	spikeDeviations = 5
)

// withoutSpikes draws values far off the median of their neighbours in to where the last believable
// value would be. A step stays a step, since the median of five follows it.
func withoutSpikes(values []float64) []float64 {
	medians := make([]float64, len(values))
	distances := make([]float64, len(values))
	for i, v := range values {
		medians[i] = middle(slices.Clone(values[max(0, i-spikeReach):min(len(values), i+spikeReach+1)]))
		distances[i] = math.Abs(v - medians[i])
	}
	limit := spikeDeviations * middle(distances) / normalMAD
	drawn := slices.Clone(values)
	for i, v := range values {
		if limit > 0 {
			drawn[i] = min(max(v, medians[i]-limit), medians[i]+limit)
		}
	}
	return drawn
}
