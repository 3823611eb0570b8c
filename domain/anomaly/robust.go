package anomaly

import (
	"math"
	"slices"
)

const (
	// madToSigma makes the median absolute deviation estimate a normal distribution's standard
	// deviation: 1/Φ⁻¹(3/4) (Hampel 1974; recommended against mean ± sd by Leys et al. 2013,
	// "Detecting outliers: Do not use standard deviation around the mean, use absolute deviation
	// around the median", J. Exp. Soc. Psychol. 49).
	madToSigma = 1.482602218505602
	// keepAll and rejectAll are the corners of the weights, in noises; under normal noise they cost
	// a hundredth of the information.
	keepAll, rejectAll = 3.0, 4.5
	// scaleCutoff and scaleConsistency belong to the one-step M-scale: E[min(z², 2.5²)] = 0.97756
	// for a standard normal z.
	scaleCutoff      = 2.5
	scaleConsistency = 0.97756
	// leastSigma is the smallest noise that is believed, 1 %: a cost that has never varied by a
	// cent would otherwise make any change infinitely surprising.
	leastSigma = 0.01
)

// median returns the middle of values (the mean of both for an even number) and reorders them;
// it is 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	middle := len(values) / 2
	if len(values)%2 == 1 {
		return values[middle]
	}
	return (values[middle-1] + values[middle]) / 2
}

// medianDeviation returns the scaled median absolute deviation from zero; scratch is overwritten.
func medianDeviation(residuals, scratch []float64) float64 {
	scratch = scratch[:len(residuals)]
	for i, r := range residuals {
		scratch[i] = math.Abs(r)
	}
	return madToSigma * median(scratch)
}

// scale returns the noise of residuals after a fit with the given number of parameters, from a first
// guess. The MAD alone errs by 12 % at 90 days, which would cost a third more false alerts at the
// same power; two steps of an M-estimator from it (Huber's proposal 2) keep its resistance to a few
// wild days and err by 8 %. Rousseeuw & Croux (1993), "Alternatives to the Median Absolute
// Deviation", J. Am. Stat. Assoc. 88, give the efficiencies: 37 % for the MAD, 82 % for their Qn,
// which costs a sort of all pairs; the steps reach about 95 %.
func scale(residuals []float64, guess, parameters float64) float64 {
	sigma := max(guess, leastSigma)
	freedom := max(float64(len(residuals))-parameters, 1)
	for range 2 {
		sum, limit := 0.0, scaleCutoff*scaleCutoff*sigma*sigma
		for _, r := range residuals {
			sum += min(r*r, limit)
		}
		sigma = max(math.Sqrt(sum/scaleConsistency/freedom), leastSigma)
	}
	return sigma
}

// hampel returns the weight of a residual: 1 for ordinary days, 0 for days so far out that they say
// nothing about what is ordinary, and a straight line between (Hampel 1974, "The Influence Curve and
// Its Role in Robust Estimation", J. Am. Stat. Assoc. 69). A day at +50 % lies four noises out.
func hampel(residual, sigma float64) float64 {
	u := math.Abs(residual) / sigma
	return min(max((rejectAll-u)/(rejectAll-keepAll), 0), 1)
}

// runningMedian writes to out the median of the seven values around each place; at the ends it
// takes the outermost seven. A full week in every window makes it blind to weekdays. The window is
// kept sorted while it moves, which takes a third of the time of sorting each anew.
func runningMedian(values, out []float64) {
	const width = 7
	var sorted [width]float64
	count := copy(sorted[:], values)
	slices.Sort(sorted[:count])
	for i := range values {
		if entering := i + width/2; entering >= width && entering < len(values) {
			replace(sorted[:], values[entering-width], values[entering])
		}
		out[i] = sorted[count/2]
	}
}

// replace takes one value out of a sorted window that holds it and puts another in.
func replace(sorted []float64, leaving, entering float64) {
	i := 0
	for sorted[i] != leaving {
		i++
	}
	for ; i+1 < len(sorted) && sorted[i+1] < entering; i++ {
		sorted[i] = sorted[i+1]
	}
	for ; i > 0 && sorted[i-1] > entering; i-- {
		sorted[i] = sorted[i-1]
	}
	sorted[i] = entering
}
