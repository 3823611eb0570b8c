package model

import (
	"math"

	"gonum.org/v1/gonum/floats"
)

// Ridge predicts step by step by a linear regression on past values, shrunk towards a prior guess
// (Hoerl and Kennard 1970, "Ridge regression: biased estimation for nonorthogonal problems",
// Technometrics 12). The path is recursive: a prediction is an input of the next.
//
// The sums of products of all origins come from one table of running sums (lagged_sums.go), so that an
// origin or a penalty more costs one factorisation of a matrix as wide as the number of lags.
type Ridge struct {
	// Lags are the distances to the past values that predict the next one, rising.
	Lags []int
	// Variants are the ways to shrink.
	Variants []Shrinkage
	// Log predicts the logarithm where all values are positive.
	Log bool
}

// Shrinkage is how strongly coefficients are drawn to which guess.
type Shrinkage struct {
	// Name names the candidate.
	Name string
	// Penalty is in units of the sum of squares of a lagged value.
	Penalty float64
	// Toward is the lag whose value is the prior guess of the next, 0 for the mean.
	Toward int
}

// Predict implements Model.
func (r Ridge) Predict(task Task) []Candidate {
	out := make([]Candidate, len(r.Variants))
	for j, variant := range r.Variants {
		out[j] = task.candidate(variant.Name)
	}
	room := borrow()
	defer room.giveBack()
	log := r.Log && positive(task.Values)
	values := task.Values
	if log {
		values = room.take(len(task.Values))
		for i, v := range task.Values {
			values[i] = math.Log(v)
		}
	}
	lags := affordable(r.Lags, len(values))
	if len(lags) == 0 {
		return out
	}
	usable := task.longEnough(lags[len(lags)-1] + len(lags)/2 + 8)
	if len(usable) == 0 {
		return out
	}
	sums := newLaggedSums(values, lags, task.Origins[len(task.Origins)-1], usable[len(usable)-1], room)
	solver := newSolver(len(lags)+1, room)
	taps, buffer := newTaps(lags, room), room.take(lags[len(lags)-1]+task.Horizon)
	for i, origin := range usable {
		sums.equations(origin, solver)
		within := extent(values[:origin])
		solvable := false
		for j, variant := range r.Variants {
			if j == 0 || variant.Penalty != r.Variants[j-1].Penalty {
				solvable = solver.factorise(variant.Penalty)
			}
			if !solvable {
				continue
			}
			weights := solver.solve(place(lags, variant.Toward))
			path := make(Path, task.Horizon)
			taps.weigh(weights)
			taps.recurse(values[:origin], weights[len(lags)], within, sums.mean, buffer, path)
			if log {
				for k := range path {
					path[k] = math.Exp(path[k])
				}
			}
			out[j].Paths[i] = path
		}
	}
	return out
}

// deepEnough is how many points make a regression worth its while however deep its lags: half a year of
// days, so that a year and a half of them can look back a year.
const deepEnough = 180

// affordable returns the lags that a history of n points can bear: at most half as deep as it is long,
// or leaving enough to learn from, and a third as many.
func affordable(lags []int, n int) []int {
	var kept []int
	for _, lag := range lags {
		if (lag <= n/2 || n-lag >= deepEnough) && len(kept) < n/3 {
			kept = append(kept, lag)
		}
	}
	return kept
}

// place returns where a lag stands, or −1.
func place(lags []int, lag int) int {
	for i, l := range lags {
		if l == lag {
			return i
		}
	}
	return -1
}

// tap is a run of lags without a gap and their weights, the deepest first.
type tap struct {
	deepest int
	weights []float64
}

// taps are lags in runs, the deepest first.
type taps []tap

// newTaps gathers lags, which rise, into runs.
func newTaps(lags []int, room *room) (list taps) {
	for end := len(lags); end > 0; {
		begin := end - 1
		for begin > 0 && lags[begin-1] == lags[begin]-1 {
			begin--
		}
		list = append(list, tap{lags[end-1], room.take(end - begin)})
		end = begin
	}
	return list
}

// weigh takes the weights of the lags, in their order.
func (list taps) weigh(weights []float64) {
	end := 0
	for _, t := range list {
		end += len(t.weights)
	}
	for _, t := range list {
		for i := range t.weights {
			end--
			t.weights[i] = weights[end]
		}
	}
}

// extent is the least span that holds values.
func extent(values []float64) span {
	s := span{values[0], values[0]}
	for _, v := range values {
		if v < s.low {
			s.low = v
		} else if v > s.high {
			s.high = v
		}
	}
	return s
}

// recurse predicts a path step by step from the taps and a constant; values are centred by mean before they are
// weighed. A prediction stays within one range of the history beyond its ends, so that no feedback can run
// away. The buffer holds the deepest lag's points and the path's.
func (list taps) recurse(values []float64, constant float64, within span, mean float64, buffer []float64, path Path) {
	deepest, reach := list[0].deepest, within.high-within.low
	within = span{within.low - mean - reach, within.high - mean + reach}
	for i, v := range values[len(values)-deepest:] {
		buffer[i] = v - mean
	}
	for step := range path {
		at := deepest + step
		next := constant
		for _, t := range list {
			next += floats.Dot(t.weights, buffer[at-t.deepest:at-t.deepest+len(t.weights)])
		}
		next = within.clip(next)
		buffer[at] = next
		path[step] = next + mean
	}
}
