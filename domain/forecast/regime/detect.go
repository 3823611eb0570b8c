package regime

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Kind is what changed.
type Kind string

// The kinds of change.
const (
	Level  Kind = "level"
	Slope  Kind = "slope"
	Spread Kind = "spread"
)

// Change is the beginning of a new regime.
type Change struct {
	// Index is the first point of the new regime, counted from 0.
	Index int
	Kind  Kind
	// Magnitude is the mean of the new regime less that of the old one, in the unit of the series; for
	// a change of spread, the difference of the standard deviations.
	Magnitude float64
	// Before and After are what Magnitude is the difference of; for a change of slope, the slopes per
	// point instead.
	Before, After float64
	// Confidence is 1 − p of a χ² test of the two regimes against one, with the long-run variance of
	// the noise and Bonferroni's allowance for every place at which it might have been.
	Confidence float64
}

const (
	// leastPoints is the fewest points of a regime, leastShare its least share of the series.
	leastPoints = 3
	leastShare  = 0.02
	// mostNodes bounds the places at which a change is first looked for, and so the time of a long
	// series, which grows with their square.
	mostNodes = 1500
	// leastVariance is the least noise of a series of variance 1; what is less is rounding.
	leastVariance = 1e-8
	// rounds bounds how often the noise is measured again after what was found.
	rounds = 12
)

// pricePerLog is what a change costs, in long-run variances times log n, at a sensitivity: 2.5 at
// 0.8, a little above the 2 of the Bayesian information criterion for a place and a level, since the
// noise is only estimated; e times as much for every quarter less.
func pricePerLog(sensitivity float64) float64 { return 2.5 * math.Exp(4*(0.8-sensitivity)) }

// Detect returns the changes of a series without gaps, in order. The sensitivity lies from 0, only what
// nobody can miss, to 1. A series of fewer than six points has no changes.
func Detect(values []float64, sensitivity float64) []Change {
	n := len(values)
	if n < 2*leastPoints {
		return nil
	}
	scaled, scale := standardise(withoutSpikes(values))
	if scale == 0 {
		return nil
	}
	g := grid{points: n, stride: (n + mostNodes - 1) / mostNodes, least: max(leastPoints, int(leastShare*float64(n)))}
	c := newCosts(scaled, g.least)
	price := pricePerLog(sensitivity) * math.Log(float64(n))
	segments, variance := settle(c, g, scaled, price)
	if variance == 0 {
		return nil
	}
	refine(c, g, segments)
	changes := make([]Change, 0, len(segments))
	for i := 1; i < len(segments); i++ {
		changes = append(changes, describe(c, segments[i-1], segments[i], variance, scale))
	}
	changes = append(changes, spreadChanges(c.residuals(scaled, segments), segments, g.least, price, scale)...)
	slices.SortFunc(changes, func(a, b Change) int { return a.Index - b.Index })
	return changes
}

// settle partitions at the price of the noise between neighbouring blocks, measures the noise that is
// left, and partitions again at the price that follows, until both agree. It returns the long-run
// variance with the segments, or zero for a series without noise.
func settle(c *costs, g grid, values []float64, price float64) ([]segment, float64) {
	variance := max(roughVariance(values), longRunVariance(values))
	if variance == 0 {
		return nil, 0
	}
	variance = max(variance, leastVariance)
	var segments []segment
	for range rounds {
		segments = partition(c, g, price*variance)
		next := remainingVariance(c.residuals(values, segments), len(segments))
		if math.Abs(next-variance) <= 1e-9*variance || next == 0 {
			break
		}
		// Half way, or two partitions could alternate for good.
		variance = max(leastVariance, math.Sqrt(next*variance))
	}
	return segments, variance
}

// describe says what a change is and how sure it is.
func describe(c *costs, left, right segment, variance, scale float64) Change {
	before, slopeBefore := c.fit(left)
	after, slopeAfter := c.fit(right)
	change := Change{Index: right.from, Kind: Level, Magnitude: (after - before) * scale, Before: before * scale, After: after * scale}
	if left.sloped || right.sloped {
		change.Kind, change.Before, change.After = Slope, slopeBefore*scale, slopeAfter*scale
	}
	mean, line := c.around(left.from, right.to)
	one, freedom := mean, 1.0
	if left.sloped || right.sloped {
		one, freedom = line, 2
	}
	gain := (one - c.least(left) - c.least(right)) / variance
	p := distuv.ChiSquared{K: freedom}.Survival(max(0, gain)) * float64(right.to-left.from)
	change.Confidence = 1 - min(1, p)
	return change
}

// standardise centres values on their mean and scales them to a standard deviation of 1, or returns a
// scale of zero for a constant series.
func standardise(values []float64) ([]float64, float64) {
	low, high := slices.Min(values), slices.Max(values)
	half := high/2 - low/2
	if half == 0 {
		return nil, 0
	}
	scaled := make([]float64, len(values))
	mean, squares := 0.0, 0.0
	for i, v := range values {
		scaled[i] = (v - low) / half / 2
		mean += scaled[i] / float64(len(values))
	}
	for _, v := range scaled {
		squares += (v - mean) * (v - mean) / float64(len(values))
	}
	deviation := math.Sqrt(squares)
	for i := range scaled {
		scaled[i] = (scaled[i] - mean) / deviation
	}
	return scaled, half * 2 * deviation
}
