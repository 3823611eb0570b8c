package model

import "math"

// The range of the smoothing of Theta, and the greatest weight of its line, of θ = 10⁵.
const (
	thetaLeastAlpha  = 0.1
	thetaMostAlpha   = 0.99
	thetaMostWeight  = 1 - 1e-5
	thetaFirstStep   = 0.2  // of the search for the smoothing, from nothing
	thetaNearStep    = 0.08 // and from a fit to most of the same history
	thetaEnoughAlpha = 0.004
)

// fitTheta returns the parameters of the least squared error of one step, searched downhill from a fit
// close by where there is one. Errors are linear in the first level and in the weight of the line, so
// that the smoothing alone is searched for and both follow from it (Golub and Pereyra 1973, "The
// differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate",
// SIAM Journal on Numerical Analysis 10).
func fitTheta(history []float64, near *thetaParameters) *thetaParameters {
	room := borrow()
	defer room.giveBack()
	f := newThetaFit(history, room)
	at, step := 0.5, thetaFirstStep
	if near != nil {
		at, step = near.alpha, thetaNearStep
	}
	alpha := valley(func(alpha float64) float64 {
		_, squares := f.solve(alpha)
		return squares
	}, at, step, span{thetaLeastAlpha, thetaMostAlpha}, thetaEnoughAlpha)
	p, _ := f.solve(alpha)
	return &p
}

// thetaFit is a history to be fitted, with the line through the points before each: it is the same
// for all parameters.
type thetaFit struct {
	history          []float64
	intercept, slope []float64
}

func newThetaFit(history []float64, room *room) *thetaFit {
	n := len(history)
	f := &thetaFit{history: history, intercept: room.take(n), slope: room.take(n)}
	line := runningLine{base: history[0], count: 1}
	for t := 1; t < n; t++ {
		f.intercept[t], f.slope[t] = line.fit()
		line.add(history[t])
	}
	return f
}

// thetaSkipped is how many first points have errors that do not count: the line knows too little there.
const thetaSkipped = 3

// thetaForgotten is the decay below which the first level no longer counts.
const thetaForgotten = 1e-14

// solve returns the best parameters for a smoothing, and the sum of their squared errors of one step.
func (f *thetaFit) solve(alpha float64) (thetaParameters, float64) {
	// An error is that of a first level of 0, less the first level times its decay, less the weight of
	// the line times the line.
	var ee, ed, el, dd, dl, ll float64
	keep, inverse := 1-alpha, 1/alpha
	level, decay := alpha*f.history[0], keep
	intercept, slope := f.intercept[:len(f.history)], f.slope[:len(f.history)]
	t := 1
	for ; t < len(f.history) && (decay > thetaForgotten || t < thetaSkipped); t++ {
		value := f.history[t]
		remembered := decay * keep
		if t >= thetaSkipped {
			e, line := value-level, decay*intercept[t]+(1-remembered)*inverse*slope[t]
			ee += e * e
			ed += e * decay
			el += e * line
			dd += decay * decay
			dl += decay * line
			ll += line * line
		}
		level = keep*level + alpha*value
		decay = remembered
	}
	// From here on what is left of the first level is lost in rounding, and so is the line's height.
	var along, steep float64
	slope = slope[t:]
	for i, value := range f.history[t:] {
		e := value - level
		ee += e * e
		along += e * slope[i]
		steep += slope[i] * slope[i]
		level = keep*level + alpha*value
	}
	el += along * inverse
	ll += steep * inverse * inverse
	p := thetaParameters{alpha: alpha}
	if d := dd*ll - dl*dl; d > 1e-12*dd*ll {
		p.weight = (dd*el - dl*ed) / d
	}
	p.weight = max(0, min(thetaMostWeight, p.weight))
	p.first = f.history[0]
	if dd > 1e-12*ee {
		p.first = (ed - p.weight*dl) / dd
	}
	squares := ee - 2*p.first*ed - 2*p.weight*el + p.first*p.first*dd + 2*p.first*p.weight*dl + p.weight*p.weight*ll
	if math.IsNaN(squares) {
		squares = math.Inf(1)
	}
	return p, squares
}
