package anomaly

import "math"

const (
	// leastPeaks is the number of series from which a place's habit is learned.
	leastPeaks = 50
	// leastPeakSpread is the smallest standard deviation of peaks, in logarithms, that is believed.
	leastPeakSpread = 0.05
	// peakRounds of expectation and maximisation move the estimates by less than a hundredth more.
	peakRounds = 25
)

// peakPrior says how many series peak at a place of the month and how much: a share of them by a
// factor whose logarithm has a mean and a variance, the others not at all. The zero value knows
// nothing.
type peakPrior struct {
	share, mean, variance float64
}

// peakSample holds a place's mean residual of each series and that mean's variance.
type peakSample struct {
	means, variances []float64
}

func (s *peakSample) add(mean, variance float64) {
	s.means = append(s.means, mean)
	s.variances = append(s.variances, variance)
}

// learn fits the two kinds of series by expectation and maximisation (Dempster, Laird & Rubin 1977).
func (s *peakSample) learn() peakPrior {
	if len(s.means) < leastPeaks {
		return peakPrior{}
	}
	prior := peakPrior{share: 0.3, mean: 0.5, variance: 0.09}
	for range peakRounds {
		total, sum, squares := 0.0, 0.0, 0.0
		for i, mean := range s.means {
			chance, effect, variance := prior.peak(mean, s.variances[i])
			total += chance
			sum += chance * effect
			squares += chance * (effect*effect + variance)
		}
		if total < 1 {
			return peakPrior{share: 1e-4, mean: 0.5, variance: 0.09}
		}
		prior.share = min(max(total/float64(len(s.means)), 1e-4), 0.999)
		prior.mean = max(sum/total, 0.1)
		prior.variance = max(squares/total-2*prior.mean*sum/total+prior.mean*prior.mean, leastPeakSpread*leastPeakSpread)
	}
	return prior
}

// peak returns how likely a series with this mean residual peaks, and if it does, by how much, with
// the variance of that.
func (p peakPrior) peak(mean, variance float64) (chance, effect, spread float64) {
	with := normalDensity(mean-p.mean, variance+p.variance)
	without := normalDensity(mean, variance)
	chance = p.share * with / max(p.share*with+(1-p.share)*without, 1e-300)
	precision := 1/variance + 1/p.variance
	return chance, (mean/variance + p.mean/p.variance) / precision, 1 / precision
}

// effect returns mean and variance of a series' peak, whether it has one or not.
func (p peakPrior) effect(mean, variance float64) (effect, spread float64) {
	chance, peak, within := p.peak(mean, variance)
	return chance * peak, chance*within + chance*(1-chance)*peak*peak
}

func normalDensity(off, variance float64) float64 {
	return math.Exp(-off*off/(2*variance)) / math.Sqrt(2*math.Pi*variance)
}
