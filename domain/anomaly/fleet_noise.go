package anomaly

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat"
)

const (
	// leastFleet is the number of series from which a common noise is learned.
	leastFleet = 50
	// mostFleetFreedom caps the weight of the fleet's noise against a series' own.
	mostFleetFreedom = 300
	// ownNoise is how many standard errors noisier than the fleet a series must be for its noise to
	// be its own affair.
	ownNoise = 3
)

// noise is what the whole fleet says about the noise of any one series: a typical variance, how many
// days of a series' own that is worth, and its skewness. The zero value says nothing.
type noise struct {
	variance, freedom, skewness float64
}

// fleet gathers the noise of all series that are judged together.
type fleet struct {
	shape  noiseShape
	habits habits
	// logs are the logarithms of the variances without the bias that their estimation has;
	// chance is the sum of the variances that this estimation gives them.
	logs   []float64
	chance float64
}

func newFleet() *fleet { return &fleet{} }

// add takes one fit and what it left over.
func (f *fleet) add(fit expectation, residuals []float64, own *rough) {
	f.habits.add(own)
	half := fit.freedom / 2
	f.logs = append(f.logs, 2*math.Log(fit.sigma)-mathext.Digamma(half)+math.Log(half))
	f.chance += trigamma(half)
	f.shape.add(residuals, fit.sigma)
}

// noise fits a scaled inverse χ² distribution to the variances by the moments of their logarithms
// (Smyth 2004, "Linear models and empirical Bayes methods for assessing differential expression",
// Stat. Appl. Genet. Mol. Biol. 3). A series' own estimate errs by 8 % after 90 days and by 13 %
// after 35; where all series are about equally noisy, what they have in common is known far better,
// and where they differ its weight falls by itself.
func (f *fleet) noise() noise {
	if len(f.logs) < leastFleet {
		return noise{}
	}
	center, spread := stat.MeanVariance(f.logs, nil)
	half := mostFleetFreedom / 2.0
	if excess := spread - f.chance/float64(len(f.logs)); excess > trigamma(half) {
		half = inverseTrigamma(excess)
	}
	return noise{
		variance: math.Exp(center + mathext.Digamma(half) - math.Log(half)),
		freedom:  2 * half,
		skewness: f.shape.skewness(),
	}
}

// moderate returns a fit's noise variance with the fleet's help, and its degrees of freedom. A
// series clearly noisier than the fleet keeps its own, as outlying variances do in Phipson et al.
// 2016 ("Robust hyperparameter estimation", Ann. Appl. Stat. 10), or its ordinary days would alert.
func (n noise) moderate(fit expectation) (variance, freedom float64) {
	own := fit.sigma * fit.sigma
	if n.freedom == 0 || own > n.variance*(1+ownNoise*math.Sqrt(2/fit.freedom)) {
		return own, fit.freedom
	}
	freedom = fit.freedom + n.freedom
	return (fit.freedom*own + n.freedom*n.variance) / freedom, freedom
}

// trigamma is ψ′, the Hurwitz zeta function at 2.
func trigamma(x float64) float64 { return mathext.Zeta(2, x) }

// inverseTrigamma solves ψ′(x) = y for y > 0 by Newton's method on 1/ψ′, which is convex and nearly
// straight (Smyth 2004, appendix).
func inverseTrigamma(y float64) float64 {
	x := 0.5 + 1/y
	for range 20 {
		value := trigamma(x)
		delta := value * (1 - value/y) / (-2 * mathext.Zeta(3, x))
		x += delta
		if -delta/x < 1e-8 {
			break
		}
	}
	return x
}
