package anomaly

import "math"

// traitRounds of expectation and maximisation move the estimates by less than a hundredth more.
const traitRounds = 25

// trait says how many series of a fleet have something and how much of it: a share of them by an amount
// with a mean and a variance, the others not at all. The zero value knows nothing.
type trait struct {
	share, mean, variance float64
}

// traitBounds keep a trait from becoming one of all series, or of none, by chance.
type traitBounds struct {
	start                    trait
	leastMean, leastVariance float64
}

// traitSample holds what each series shows by itself, with that estimate's variance.
type traitSample struct {
	means, variances []float64
}

func (s *traitSample) add(mean, variance float64) {
	s.means = append(s.means, mean)
	s.variances = append(s.variances, variance)
}

// learn fits the two kinds of series by expectation and maximisation (Dempster, Laird & Rubin 1977). With
// fewer than fifty series it knows nothing.
func (s *traitSample) learn(bounds traitBounds) trait {
	if len(s.means) < leastFleet {
		return trait{}
	}
	learned := bounds.start
	for range traitRounds {
		total, sum, squares := 0.0, 0.0, 0.0
		for i, mean := range s.means {
			chance, amount, variance := learned.kind(mean, s.variances[i])
			total += chance
			sum += chance * amount
			squares += chance * (amount*amount + variance)
		}
		if total < 1 {
			learned = bounds.start
			learned.share = 1e-4
			return learned
		}
		learned.share = min(max(total/float64(len(s.means)), 1e-4), 0.999)
		learned.mean = max(sum/total, bounds.leastMean)
		learned.variance = max(squares/total-2*learned.mean*sum/total+learned.mean*learned.mean, bounds.leastVariance)
	}
	return learned
}

// kind returns how likely a series that shows this has the trait, and if it has, how much of it, with
// the variance of that.
func (t trait) kind(mean, variance float64) (chance, amount, spread float64) {
	with := normalDensity(mean-t.mean, variance+t.variance)
	without := normalDensity(mean, variance)
	chance = t.share * with / max(t.share*with+(1-t.share)*without, 1e-300)
	precision := 1/variance + 1/t.variance
	return chance, (mean/variance + t.mean/t.variance) / precision, 1 / precision
}

// effect returns mean and variance of what a series has, whether it has the trait or not.
func (t trait) effect(mean, variance float64) (effect, spread float64) {
	chance, amount, within := t.kind(mean, variance)
	return chance * amount, chance*within + chance*(1-chance)*amount*amount
}

// unseen returns mean and variance of what a series has that shows nothing yet.
func (t trait) unseen() (mean, variance float64) {
	return t.share * t.mean, t.share*t.variance + t.share*(1-t.share)*t.mean*t.mean
}

func normalDensity(off, variance float64) float64 {
	return math.Exp(-off*off/(2*variance)) / math.Sqrt(2*math.Pi*variance)
}
