package model

import "gonum.org/v1/gonum/stat"

// Levels is a temporal hierarchy (Athanasopoulos, Hyndman, Kourentzes and Petropoulos 2017, "Forecasting
// with temporal hierarchies", European Journal of Operational Research 262): a model predicts a series as it
// is, and its means over whole seasons and over quarters of them, in which noise cancels and trends and
// longer seasons stand out. The candidate is the path nearest to all of these predictions at once; what the
// model says without them is a candidate as well.
type Levels struct {
	Of Model
	// Name names the candidate of all levels.
	Name string
}

// levelLeast is how many means there must be of a width.
const levelLeast = 8

// Predict implements Model.
func (l Levels) Predict(task Task) []Candidate {
	season := task.Seasons[0]
	whole := task
	whole.Horizon = (task.Horizon + season - 1) / season * season
	plain, out := l.Of.Predict(whole)[0], task.candidate(l.Name)
	for i, path := range plain.Paths {
		if path == nil {
			continue
		}
		r := newReconciliation(path, season)
		for _, width := range widths(season) {
			if means := l.means(whole, i, width); means != nil {
				r.add(means, width)
			}
		}
		plain.Paths[i], out.Paths[i] = path[:task.Horizon], r.path()[:task.Horizon]
	}
	return []Candidate{plain, out}
}

// widths returns the lengths of a quarter of a season, where that is whole, and of a season.
func widths(season int) []int {
	if season%4 != 0 {
		return []int{season}
	}
	return []int{season / 4, season}
}

// means predicts those over blocks of a width from one of a task's origins, nil where the history is too
// short.
func (l Levels) means(task Task, origin, width int) Path {
	history := task.Values[:task.Origins[origin]]
	count := len(history) / width
	if count < levelLeast {
		return nil
	}
	level := Task{Values: make([]float64, count), Origins: []int{count}, Horizon: task.Horizon / width}
	blocks := history[len(history)-count*width:]
	for i := range level.Values {
		level.Values[i] = stat.Mean(blocks[i*width:(i+1)*width], nil)
	}
	for _, season := range task.Seasons {
		if season > width && season%width == 0 {
			level.Seasons = append(level.Seasons, season/width)
		}
	}
	return l.Of.Predict(level)[0].Paths[0]
}
