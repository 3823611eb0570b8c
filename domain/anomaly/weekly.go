package anomaly

import (
	"math"
	"slices"
)

// weekendEvidence is the contrast between two kinds of weekday, in standard errors, from which it
// is believed. A dip of 30 % shows with nine after five weeks and fifteen after thirteen.
const weekendEvidence = 4

// week is how much dearer each weekday is, in logarithms, and how well that is known.
type week struct {
	effect [7]float64
	// variance of each effect, in noise variances.
	variance [7]float64
	// parameters is the number of degrees of freedom that the effects took.
	parameters float64
	// cheap are the weekdays of the cheaper kind, where they are parted; chance is the χ² of weekdays
	// against their kinds.
	cheap  [7]bool
	parted bool
	chance float64
}

// roughWeek takes weekday medians of the distance from a week's running median. It needs no level,
// trend or noise, and a peak or two does not move it: a safe start.
func (h *history) roughWeek() week {
	runningMedian(h.log, h.smooth)
	var shape week
	for d := range shape.effect {
		values := h.scratch[:0]
		for i, weekday := range h.weekday {
			if int(weekday) == d {
				values = append(values, h.log[i]-h.smooth[i])
			}
		}
		shape.effect[d] = median(values)
	}
	return shape
}

// weekday is one day of the week with its mean residual and weight.
type weekday struct {
	day          int
	mean, weight float64
}

// fitWeek estimates weekday effects from residuals that hold level, trend, steps and month's edges
// no more. Seven free means from thirteen weeks would add 7 % to every prediction's variance; most
// of that buys nothing. So the days are first parted into two kinds (which ones is learned:
// weekends differ by country), and each day's distance from its kind is then shrunk by as much as
// chance explains (James & Stein 1961), which leaves a strong shape alone and removes a feigned one.
func (h *history) fitWeek(sigma float64) week {
	var days [7]weekday
	for d := range days {
		days[d].day = d
	}
	for i, r := range h.residual {
		day := &days[h.weekday[i]]
		day.mean += h.weight[i] * r
		day.weight += h.weight[i]
	}
	for d := range days {
		if days[d].weight > 0 {
			days[d].mean /= days[d].weight
		}
	}
	slices.SortFunc(days[:], func(a, b weekday) int {
		switch {
		case a.mean < b.mean:
			return -1
		case a.mean > b.mean:
			return 1
		default:
			return a.day - b.day
		}
	})
	return shrunkWeek(days, sigma)
}

// shrunkWeek takes weekdays sorted by mean.
func shrunkWeek(days [7]weekday, sigma float64) week {
	var shape week
	cut, kinds := twoKinds(days, sigma), 1.0
	if cut > 0 {
		kinds, shape.parameters, shape.parted = 2, 1, true
		for _, day := range days[:cut] {
			shape.cheap[day.day] = true
		}
	}
	center, _ := pooled(days[:])
	chance, groups := 0.0, [][]weekday{days[:cut], days[cut:]}
	for _, group := range groups {
		middle, _ := pooled(group)
		for _, day := range group {
			chance += day.weight * (day.mean - middle) * (day.mean - middle) / (sigma * sigma)
		}
	}
	shape.chance = chance
	free := 7 - kinds
	kept := max(0, 1-free/max(chance, 1e-9))
	if kept > 0 {
		// The divergence of the estimate counts what it takes, which is more than its share of the means:
		// how much is kept is taken from the same days (Stein 1981).
		shape.parameters += free - free*(free-2)/chance
	}
	for _, group := range groups {
		middle, weight := pooled(group)
		for _, day := range group {
			shape.effect[day.day] = middle - center + kept*(day.mean-middle)
			if kinds == 2 {
				shape.variance[day.day] = 1 / max(weight, 1)
			}
			shape.variance[day.day] += kept * kept / max(day.weight, 1)
		}
	}
	return shape
}

// twoKinds returns where sorted weekdays part best into cheap and dear ones, or 0 where they do
// not.
func twoKinds(days [7]weekday, sigma float64) int {
	cut, most := 0, float64(weekendEvidence)
	for i := 1; i < len(days); i++ {
		low, lowWeight := pooled(days[:i])
		high, highWeight := pooled(days[i:])
		if lowWeight == 0 || highWeight == 0 {
			continue
		}
		contrast := (high - low) / (sigma * math.Sqrt(1/lowWeight+1/highWeight))
		if contrast > most {
			cut, most = i, contrast
		}
	}
	return cut
}

// pooled returns the weighted mean of weekdays and their weight.
func pooled(days []weekday) (center, weight float64) {
	sum := 0.0
	for _, day := range days {
		sum += day.weight * day.mean
		weight += day.weight
	}
	if weight == 0 {
		return 0, 0
	}
	return sum / weight, weight
}
