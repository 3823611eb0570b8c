package anomaly

import "math"

const (
	// leastTrend keeps the growth that is thought likely above zero where no series of a fleet grows.
	leastTrend = 0.0003
	// shapedWeek is the χ² of a series' weekdays, of which chance explains about five, from which
	// they are its own and not the fleet's.
	shapedWeek = 22
)

// priors is what the fleet says of a series before its own days are asked.
type priors struct {
	// trend and trendSpread are mean and standard deviation of growth per day.
	trend, trendSpread float64
	// weekdays is the variance of weekdays of one kind.
	weekdays float64
	peaks    [edges]peakPrior
}

// habits gathers what the fits of a fleet say of growth, weekdays and months' turns.
type habits struct {
	slopes, slopeVariances []float64
	weekExcess, weekWeight float64
	peaks                  [edges]peakSample
}

// add takes one fit.
func (p *habits) add(fit *rough) {
	if fit.slopeVariance > 0 {
		p.slopes = append(p.slopes, fit.slope)
		p.slopeVariances = append(p.slopeVariances, fit.slopeVariance)
	}
	if fit.weekChance < shapedWeek {
		free := 7 - float64(fit.kinds())
		p.weekExcess += fit.sigma * fit.sigma * (fit.weekChance - free)
		p.weekWeight += free * fit.weekdayWeight
	}
	for place := lastDay; place < edges; place++ {
		if fit.peakDays[place] > 0 {
			p.peaks[place].add(fit.peakMean[place], fit.sigma*fit.sigma/fit.peakDays[place])
		}
	}
}

// learn estimates the priors by moments and, for peaks, by expectation and maximisation (empirical
// Bayes: Efron & Morris 1975, "Data analysis using Stein's estimator and its generalizations", J. Am.
// Stat. Assoc. 70). With fewer than fifty series there are none, and a series is judged by itself.
func (p *habits) learn() (learned priors, ok bool) {
	if len(p.slopes) < leastFleet {
		return learned, false
	}
	learned.trend, learned.trendSpread = p.growth()
	if p.weekWeight > 0 {
		learned.weekdays = max(p.weekExcess/p.weekWeight, 0)
	}
	for place := lastDay; place < edges; place++ {
		learned.peaks[place] = p.peaks[place].learn()
	}
	return learned, true
}

// growth returns mean and standard deviation of the slopes behind their estimates; those that are
// known well weigh more. The spread is at most trendPrior, that of a series alone.
func (p *habits) growth() (mean, spread float64) {
	variance := trendPrior * trendPrior / 4
	for range 5 {
		total, sum, excess, squares := 0.0, 0.0, 0.0, 0.0
		for i, slope := range p.slopes {
			weight := 1 / (p.slopeVariances[i] + variance)
			total += weight
			sum += weight * min(max(slope, -5*trendPrior), 5*trendPrior)
		}
		mean = sum / total
		for i, slope := range p.slopes {
			weight := 1 / (p.slopeVariances[i] + variance)
			off := min(max(slope, -5*trendPrior), 5*trendPrior) - mean
			excess += weight * weight * (off*off - p.slopeVariances[i])
			squares += weight * weight
		}
		variance = min(max(excess/squares, leastTrend*leastTrend), trendPrior*trendPrior)
	}
	return mean, math.Sqrt(variance)
}
