package model

import "math"

// ComplexSmoothing is complex exponential smoothing (Svetunkov, Kourentzes and Ord 2022, "Complex
// exponential smoothing", Naval Research Logistics 69): one complex smoothing parameter carries the
// series and its information potential, so that level and trend need not be told apart. The seasonal
// form adds a second pair of states, lagged by a season; the corrected information criterion chooses.
// The first states come from following the series backwards.
type ComplexSmoothing struct{}

// complexLeast is the number of points that complex smoothing needs.
const complexLeast = 8

// Evaluations of the objective per parameter, for a fit from nothing and from one close by.
const (
	complexBudget     = 30
	complexNearBudget = 10
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
			near = fitComplex(history, near.season, near.parameters)
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

// complexPair is a level and its information potential.
type complexPair struct{ level, potential float64 }

// complexFit is a form fitted to a history; season is 1 for none.
type complexFit struct {
	season     int
	parameters []float64 // α of the level, then of the season: real and imaginary part
	criterion  float64

	first     complexPair
	firstRing []complexPair
	main      complexPair
	ring      []complexPair
}

func fitComplex(history []float64, season int, near []float64) *complexFit {
	f := &complexFit{season: season}
	mean := 0.0
	start := min(len(history), max(season, 10))
	for _, v := range history[:start] {
		mean += v / float64(start)
	}
	f.first = complexPair{mean, mean / 1.1}
	at := []float64{1.3, 1}
	if season > 1 {
		f.ring = make([]complexPair, season)
		f.firstRing = make([]complexPair, season)
		for i, v := range classical(history, season, false) {
			f.firstRing[i] = complexPair{v, v / 1.1}
		}
		at = append(at, 1.3, 1)
	}
	budget := complexBudget * len(at)
	if near != nil {
		copy(at, near)
		budget = complexNearBudget * len(at)
	}
	step := []float64{0.15, -0.05, 0.15, -0.05}[:len(at)]
	squares := minimize(func(p []float64) float64 {
		f.parameters = p
		return f.fitted(history)
	}, at, step, budget)
	f.parameters = at
	n, count := float64(len(history)), float64(len(at)+3)
	if season > 1 {
		count += float64(2 * season)
	}
	f.criterion = math.Inf(1)
	if n-count-1 > 0 {
		f.criterion = n*math.Log(squares/n+1e-300) + 2*count*n/(n-count-1)
	}
	return f
}

// fitted finds the first states by following the history forwards and backwards, and returns the sum
// of squared errors of one more way forwards.
func (f *complexFit) fitted(history []float64) float64 {
	f.backcast(history)
	squares := 0.0
	for t, value := range history {
		e := f.follow(t, value)
		squares += e * e
	}
	if math.IsNaN(squares) {
		return math.Inf(1)
	}
	return squares
}

func (f *complexFit) backcast(history []float64) {
	f.main = f.first
	copy(f.ring, f.firstRing)
	for t, value := range history {
		f.follow(t, value)
	}
	for t := len(history) - 1; t >= 0; t-- {
		f.follow(t, history[t])
	}
}

// expected is the value at a time.
func (f *complexFit) expected(t int) float64 {
	if f.season > 1 {
		return f.main.level + f.ring[t%f.season].level
	}
	return f.main.level
}

// follow moves on by the value of a time and returns its error.
func (f *complexFit) follow(t int, value float64) float64 {
	e := value - f.expected(t)
	p := f.parameters
	f.main.move(p[0], p[1], e)
	if f.season > 1 {
		f.ring[t%f.season].move(p[2], p[3], e)
	}
	return e
}

func (c *complexPair) move(re, im, e float64) {
	level, potential := c.level, c.potential
	c.level = level - (1-im)*potential + (re-im)*e
	c.potential = level + (1-re)*potential + (re+im)*e
}

// paths follows a history, whose first point is the first-th of the series, and predicts from each of
// the origins, which fall.
func (f *complexFit) paths(history []float64, first int, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	next := len(origins) - 1
	f.backcast(history[:origins[next]-first])
	for t := 0; ; t++ {
		for next >= 0 && origins[next] == first+t {
			paths[next] = f.ahead(t, horizon)
			next--
		}
		if next < 0 {
			return paths
		}
		f.follow(t, history[t])
	}
}

// ahead predicts from the state before a time, and leaves it as it is.
func (f *complexFit) ahead(t, horizon int) Path {
	main, ring := f.main, append([]complexPair(nil), f.ring...)
	path := make(Path, horizon)
	for k := range path {
		path[k] = f.expected(t + k)
		f.follow(t+k, path[k])
	}
	f.main = main
	copy(f.ring, ring)
	return path
}
