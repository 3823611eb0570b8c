package anomaly

const (
	// leastTrend keeps the growth that is thought likely above zero where no series of a fleet grows.
	leastTrend = 0.0003
	// shapedWeek is the χ² of a series' weekdays, of which chance explains about five, from which
	// they are its own and not the fleet's.
	shapedWeek = 22
)

var (
	// growing is what is thought of growth per day before a fleet is seen.
	growing = traitBounds{
		start:     trait{share: 0.5, variance: trendPrior * trendPrior / 4},
		leastMean: -trendPrior, leastVariance: leastTrend * leastTrend,
	}
	// peaking is what is thought of peaks at a month's turn, in logarithms.
	peaking = traitBounds{
		start:     trait{share: 0.3, mean: 0.5, variance: 0.09},
		leastMean: 0.1, leastVariance: 0.05 * 0.05,
	}
)

// priors is what the fleet says of a series before its own days are asked.
type priors struct {
	// growth is in logarithms per day.
	growth trait
	// weekdays is the variance of weekdays of one kind.
	weekdays float64
	peaks    [edges]trait
}

// habits gathers what the fits of a fleet say of growth, weekdays and months' turns.
type habits struct {
	slopes                 traitSample
	weekExcess, weekWeight float64
	peaks                  [edges]traitSample
}

// add takes one fit.
func (p *habits) add(fit *rough) {
	if fit.slopeVariance > 0 {
		p.slopes.add(min(max(fit.slope, -5*trendPrior), 5*trendPrior), fit.slopeVariance)
	}
	if fit.weekChance < shapedWeek {
		free := 7 - float64(fit.kinds())
		p.weekExcess += fit.sigma * fit.sigma * (fit.weekChance - free)
		p.weekWeight += free * fit.weekdayWeight
	}
	for place := lastDay; place < edges; place++ {
		if fit.peakDays[place] > 0 {
			p.peaks[place].add(fit.peakMean[place], roughExcess*fit.sigma*fit.sigma/fit.peakDays[place])
		}
	}
}

// learn estimates the priors by moments, and by expectation and maximisation (empirical Bayes: Efron &
// Morris 1975, "Data analysis using Stein's estimator and its generalizations", J. Am. Stat. Assoc. 70).
// With fewer than fifty series there are none, and a series is judged by itself.
func (p *habits) learn() (learned priors, ok bool) {
	if len(p.slopes.means) < leastFleet {
		return learned, false
	}
	learned.growth = p.slopes.learn(growing)
	learned.growth.variance = min(learned.growth.variance, trendPrior*trendPrior)
	if p.weekWeight > 0 {
		learned.weekdays = max(p.weekExcess/p.weekWeight, 0)
	}
	for place := lastDay; place < edges; place++ {
		learned.peaks[place] = p.peaks[place].learn(peaking)
	}
	return learned, true
}

// trend returns mean and variance of a normal prior of a series' growth which, with what the series
// shows, comes to what the two kinds of series say together (moments are matched as in expectation
// propagation, Minka 2001). A series that shows no growth of its own has the fleet's.
func (p *priors) trend(own *rough) (mean, variance float64) {
	mean, variance = p.growth.unseen()
	variance += leastTrend * leastTrend
	if own.slopeVariance == 0 {
		return mean, variance
	}
	effect, spread := p.growth.effect(own.slope, own.slopeVariance)
	spread += leastTrend * leastTrend
	precision := 1/spread - 1/own.slopeVariance
	if precision < 1/(trendPrior*trendPrior) {
		return mean, max(variance, trendPrior*trendPrior)
	}
	return (effect/spread - own.slope/own.slopeVariance) / precision, 1 / precision
}
