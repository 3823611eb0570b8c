package anomaly

import (
	"math"
	"slices"
)

// rough is a series' own fit, as far as the fit with the fleet's help needs it.
type rough struct {
	sigma float64
	steps []step
	// weight of each day of the history.
	weight []float32
	cheap  [7]bool
	parted bool
	// slope is the growth per day that the series shows by itself, with its variance; 0 for none.
	slope, slopeVariance float64
	// weekChance is the χ² of weekdays against their kinds, weekdayWeight their mean weight.
	weekChance, weekdayWeight float64
	// peakMean is the mean residual at a place with the peak left in, of so many days, whose spread
	// beyond noise is peakExcess.
	peakMean, peakDays, peakExcess [edges]float64
}

// clone returns a copy that outlives the next fit.
func (r *rough) clone() *rough {
	own := *r
	own.weight, own.steps = slices.Clone(r.weight), slices.Clone(r.steps)
	return &own
}

// kinds is the number of kinds of weekday.
func (r *rough) kinds() int {
	if r.parted {
		return 2
	}
	return 1
}

// maxRefit is the number of terms of a refit: a level line's, the kind of weekday, and weekdays.
const maxRefit = maxTerms + 1 + 7

// refit fits level, trend, steps, kinds of weekday and weekdays to the history at once, with the
// fleet's priors as ridges, and carries them to the evaluated day (Bayesian linear regression, Lindley
// & Smith 1972, "Bayes estimates for the linear model", J. R. Stat. Soc. B 34). What a month's turn
// adds is taken out first by what the fleet and the series' own turns say together. The history is
// loaded as for the rough fit.
func (h *history) refit(own *rough, fleet priors, variance float64) expectation {
	var peak peaks
	for place := lastDay; place < edges; place++ {
		h.turn(own, fleet, variance, place, &peak)
	}
	h.steps = append(h.steps[:0], own.steps...)
	trend, trendVariance := fleet.trend(own)
	terms := 2 + len(h.steps) + 8
	var normal matrix
	var right, point vector
	centre := mean(h.log) // as in fitLine
	for i, log := range h.log {
		x := h.terms(own, i)
		place := h.place[i]
		weight := float64(own.weight[i])
		if place != noEdge {
			weight = 1 / (1 + peak.variance[place]/variance)
		}
		value := log - centre - peak.effect[place] - trend*h.at[i]
		for a := range terms {
			if x[a] == 0 {
				continue
			}
			right[a] += weight * x[a] * value
			for b := range a + 1 {
				normal[a][b] += weight * x[a] * x[b]
			}
		}
	}
	for a := range terms {
		normal[a][a] += 1e-6
	}
	normal[1][1] += variance / trendVariance
	first := 2 + len(h.steps)
	if !own.parted {
		normal[first][first] += 1e6
	}
	weekdays := max(fleet.weekdays, 1e-6)
	if own.weekChance >= shapedWeek {
		free := 7 - float64(own.kinds())
		weekdays = max(weekdays, variance*(own.weekChance-free)/(free*max(own.weekdayWeight, 1)))
	}
	for d := range 7 {
		normal[first+1+d][first+1+d] += variance / weekdays
	}
	normal.factor(terms)
	normal.solve(terms, &right)
	point[0] = 1
	for j := range h.steps {
		point[2+j] = 1
	}
	weekday, place := h.target.weekday(), edgeOf(h.target)
	if own.cheap[weekday] {
		point[first] = 1
	}
	point[first+1+weekday] = 1
	log := centre + peak.effect[place]
	for a := range terms {
		log += point[a] * right[a]
	}
	return expectation{
		log: log, sigma: own.sigma, leverage: selectionError * normal.quadratic(terms, point),
		peakVariance: peak.variance[place],
		unseenPeak:   place.peaks() && own.peakDays[place] == 0,
	}
}

// terms is the row of a day in the regression.
func (h *history) terms(own *rough, i int) vector {
	x := vector{1, h.at[i]}
	for j, s := range h.steps {
		if i >= s.first {
			x[2+j] = 1
		}
	}
	first := 2 + len(h.steps)
	if own.cheap[h.weekday[i]] {
		x[first] = 1
	}
	x[first+1+int(h.weekday[i])] = 1
	return x
}

// turn says what a place of the month adds.
func (h *history) turn(own *rough, fleet priors, variance float64, place edge, peak *peaks) {
	prior := fleet.peaks[place]
	if own.peakDays[place] == 0 || prior.share == 0 {
		return
	}
	effect, spread := prior.effect(own.peakMean[place], roughExcess*variance/own.peakDays[place])
	peak.effect[place] = effect
	peak.variance[place] = spread + max(own.peakExcess[place], 0)*min(math.Abs(effect)/0.1, 1) + peakVariation*peakVariation*effect*effect
}
