package anomaly

import "math"

const (
	// maxSteps allows a shift, its return, and one more within a window.
	maxSteps = 3
	// stepEvidence is the squared error, in noise variances, that a step must explain: four
	// standard errors. The largest of some eighty correlated chances reaches 16 once in a
	// thousand series without a step.
	stepEvidence = 16
	// stepSupport is the share of the days on either side that must lie nearer to their own level:
	// a handful of dear days among ordinary ones is an episode and not a level.
	stepSupport = 0.8
	// stepNeighbours is the number of days on either side that are asked.
	stepNeighbours = 14
)

// step is a level shift: from place first on (an index into the history), costs lie rise higher in
// logarithms.
type step struct {
	first int
	rise  float64
}

// findSteps looks for level shifts that lasted for at least accept days, in the deseasonalised and
// clipped series h.flat, and subtracts them from it. Each candidate is judged beside a straight
// trend, so that growth is not mistaken for a step nor a step for growth.
func (h *history) findSteps(accept int) {
	for len(h.steps) < maxSteps {
		sigma := h.differenceSigma()
		found, ok := h.bestStep(accept, sigma)
		if !ok {
			return
		}
		h.steps = append(h.steps, found)
		for i := found.first; i < len(h.flat); i++ {
			h.flat[i] -= found.rise
		}
	}
}

// differenceSigma estimates noise from the differences of neighbours, which neither trend nor steps
// disturb.
func (h *history) differenceSigma() float64 {
	n := len(h.flat)
	differences := h.residual[:n-1]
	for i := range differences {
		differences[i] = h.flat[i+1] - h.flat[i]
	}
	return max(medianDeviation(differences, h.scratch)/math.Sqrt2, leastSigma)
}

// bestStep returns the step that explains the most, if that is enough. With r the residuals of a
// straight line and H the step's indicator with that line taken out, the step explains
// (r·H)²/(H·H), and its size is (r·H)/(H·H); running sums give all candidates in one pass.
func (h *history) bestStep(accept int, sigma float64) (step, bool) {
	n := len(h.flat)
	count := float64(n)
	meanAt, meanFlat := mean(h.at), mean(h.flat)
	spread, product := 0.0, 0.0
	for i, at := range h.at {
		spread += (at - meanAt) * (at - meanAt)
		product += (at - meanAt) * (h.flat[i] - meanFlat)
	}
	slope := product / spread
	best, most := step{}, stepEvidence*sigma*sigma
	after, afterAt, afterResidual := 0.0, 0.0, 0.0
	for i := n - 1; i >= accept; i-- {
		after++
		afterAt += h.at[i] - meanAt
		afterResidual += h.flat[i] - meanFlat - slope*(h.at[i]-meanAt)
		if int(after) < accept {
			continue
		}
		norm := after - after*after/count - afterAt*afterAt/spread
		if norm <= 0.5 {
			continue
		}
		if explained := afterResidual * afterResidual / norm; explained > most && h.supported(i) {
			best, most = step{first: i, rise: afterResidual / norm}, explained
		}
	}
	return best, best.first > 0
}

// supported reports whether the days around place i lie on two levels.
func (h *history) supported(i int) bool {
	before := h.flat[max(i-stepNeighbours, 0):i]
	after := h.flat[i:min(i+stepNeighbours, len(h.flat))]
	low := median(append(h.scratch[:0], before...))
	high := median(append(h.scratch[:0], after...))
	middle, sign := (low+high)/2, 1.0
	if high < low {
		sign = -1
	}
	// The first day must be on the new level: the days of acceptance count from it.
	if (h.flat[i]-middle)*sign <= 0 {
		return false
	}
	return share(before, middle, -sign) >= stepSupport && share(after, middle, sign) >= stepSupport
}

// share returns the share of values that lie on a side of the middle.
func share(values []float64, middle, sign float64) float64 {
	beyond := 0
	for _, value := range values {
		if (value-middle)*sign > 0 {
			beyond++
		}
	}
	return float64(beyond) / float64(len(values))
}

func mean(values []float64) float64 {
	sum := 0.0
	for _, value := range values {
		sum += value
	}
	return sum / float64(len(values))
}
