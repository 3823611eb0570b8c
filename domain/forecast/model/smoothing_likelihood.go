package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// smoothingLikelihood is −2 times the logarithm of the likelihood of a form, up to a constant, by its
// parameters. What is expected of every point is followed together with how it changes with each
// parameter, so that one way through the history gives the slope too.
type smoothingLikelihood struct {
	*smoothed
	trace   // of relative errors where the form has them
	history []float64

	tangents [smoothingParameters]tangent
	ring     [][smoothingParameters]float64 // changes of the seasonal indices
}

// tangent is how level and slope change with a parameter.
type tangent struct{ level, slope float64 }

func newSmoothingLikelihood(s *smoothed, history []float64, parameters int, room *room) *smoothingLikelihood {
	l := &smoothingLikelihood{smoothed: s, trace: newTrace(len(history), parameters, room), history: history}
	if s.form.season != noSeason {
		l.ring = make([][smoothingParameters]float64, s.season)
	}
	return l
}

// at is an objective.
func (l *smoothingLikelihood) at(parameters []float64, to *slope) {
	copy(l.parameters[:], parameters)
	l.begin()
	l.tangents = [smoothingParameters]tangent{pFirst: {level: 1}, pSlope: {slope: 1}}
	clear(l.ring)
	logs := 0.0
	switch l.form.season {
	case addedSeason:
		l.followAdded()
	case multipliedSeason:
		logs = l.followMultiplied()
	default:
		logs = l.followPlain()
	}
	n := float64(len(l.history))
	squares := floats.Dot(l.errors, l.errors)
	to.value = n*math.Log(squares/n+1e-300) + 2*logs
	precision := 2 * n / (squares + 1e-300)
	for t, e := range l.errors {
		if l.relative {
			l.errors[t] = 2 - precision*e*(1+e)
		} else {
			l.errors[t] = -precision * e
		}
	}
	l.slope(precision, to)
}

// damped puts the change of the slope by its damping where the next step takes it.
func (l *smoothingLikelihood) damped(slope, inverse float64) {
	l.tangents[pDamp].slope += slope * inverse
}

// moved adds to the tangents what the smoothings themselves make of an error.
func (l *smoothingLikelihood) moved(e, alpha float64) {
	l.tangents[pLevel].level += e
	l.tangents[pLevel].slope += l.parameters[pTrend] * e
	l.tangents[pTrend].slope += alpha * e
}

func (l *smoothingLikelihood) followPlain() (logs float64) {
	alpha, beta, _, phi := l.gains()
	level, slope, inverse := l.state.level, l.state.slope, 1/phi
	likely := newLogSum()
	tangents := l.tangents[:len(l.changes)]
	for t, value := range l.history {
		l.damped(slope, inverse)
		slope *= phi
		base := level + slope
		e := value - base
		share := 1.0
		if l.relative {
			likely.add(base)
			share = 1 / base
		}
		l.errors[t] = e * share
		for k := range tangents {
			d := &tangents[k]
			grown := phi * d.slope
			change := d.level + grown
			l.changes[k][t] = change * share
			d.level = change - alpha*change
			d.slope = grown - beta*change
		}
		l.moved(e, alpha)
		level = base + alpha*e
		slope += beta * e
	}
	return likely.sum()
}

func (l *smoothingLikelihood) followAdded() {
	alpha, beta, gamma, phi := l.gains()
	level, slope, inverse, at := l.state.level, l.state.slope, 1/phi, 0
	indices := l.state.seasonal
	tangents := l.tangents[:len(l.changes)]
	for t, value := range l.history {
		l.damped(slope, inverse)
		slope *= phi
		base := level + slope
		e := value - indices[at] - base
		l.errors[t] = e
		ring := &l.ring[at]
		for k := range tangents {
			d := &tangents[k]
			grown := phi * d.slope
			base := d.level + grown
			change := base + ring[k]
			l.changes[k][t] = change
			d.level = base - alpha*change
			d.slope = grown - beta*change
			ring[k] -= gamma * change
		}
		l.moved(e, alpha)
		ring[pLevel] -= l.parameters[pSeason] * e
		ring[pSeason] += (1 - alpha) * e
		indices[at] += gamma * e
		level = base + alpha*e
		slope += beta * e
		if at++; at == len(indices) {
			at = 0
		}
	}
}

func (l *smoothingLikelihood) followMultiplied() (logs float64) {
	alpha, beta, gamma, phi := l.gains()
	level, slope, inverse, at := l.state.level, l.state.slope, 1/phi, 0
	indices := l.state.seasonal
	likely := newLogSum()
	tangents := l.tangents[:len(l.changes)]
	for t, value := range l.history {
		l.damped(slope, inverse)
		slope *= phi
		base, index := level+slope, indices[at]
		expected := base * index
		likely.add(expected)
		overBase, overIndex := 1/base, 1/index
		part, ratio := value*overIndex, value*overBase
		e, excess := part-base, ratio-index
		l.errors[t] = e * overBase
		ring := &l.ring[at]
		for k := range tangents {
			d := &tangents[k]
			grown := phi * d.slope
			base, index := d.level+grown, ring[k]
			l.changes[k][t] = base*overBase + index*overIndex
			change := base + part*overIndex*index
			d.level = base - alpha*change
			d.slope = grown - beta*change
			ring[k] -= gamma * (index + ratio*overBase*base)
		}
		l.moved(e, alpha)
		ring[pLevel] -= l.parameters[pSeason] * excess
		ring[pSeason] += (1 - alpha) * excess
		indices[at] += gamma * excess
		level = base + alpha*e
		slope += beta * e
		if at++; at == len(indices) {
			at = 0
		}
	}
	return likely.sum()
}
