package anomaly

import "math"

// peaks is how much dearer the days at a month's turn are, in logarithms.
type peaks struct {
	effect [edges]float64
	// variance of a new peak beside the noise of its day, absolute.
	variance [edges]float64
	seen     [edges]int
	// parameters is the number of degrees of freedom that the effects took.
	parameters float64
}

// peakVariation is how much a peak differs from month to month, as a share of its logarithm: a peak
// of ×2.5 is expected anywhere from ×2.2 to ×2.8. A quarter of history shows three at most, too few
// to learn that from.
const peakVariation = 0.04

// peakEvidence is the size of a peak in standard errors from which it begins to count; at twice that
// it counts by fifteen sixteenths.
const peakEvidence = 2

// fitPeaks estimates the effect of each place from residuals that hold all but it. The median of one
// to three days is shrunk by what chance explains, so that a tenant without peaks gets none, and one
// with them gets nearly all. Only rises count: a cheap month's end raises no alert, and taking it
// for the rule would raise one on an ordinary month's end.
func (h *history) fitPeaks(sigma float64) peaks {
	var found peaks
	for place := lastDay; place < edges; place++ {
		values := h.scratch[:0]
		for i, p := range h.place {
			if p == place {
				values = append(values, h.residual[i])
			}
		}
		count := len(values)
		found.seen[place] = count
		if count == 0 {
			continue
		}
		middle, spread := mean(values), 0.0
		for _, value := range values {
			spread += (value - middle) * (value - middle) / max(float64(count-1), 1)
		}
		typical := median(values)
		chance := sigma * sigma / float64(count)
		evidence := typical * typical / chance
		if typical <= 0 || evidence <= peakEvidence*peakEvidence {
			continue
		}
		kept := 1 - math.Pow(peakEvidence, 4)/(evidence*evidence)
		effect := kept * typical
		found.parameters += kept
		found.effect[place] = effect
		found.variance[place] = chance + max(spread-2*sigma*sigma, 0) + peakVariation*peakVariation*effect*effect
	}
	return found
}
