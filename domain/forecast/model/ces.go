package model

import (
	"math"
	"slices"
)

// ComplexSmoothing is complex exponential smoothing (Svetunkov, Kourentzes and Ord 2022, "Complex
// exponential smoothing", Naval Research Logistics 69): one complex smoothing parameter carries the
// series and its information potential, so that level and trend need not be told apart. The seasonal
// form adds a second pair of states, lagged by a season; the corrected information criterion chooses.
// The first states come from following the series backwards.
type ComplexSmoothing struct{}

// complexLeast is the number of points that complex smoothing needs.
const complexLeast = 8

// How many points a fit looks at, from nothing and from a fit close by, and the gain in −2 times the
// logarithm of the likelihood below which it ends.
const (
	complexLooks     = 12
	complexNearLooks = 3
	complexEnough    = 0.02
)

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
			near = fitComplex(history, near.season, near)
		}
		copy(out.Paths[stage.first:], near.paths(task.Values[from:stage.origins[0]], from, stage.origins, task.Horizon))
	}
	return []Candidate{out}
}

// chooseComplex fits the form without season and, where the history is long enough, with one.
func chooseComplex(history []float64, season int) *complexFit {
	best := fitComplex(history, 1, nil)
	if season > 1 && len(history) >= 2*season+4 {
		if seasonal := fitComplex(history, season, nil); seasonal.criterion < best.criterion {
			best = seasonal
		}
	}
	return best
}

// complexParameters are α of the level, then of the season: real and imaginary part.
const complexParameters = 4

// complexPair is a level and its information potential.
type complexPair struct{ level, potential float64 }

// complexFit is a form fitted to a history; season is 1 for none.
type complexFit struct {
	season     int
	parameters [complexParameters]float64
	criterion  float64

	first     complexPair
	firstRing []complexPair
	main      complexPair
	ring      []complexPair
	at        int // the place in the season
}

// fitComplex maximises the likelihood of a form, from the parameters of a fit close by where there is one.
func fitComplex(history []float64, season int, near *complexFit) *complexFit {
	f := &complexFit{season: season}
	mean := 0.0
	start := min(len(history), max(season, 10))
	for _, v := range history[:start] {
		mean += v / float64(start)
	}
	f.first = complexPair{mean, mean / 1.1}
	if season > 1 {
		f.ring = make([]complexPair, season)
		f.firstRing = make([]complexPair, season)
		for i, v := range classical(history, season, false) {
			f.firstRing[i] = complexPair{v, v / 1.1}
		}
	}
	count, looks := complexParameters, complexLooks
	if season == 1 {
		count = complexParameters / 2
	}
	var at [complexParameters]float64
	if near != nil {
		at, looks = near.parameters, complexNearLooks
	} else {
		at = f.start(history)
	}
	var within [complexParameters]span
	for k := range within {
		within[k] = span{math.Inf(-1), math.Inf(1)}
	}
	likelihood := newComplexLikelihood(f, history, count)
	defer giveBack(likelihood.room)
	worth := descend(likelihood.at, at[:count], within[:count], looks, complexEnough)
	f.parameters = at
	f.criterion = math.Inf(1)
	n, free := float64(len(history)), float64(count+3)
	if season > 1 {
		free += float64(2 * season)
	}
	if n-free-1 > 0 {
		f.criterion = worth + 2*free*n/(n-free-1)
	}
	return f
}

// complexStarts are where a search may begin: the likelihood has more than one summit.
var complexStarts = [][complexParameters]float64{{1.3, 1, 1.3, 1}, {1.3, 0.9, 1.1, 1}, {1.6, 1, 1.3, 1}, {1.6, 1, 1.1, 1}, {1.9, 1, 1.2, 1}}

// start returns the best of the starts.
func (f *complexFit) start(history []float64) (best [complexParameters]float64) {
	least := math.Inf(1)
	for i, start := range complexStarts {
		f.parameters = start
		f.backcast(history)
		if squares := f.follow(history); i == 0 || squares < least {
			best, least = start, squares
		}
	}
	return best
}

// backcast puts the state before the first point.
func (f *complexFit) backcast(history []float64) {
	f.main, f.at = f.first, 0
	copy(f.ring, f.firstRing)
	f.follow(history)
	f.followBack(history)
}

// follow moves on by values and returns the sum of squared errors.
func (f *complexFit) follow(values []float64) (squares float64) {
	main, move := f.main, f.gains(0)
	if f.season == 1 {
		for _, value := range values {
			e := value - main.level
			main = move.by(main, e)
			squares += e * e
		}
		f.main = main
		return squares
	}
	ring, moveRing, at := f.ring, f.gains(2), f.at
	for _, value := range values {
		e := value - (main.level + ring[at].level)
		main = move.by(main, e)
		ring[at] = moveRing.by(ring[at], e)
		squares += e * e
		if at++; at == len(ring) {
			at = 0
		}
	}
	f.main, f.at = main, at
	return squares
}

// followBack moves back by values, from the last.
func (f *complexFit) followBack(values []float64) {
	main, move := f.main, f.gains(0)
	if f.season == 1 {
		for t := len(values) - 1; t >= 0; t-- {
			main = move.by(main, values[t]-main.level)
		}
		f.main = main
		return
	}
	ring, moveRing, at := f.ring, f.gains(2), f.at
	for t := len(values) - 1; t >= 0; t-- {
		if at--; at < 0 {
			at = len(ring) - 1
		}
		e := values[t] - (main.level + ring[at].level)
		main = move.by(main, e)
		ring[at] = moveRing.by(ring[at], e)
	}
	f.main, f.at = main, at
}

// complexGains are what a pair and its error are multiplied by.
type complexGains struct{ levelPotential, levelError, potential, potentialError float64 }

// gains returns those of the parameter at a place and the next.
func (f *complexFit) gains(place int) complexGains {
	re, im := f.parameters[place], f.parameters[place+1]
	return complexGains{1 - im, re - im, 1 - re, re + im}
}

// by moves a pair by its error.
func (g complexGains) by(c complexPair, e float64) complexPair {
	return complexPair{
		level:     c.level - g.levelPotential*c.potential + g.levelError*e,
		potential: c.level + g.potential*c.potential + g.potentialError*e,
	}
}

// paths follows a history, whose first point is the first-th of the series, and predicts from each of
// the origins, which fall.
func (f *complexFit) paths(history []float64, first int, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	at := origins[len(origins)-1] - first
	f.backcast(history[:at])
	f.follow(history[:at])
	for i, origin := range slices.Backward(origins) {
		f.follow(history[at : origin-first])
		paths[i] = f.ahead(horizon)
		at = origin - first
	}
	return paths
}

// ahead predicts from the present state, and leaves it as it is: what is predicted has no error.
func (f *complexFit) ahead(horizon int) Path {
	main, move := f.main, f.gains(0)
	ring, at := slices.Clone(f.ring), f.at
	path := make(Path, horizon)
	for k := range path {
		path[k] = main.level
		main = move.by(main, 0)
		if f.season > 1 {
			path[k] += ring[at].level
			ring[at] = f.gains(2).by(ring[at], 0)
			if at++; at == f.season {
				at = 0
			}
		}
	}
	return path
}
