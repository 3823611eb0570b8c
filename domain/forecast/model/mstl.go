package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// MultiSeasonal decomposes a series into several seasons and a rest (Bandara, Hyndman and Bergmeir
// 2021, "MSTL: a seasonal-trend decomposition algorithm for time series with multiple seasonal
// patterns"), predicts the rest by Theta, and repeats the last cycle of every season.
type MultiSeasonal struct {
	// Log decomposes the logarithm where all values are positive, so that seasons are factors.
	Log bool
}

// Predict implements Model.
func (m MultiSeasonal) Predict(task Task) []Candidate {
	name := "mstl"
	values, log := task.Values, m.Log && positive(task.Values)
	if m.Log {
		name = "mstl_log"
	}
	if log {
		values = make([]float64, len(task.Values))
		for i, v := range task.Values {
			values[i] = math.Log(v)
		}
	}
	out := task.candidate(name)
	room := borrow()
	defer room.giveBack()
	var near *thetaParameters
	split := newSplitter(len(values), task.longest(len(values)), room)
	for _, stage := range task.stages(2 * thetaLeast) {
		var paths []Path
		paths, near = decomposed(values[:stage.fitted], values[:stage.origins[0]], task, stage.origins, near, split)
		copy(out.Paths[stage.first:], paths)
	}
	for _, path := range out.Paths {
		for k := range path {
			if log {
				path[k] = math.Exp(path[k])
			}
		}
	}
	return []Candidate{out}
}

// decomposed decomposes a history, goes on with its last seasons through what followed, and predicts
// from each of the origins, which fall. It returns the parameters of the rest's Theta as well.
func decomposed(history, values []float64, task Task, origins []int, near *thetaParameters, split *splitter) ([]Path, *thetaParameters) {
	n := len(history)
	seasons := task.within(n)
	rest := split.room.take(len(values))
	copy(rest, history)
	seasonal := split.mstl(rest[:n], seasons)
	last := func(t int) float64 { // the sum of the seasons at a time from n on
		sum := 0.0
		for j, season := range seasons {
			sum += seasonal[j][n-season+(t-n)%season]
		}
		return sum
	}
	for t := n; t < len(values); t++ {
		rest[t] = values[t] - last(t)
	}
	parameters := fitTheta(rest[:n], near)
	paths := thetaPaths(rest, *parameters, origins, task.Horizon)
	for i, path := range paths {
		for k := range path {
			path[k] += last(origins[i] + k)
		}
	}
	return paths, parameters
}

// splitter decomposes histories that follow each other, each where the one before was.
type splitter struct {
	room  *room
	work  *stlWork
	parts []stl
}

// newSplitter returns a splitter in a room of histories of up to n values and a season.
func newSplitter(n, season int, room *room) *splitter {
	return &splitter{room: room, work: newSTLWork(n, season, room)}
}

// mstl takes the seasons of values out of them, and returns them.
func (s *splitter) mstl(values []float64, seasons []int) [][]float64 {
	out := make([][]float64, len(seasons))
	for len(s.parts) < len(seasons) {
		s.parts = append(s.parts, stl{})
	}
	for round := range min(2, len(seasons)) {
		for j, season := range seasons {
			if round == 0 {
				s.parts[j].prepare(len(values), season, 7+4*(j+1), s.work, s.room)
			} else {
				floats.Add(values, out[j])
			}
			out[j] = s.parts[j].split(values)
			floats.Sub(values, out[j])
		}
	}
	return out
}
