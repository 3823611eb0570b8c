package forecast

import (
	"fmt"
	"math"
)

// What makes a series a counter: it never falls but at resets, which take away almost all of it and
// are rare, and it rises most of the time.
const (
	resetRemains  = 0.1  // of the value before, at most, is left by a reset
	resetShare    = 0.02 // of all steps, at most, are resets; a reset every day is a season
	counterRising = 0.5  // of all steps, at least, rise
)

// joinCounter joins the pieces of a counter that was reset, by lowering what came before each reset so
// that the last piece stays as it was measured.
func (g *grid) joinCounter() {
	resets, rising, steps := 0, 0, 0
	previous := math.NaN()
	isReset := func(before, after float64) bool { return after < before && after >= 0 && after <= resetRemains*before }
	for _, v := range g.values {
		if math.IsNaN(v) {
			continue
		}
		if !math.IsNaN(previous) {
			steps++
			switch {
			case v > previous:
				rising++
			case isReset(previous, v):
				resets++
			case v < previous:
				return
			}
		}
		previous = v
	}
	if resets == 0 || float64(resets) > resetShare*float64(steps) || float64(rising) < counterRising*float64(steps) {
		return
	}
	offset, next := 0.0, math.NaN()
	for i := len(g.values) - 1; i >= 0; i-- {
		v := g.values[i]
		if math.IsNaN(v) {
			continue
		}
		if !math.IsNaN(next) && isReset(v, next) {
			offset -= v
		}
		next = v
		g.values[i] = v + offset
	}
	g.mended = append(g.mended, Mending{
		Kind: "counter_reset", Count: resets,
		Note: fmt.Sprintf("a counter that was reset: earlier %ss were lowered to join the pieces", g.granularity.noun()),
	})
}
