package anomaly

const (
	// shapeReach and shapeBins lay out the histogram: residuals from −5 to 5 noises in steps of a
	// fiftieth.
	shapeReach = 5
	shapeBins  = 500
	// leastShape is the number of residuals from which a skewness is believed.
	leastShape = 10_000
	// mostSkewness bounds what is corrected for; beyond it the correction is no longer monotone
	// where it is used.
	mostSkewness = 0.5
)

// noiseShape collects standardised residuals of the whole fleet. A tenant's own ninety days cannot
// tell a skewed noise from a few dear days; a million can.
type noiseShape struct {
	bins  [shapeBins]int
	total int
}

// add takes the residuals of one fit.
func (s *noiseShape) add(residuals []float64, sigma float64) {
	for _, r := range residuals {
		bin := int((r/sigma + shapeReach) * (shapeBins / (2 * shapeReach)))
		s.bins[min(max(bin, 0), shapeBins-1)]++
	}
	s.total += len(residuals)
}

// skewness returns the noise's skewness, from the 5 %, 50 % and 95 % quantiles: what anomalies in
// the past did to the outer tails does not reach them. By the Cornish–Fisher expansion
// q(p) = μ + σ·(z + γ·(z²−1)/6), so that q(.95) + q(.05) − 2·q(.5) = γ·σ·z²/3 with z = 1.645.
func (s *noiseShape) skewness() float64 {
	if s.total < leastShape {
		return 0
	}
	const factor = 1.6448536269514722 * 1.6448536269514722 / 3
	skewness := (s.quantile(0.95) + s.quantile(0.05) - 2*s.quantile(0.5)) / factor
	return min(max(skewness, -mostSkewness), mostSkewness)
}

// quantile interpolates within a bin.
func (s *noiseShape) quantile(p float64) float64 {
	wanted, below := p*float64(s.total), 0.0
	for i, count := range s.bins {
		if next := below + float64(count); next >= wanted && count > 0 {
			place := float64(i) + (wanted-below)/float64(count)
			return place*(2*shapeReach)/shapeBins - shapeReach
		}
		below += float64(count)
	}
	return shapeReach
}
