package model

import "math"

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
	var near *thetaParameters
	var work stlWork
	work.fit(len(values), task.longest(len(values)))
	for _, stage := range task.stages(2 * thetaLeast) {
		var paths []Path
		paths, near = decomposed(values[:stage.fitted], values[:stage.origins[0]], task, stage.origins, near, &work)
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
func decomposed(history, values []float64, task Task, origins []int, near *thetaParameters, work *stlWork) ([]Path, *thetaParameters) {
	n := len(history)
	seasons := task.within(n)
	rest, seasonal := mstl(history, seasons, work)
	last := func(t int) float64 { // the sum of the seasons at a time from n on
		sum := 0.0
		for j, season := range seasons {
			sum += seasonal[j][n-season+(t-n)%season]
		}
		return sum
	}
	for t := n; t < len(values); t++ {
		rest = append(rest, values[t]-last(t))
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

// mstl returns the values without their seasons, and the seasons.
func mstl(values []float64, seasons []int, work *stlWork) ([]float64, [][]float64) {
	rest := append([]float64(nil), values...)
	out := make([][]float64, len(seasons))
	works := make([]*stl, len(seasons))
	for round := range min(2, len(seasons)) {
		for j, season := range seasons {
			if round == 0 {
				works[j] = newSTL(len(values), season, 7+4*(j+1), work)
			} else {
				for t, v := range out[j] {
					rest[t] += v
				}
			}
			out[j] = works[j].split(rest)
			for t, v := range out[j] {
				rest[t] -= v
			}
		}
	}
	return rest, out
}
