package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// complexLikelihood is −2 times the logarithm of the likelihood of complex smoothing, up to a constant,
// by its parameters. The states are followed forwards, backwards and forwards again together with how they
// change with each parameter, so that the last way gives the slope too.
type complexLikelihood struct {
	*complexFit
	trace
	history []float64

	tangents     complexTangents
	ringTangents []complexTangents
}

// complexTangents are how a pair changes with each parameter.
type complexTangents [complexParameters]complexPair

func newComplexLikelihood(f *complexFit, history []float64, parameters int, room *room) *complexLikelihood {
	l := &complexLikelihood{complexFit: f, trace: newTrace(len(history), parameters, room), history: history}
	l.ringTangents = make([]complexTangents, f.season)
	return l
}

// at is an objective.
func (l *complexLikelihood) at(places []float64, to *slope) {
	byPlace, byImaginary := l.put(places)
	l.main, l.complexFit.at = l.first, 0
	copy(l.ring, l.firstRing)
	l.tangents = complexTangents{}
	clear(l.ringTangents)
	l.follow(l.history, false)
	l.follow(l.history, true)
	l.follow(l.history, false)
	floats.AddScaled(l.changes[1], byImaginary, l.changes[0])
	floats.Scale(byPlace, l.changes[0])
	n := len(l.history)
	squares := floats.Dot(l.errors, l.errors)
	to.value = float64(n) * math.Log(squares/float64(n)+1e-300)
	precision := 2 * float64(n) / (squares + 1e-300)
	floats.Scale(-precision, l.errors)
	l.slope(precision, to)
}

// follow moves on by the history, or back by it from its last point.
func (l *complexLikelihood) follow(values []float64, back bool) {
	main, move := l.main, l.gains(0)
	var moveRing complexGains
	ring, at := l.ring, l.complexFit.at
	if l.season == 1 {
		ring = make([]complexPair, 1)
	} else {
		moveRing = l.gains(2)
	}
	changes := l.changes
	tangents := l.tangents[:len(changes)]
	for i := range values {
		t := i
		if back {
			t = len(values) - 1 - i
			if at--; at < 0 {
				at = len(ring) - 1
			}
		}
		place, value := &ring[at], values[t]
		e := value - (main.level + place.level)
		ringTangents := &l.ringTangents[at]
		for k := range tangents {
			d, r := &tangents[k], &ringTangents[k]
			change := d.level + r.level
			if !back {
				changes[k][t] = change
			}
			*d = move.by(*d, -change)
			*r = moveRing.by(*r, -change)
		}
		tangents[0].level += e
		tangents[0].potential += e - main.potential
		tangents[1].level += main.potential - e
		tangents[1].potential += e
		main = move.by(main, e)
		if len(tangents) > 2 {
			ringTangents[2].level += e
			ringTangents[2].potential += e - place.potential
			ringTangents[3].level += place.potential - e
			ringTangents[3].potential += e
			*place = moveRing.by(*place, e)
		}
		if !back {
			l.errors[t] = e
			if at++; at == len(ring) {
				at = 0
			}
		}
	}
	l.main, l.complexFit.at = main, at
}
