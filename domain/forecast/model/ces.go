package model

// ComplexSmoothing is complex exponential smoothing (Svetunkov, Kourentzes and Ord 2022, "Complex
// exponential smoothing", Naval Research Logistics 69): one complex smoothing parameter carries the
// series and its information potential, so that level and trend need not be told apart. The seasonal
// form adds a second pair of states, lagged by a season; the corrected information criterion chooses.
// The first states come from following the series backwards.
type ComplexSmoothing struct{}

// complexLeast is the number of points that complex smoothing needs.
const complexLeast = 8

// complexGain is more than a fit gains over its start: a form that starts by so much behind another in the
// criterion is not fitted.
const complexGain = 100

// complexReach returns the number of recent points to which complex smoothing is fitted.
func complexReach(season int) int { return max(300, 12*season) }

// Predict implements Model.
func (ComplexSmoothing) Predict(task Task) []Candidate {
	out := task.candidate("ces")
	var near *complexFit
	for _, stage := range task.stages(complexLeast) {
		season := task.cycle(stage.fitted)
		from := max(0, stage.fitted-complexReach(season))
		history := task.Values[from:stage.fitted]
		if near == nil {
			near = chooseComplex(history, season)
		} else {
			near = fitComplexNear(history, near)
		}
		copy(out.Paths[stage.first:], near.paths(task.Values[from:stage.origins[0]], from, stage.origins, task.Horizon))
	}
	return []Candidate{out}
}

// chooseComplex returns the better of the form without season and, where the history is long enough, the one with
// it.
func chooseComplex(history []float64, season int) *complexFit {
	best := startComplex(history, 1)
	if season == 1 || len(history) < 2*season+4 {
		best.fit(history, complexLooks)
		return best
	}
	other := startComplex(history, season)
	if other.criterion < best.criterion {
		best, other = other, best
	}
	near := other.criterion < best.criterion+complexGain
	best.fit(history, complexLooks)
	if near {
		other.fit(history, complexLooks)
		if other.criterion < best.criterion {
			return other
		}
	}
	return best
}
