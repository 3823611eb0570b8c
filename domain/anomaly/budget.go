package anomaly

import "math"

const (
	// soughtRise is the rise that the alerts are spent on, as a share of the expectation.
	soughtRise = 0.5
	// slackBelow and slackAbove are how far a series' own threshold may lie below and above the common one.
	slackBelow, slackAbove = 0.5, 0.4
)

// budget is the likelihood ratio from which days of a fleet are dear. A common z-score would find one
// in a hundred days on which a tenant is hard to predict (its history is short, the month turns) as
// rarely as on the others; thresholds of equal likelihood ratio find the most at the same number of
// false alerts (Neyman & Pearson 1933). The zero value asks for the common z-score.
type budget struct {
	common, ratio float64
	known         bool
}

// newBudget finds the ratio at which the series together raise as many false alerts as the z-score
// does. distances are how many standard deviations out the sought rise is on each.
func newBudget(zScore float64, distances []float64) budget {
	b := budget{common: zScore, known: len(distances) >= leastFleet}
	if !b.known {
		return b
	}
	afforded := float64(len(distances)) * upperTail(zScore)
	low, high := -20.0, 40.0
	for range 40 {
		b.ratio = (low + high) / 2
		expected := 0.0
		for _, distance := range distances {
			expected += upperTail(b.threshold(distance))
		}
		if expected > afforded {
			low = b.ratio
		} else {
			high = b.ratio
		}
	}
	return b
}

// threshold returns the z-score from which a series' day is dear.
func (b budget) threshold(distance float64) float64 {
	if !b.known || !(distance > 0) {
		return b.common
	}
	return min(max(distance/2+b.ratio/distance, b.common-slackBelow), b.common+slackAbove)
}

// upperTail is the chance of a standard normal value above z.
func upperTail(z float64) float64 { return math.Erfc(z/math.Sqrt2) / 2 }
