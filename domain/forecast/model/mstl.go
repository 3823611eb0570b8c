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
	var near []float64
	for i := len(task.Origins) - 1; i >= 0; i-- {
		origin := task.Origins[i]
		if origin < 2*thetaLeast {
			continue
		}
		seasons := task.within(origin)
		rest, seasonal := mstl(values[:origin], seasons)
		if near == nil || i == 0 {
			near = fitTheta(rest, near)
		}
		path := thetaPaths(rest, near, []int{origin}, task.Horizon)[0]
		for j, season := range seasons {
			for k := range path {
				path[k] += seasonal[j][origin-season+k%season]
			}
		}
		if log {
			for k := range path {
				path[k] = math.Exp(path[k])
			}
		}
		out.Paths[i] = path
	}
	return []Candidate{out}
}

// mstl returns the values without their seasons, and the seasons.
func mstl(values []float64, seasons []int) ([]float64, [][]float64) {
	rest := append([]float64(nil), values...)
	out := make([][]float64, len(seasons))
	works := make([]*stl, len(seasons))
	for round := range min(2, len(seasons)) {
		for j, season := range seasons {
			if round == 0 {
				works[j] = newSTL(len(values), season)
			} else {
				for t, v := range out[j] {
					rest[t] += v
				}
			}
			out[j] = works[j].split(rest, 7+4*(j+1))
			for t, v := range out[j] {
				rest[t] -= v
			}
		}
	}
	return rest, out
}
