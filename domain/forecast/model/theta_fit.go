package model

import "math"

// Evaluations of the objective for a fit from nothing, and from a fit to most of the same history.
const (
	thetaBudget     = 90
	thetaNearBudget = 30
)

// fitTheta returns the parameters of the least squared error of one step.
func fitTheta(history, near []float64) []float64 {
	at, budget := []float64{history[0] / 2, 0.5, 2}, thetaBudget
	if near != nil {
		at, budget = append(at[:0:0], near...), thetaNearBudget
	}
	minimize(newThetaFit(history).squares, at, []float64{spread(history) + 1e-9, -0.15, 1}, budget)
	return at
}

// thetaFit is a history to be fitted, with the line through the points before each: it is the same
// for all parameters.
type thetaFit struct {
	history          []float64
	intercept, slope []float64
}

func newThetaFit(history []float64) *thetaFit {
	n := len(history)
	backing := make([]float64, 2*n)
	f := &thetaFit{history: history, intercept: backing[:n], slope: backing[n:]}
	state := newThetaState(history[0], []float64{0, 1, 1})
	for t := 1; t < n; t++ {
		f.intercept[t], f.slope[t] = state.intercept, state.slope
		state.line(history[t])
	}
	return f
}

// thetaSkipped is how many first points have errors that do not count: the line knows too little there.
const thetaSkipped = 3

// squares is the sum of squared errors of one step.
func (f *thetaFit) squares(p []float64) float64 {
	alpha := p[thetaAlpha]
	if alpha < 0.1 || alpha > 0.99 || p[thetaWeight] < 1 || p[thetaWeight] > 1e5 {
		return math.Inf(1)
	}
	state := newThetaState(f.history[0], p)
	level, decay, weight := state.level, state.decay, state.weight
	keep, inverse := 1-alpha, 1/alpha
	sum := 0.0
	intercept, slope := f.intercept[:len(f.history)], f.slope[:len(f.history)]
	for t := 1; t < len(f.history); t++ {
		remembered := decay * keep
		line := decay*intercept[t] + (1-remembered)*inverse*slope[t]
		e := f.history[t] - level
		level += alpha * e
		decay = remembered
		if t >= thetaSkipped {
			e -= weight * line
			sum += e * e
		}
	}
	return sum
}
