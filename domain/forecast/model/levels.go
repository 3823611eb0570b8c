package model

import "gonum.org/v1/gonum/floats"

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
	widths := widths(season)
	means := make([][]Path, len(widths))
	for j, width := range widths {
		means[j] = l.means(whole, width)
	}
	nearest := reconciliations{}
	for i, path := range plain.Paths {
		if path == nil {
			continue
		}
		var known []int
		var levels []Path
		for j, width := range widths {
			if means[j][i] != nil {
				known, levels = append(known, width), append(levels, means[j][i])
			}
		}
		plain.Paths[i], out.Paths[i] = path[:task.Horizon], nearest.of(season, known).path(path, levels)[:task.Horizon]
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

// means predicts those over blocks of a width from each of a task's origins, nil where the history is too short.
// Origins at which blocks end together are predicted together, so that they share fits.
func (l Levels) means(task Task, width int) []Path {
	paths := make([]Path, len(task.Origins))
	for rest := range width {
		level := Task{Horizon: task.Horizon / width}
		var places []int
		for i, origin := range task.Origins {
			if origin%width == rest && origin/width >= levelLeast {
				places, level.Origins = append(places, i), append(level.Origins, origin/width)
			}
		}
		if len(places) == 0 {
			continue
		}
		level.Values = make([]float64, level.Origins[0])
		for i := range level.Values {
			level.Values[i] = floats.Sum(task.Values[rest+i*width:rest+(i+1)*width]) / float64(width)
		}
		for _, season := range task.Seasons {
			if season > width && season%width == 0 {
				level.Seasons = append(level.Seasons, season/width)
			}
		}
		for i, path := range l.Of.Predict(level)[0].Paths {
			paths[places[i]] = path
		}
	}
	return paths
}
