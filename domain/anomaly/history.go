package anomaly

import "math"

// history is what one evaluation sees: the days before the evaluated one on which something was
// spent, oldest first, and room for the work on them. It is reused from one evaluation to the next
// and not safe for concurrent use.
type history struct {
	target Day
	// at is the day relative to the evaluated one, in days (negative); log the natural logarithm
	// of its cost.
	at, log []float64
	weekday []int8
	place   []edge

	// Work: each as long as at.
	flat, smooth, residual, scratch, weight []float64
	steps                                   []step
	// kept is what the last fit says for a refit.
	kept rough
}

// load takes the last width days before target from sorted days. A day without cost or with a net
// credit has no logarithm and says nothing about how dear an ordinary day is, so it is left out like
// a missing one.
func (h *history) load(days []dayCost, target Day, width int) {
	h.target = target
	h.at, h.log, h.weekday, h.place = h.at[:0], h.log[:0], h.weekday[:0], h.place[:0]
	for _, d := range days {
		if d.day >= target {
			break
		}
		if int(target-d.day) > width || d.cost <= 0 {
			continue
		}
		h.at = append(h.at, float64(d.day-target))
		h.log = append(h.log, math.Log(d.cost))
		h.weekday = append(h.weekday, int8(d.day.weekday()))
		h.place = append(h.place, edgeOf(d.day))
	}
	n := len(h.at)
	h.flat, h.smooth, h.residual = grown(h.flat, n), grown(h.smooth, n), grown(h.residual, n)
	h.scratch, h.weight = grown(h.scratch, n), grown(h.weight, n)
	h.steps = h.steps[:0]
}

// grown returns values with length n; what they hold is left over.
func grown(values []float64, n int) []float64 {
	if cap(values) < n {
		return make([]float64, n)
	}
	return values[:n]
}
