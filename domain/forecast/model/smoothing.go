package model

// Smoothing is exponential smoothing in its state space form (Hyndman, Koehler, Snyder and Grose 2002,
// "A state space framework for automatic forecasting using exponential smoothing methods",
// International Journal of Forecasting 18): sensible sets of season (none, additive, multiplicative) and
// error (additive, relative) are fitted by likelihood, the best of them with trends (damped, linear) as
// well, and the one with the least corrected information criterion is used.
type Smoothing struct{}

// Damped is exponential smoothing with a damped trend on a seasonally adjusted history (Gardner and
// McKenzie 1985, "Forecasting trends in time series", Management Science 31), the benchmark of the M
// competitions that few methods beat alone.
type Damped struct{}

// smoothingLeast is the number of points that exponential smoothing needs.
const smoothingLeast = 5

// smoothingReach returns the number of recent points to which exponential smoothing is fitted: what is
// older has no weight in its forecast, and costs time.
func smoothingReach(season int) int { return max(250, 10*season) }

// Predict implements Model.
func (Smoothing) Predict(task Task) []Candidate {
	out := task.candidate("ets")
	var near *smoothed
	for _, stage := range task.stages(smoothingLeast) {
		season := task.cycle(stage.fitted)
		from := max(0, stage.fitted-smoothingReach(season))
		history := task.Values[from:stage.fitted]
		if near == nil {
			near = chooseSmoothing(history, season)
		} else {
			near = fitSmoothing(history, near.season, near.form, near)
		}
		copy(out.Paths[stage.first:], near.paths(task.Values[from:stage.origins[0]], from, stage.origins, task.Horizon))
	}
	return []Candidate{out}
}

// Predict implements Model.
func (Damped) Predict(task Task) []Candidate {
	out := task.candidate("damped")
	room := borrow()
	defer room.giveBack()
	var near *smoothed
	for _, stage := range task.stages(smoothingLeast) {
		season := task.cycle(stage.fitted)
		adjust := newAdjustment(task.Values[:stage.fitted], season)
		adjusted := adjust.apply(task.Values[:stage.origins[0]], room)
		from := max(0, stage.fitted-smoothingReach(season))
		near = fitSmoothing(adjusted[from:stage.fitted], 1, form{trend: dampedTrend}, near)
		for i, path := range near.paths(adjusted[from:], from, stage.origins, task.Horizon) {
			out.Paths[stage.first+i] = adjust.undo(path, stage.origins[i])
		}
	}
	return []Candidate{out}
}

type trendForm int

const (
	noTrend trendForm = iota
	dampedTrend
	linearTrend
)

type seasonForm int

const (
	noSeason seasonForm = iota
	addedSeason
	multipliedSeason
)

// form is which components a smoothing has; relative makes errors proportional to the level.
type form struct {
	trend    trendForm
	season   seasonForm
	relative bool
}

// longestStateSeason is the longest season whose indices are states of the smoothing.
const longestStateSeason = 24

// forms lists the candidates for a history: a multiplicative season goes with relative errors, which
// need positive values.
func forms(history []float64, season int) []form {
	relative := positive(history)
	seasonal := season > 1 && season <= longestStateSeason && len(history) >= 2*season+5
	trends := []trendForm{noTrend, dampedTrend, linearTrend}
	if season > 12 {
		trends = trends[:2]
	}
	var list []form
	for _, trend := range trends {
		if seasonal {
			list = append(list, form{trend, addedSeason, false})
			if relative {
				list = append(list, form{trend, multipliedSeason, true})
			}
		}
		if !seasonal || season <= 12 {
			list = append(list, form{trend, noSeason, false})
			if relative {
				list = append(list, form{trend, noSeason, true})
			}
		}
	}
	return list
}

// chooseSmoothing fits the candidates without a trend, then the best of them with each trend, and returns the best of
// all.
func chooseSmoothing(history []float64, season int) *smoothed {
	var best *smoothed
	fit := func(f form) {
		if found := fitSmoothing(history, season, f, nil); best == nil || found.criterion < best.criterion {
			best = found
		}
	}
	list := forms(history, season)
	for _, f := range list {
		if f.trend == noTrend {
			fit(f)
		}
	}
	flat := best.form
	for _, f := range list {
		if f.trend != noTrend && f.season == flat.season && f.relative == flat.relative {
			fit(f)
		}
	}
	return best
}
