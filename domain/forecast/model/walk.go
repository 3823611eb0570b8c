package model

import "math"

// SeasonalWalk is a random walk that moves as past seasons did: the last value, and a share of the mean
// change over the same stretch of the last cycles. A whole share of one cycle is the seasonal walk
// ARIMA(0,1,0)(0,1,0) of Box and Jenkins (1970, "Time series analysis: forecasting and control", chapter 9);
// less of it keeps a season that is half noise from being taken for a promise, and several cycles average
// that noise, as the seasonal moving average of their airline model does. Positive values change by factors.
//
// It has nothing to fit, and keeps the level of the last value where models that smooth lag behind.
type SeasonalWalk struct {
	// Cycles is how many of the last seasons count, at least 1; fewer where there are fewer.
	Cycles int
	// Share is how much of their mean change is expected again, from 0 to 1.
	Share float64
}

// Predict implements Model. An origin without a whole season before it has no path.
func (w SeasonalWalk) Predict(task Task) []Candidate {
	out := task.candidate("walk")
	season := task.Seasons[len(task.Seasons)-1]
	for i, origin := range task.longEnough(season + 1) {
		out.Paths[i] = w.path(task.Values[:origin], season, task.Horizon)
	}
	return []Candidate{out}
}

// path predicts a history of more than a season.
func (w SeasonalWalk) path(history []float64, season, horizon int) Path {
	values, log := history, positive(history)
	if log {
		values = make([]float64, len(history))
		for i, v := range history {
			values[i] = math.Log(v)
		}
	}
	within := extent(values)
	reach := within.high - within.low
	within = span{within.low - reach, within.high + reach}
	last := len(values) - 1
	cycles := min(w.Cycles, last/season)
	path := make(Path, horizon)
	for k := range path {
		whole, part := k/season, k%season+1
		change := float64(whole) * (values[last] - values[last-cycles*season])
		for from := last - season; from >= last-cycles*season; from -= season {
			change += values[from+part] - values[from]
		}
		path[k] = within.clip(values[last] + w.Share*change/float64(cycles))
		if log {
			path[k] = math.Exp(path[k])
		}
	}
	return path
}
