package regime

import "math"

const (
	// leastSpreadPoints is the fewest points from which a spread is told.
	leastSpreadPoints = 20
	// leastSpreadRatio is how many times larger one spread must be than the other to matter.
	leastSpreadRatio = 2.5
)

// spreadChanges finds where the noise became wider or narrower for good: changes of level of the
// logarithm of its distance from zero, which is nearly normal. The noise is what the residuals of the
// segments hold that the residual before did not tell, since a segment that bends where the model is
// straight leaves wide residuals too. Places close to a change that is known already are left out.
func spreadChanges(residuals []float64, known []segment, least int, price, scale float64) []Change {
	n := len(residuals)
	least = max(least, leastSpreadPoints)
	if n < 2*least {
		return nil
	}
	residuals = innovations(residuals)
	total := 0.0
	for _, r := range residuals {
		total += r * r
	}
	floor := math.Sqrt(total/float64(n)) * 1e-3
	if floor == 0 {
		return nil
	}
	logs := make([]float64, n)
	for i, r := range residuals {
		logs[i] = math.Log(math.Abs(r) + floor)
	}
	scaled, _ := standardise(logs)
	if scaled == nil {
		return nil
	}
	g := grid{points: n, stride: (n + mostNodes - 1) / mostNodes, least: least}
	c := newCosts(scaled, g.least)
	segments, variance := settle(c, g, scaled, price)
	refine(c, g, segments)
	var changes []Change
	for i := 1; i < len(segments); i++ {
		left, right := segments[i-1], segments[i]
		before, after := deviation(residuals[left.from:left.to]), deviation(residuals[right.from:right.to])
		if max(before, after) < leastSpreadRatio*min(before, after) || isNear(right.from, known, least) {
			continue
		}
		change := describe(c, left, right, variance, scale)
		change.Kind, change.Before, change.After = Spread, before*scale, after*scale
		change.Magnitude = change.After - change.Before
		changes = append(changes, change)
	}
	return changes
}

// isNear reports whether a change lies at a place, give or take a distance.
func isNear(place int, segments []segment, distance int) bool {
	for _, s := range segments[1:] {
		if max(place, s.from)-min(place, s.from) < distance {
			return true
		}
	}
	return false
}

// deviation returns the root mean square of residuals.
func deviation(residuals []float64) float64 {
	squares := 0.0
	for _, r := range residuals {
		squares += r * r
	}
	return math.Sqrt(squares / float64(len(residuals)))
}

// innovations returns what is left of residuals once each is predicted from the one before.
func innovations(residuals []float64) []float64 {
	squares, products := 0.0, 0.0
	for i := 1; i < len(residuals); i++ {
		squares += residuals[i-1] * residuals[i-1]
		products += residuals[i] * residuals[i-1]
	}
	left := append([]float64(nil), residuals...)
	if squares > 0 {
		for i := 1; i < len(left); i++ {
			left[i] -= products / squares * residuals[i-1]
		}
	}
	return left
}
