package model

import "gonum.org/v1/gonum/floats"

// trace is what a likelihood notes on its way through a history: the error of each point, and how what is expected of
// it changes with each parameter.
type trace struct {
	errors  []float64
	changes [][]float64 // per parameter
}

func newTrace(points, parameters int, room *room) trace {
	t := trace{room.take(points), make([][]float64, parameters)}
	for k := range t.changes {
		t.changes[k] = room.take(points)
	}
	return t
}

// slope puts the gradient and the curvature into to, once the errors were turned into each point's part of the
// gradient. The curvature is what it is expected to be (Fisher scoring), of errors of a precision.
func (t trace) slope(precision float64, to *slope) {
	for i, row := range t.changes {
		to.gradient[i] = floats.Dot(t.errors, row)
		for j, other := range t.changes[:i+1] {
			to.curvature[i][j] = precision * floats.Dot(row, other)
			to.curvature[j][i] = to.curvature[i][j]
		}
	}
}
