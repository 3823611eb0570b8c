package model

import "math"

// How many points a fit looks at, from nothing and from a fit close by, and the gain in −2 times the
// logarithm of the likelihood below which it ends.
const (
	complexLooks     = 8
	complexNearLooks = 3
	complexEnough    = 0.1
)

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

// newComplexFit returns a form with first states by which to follow a history.
func newComplexFit(history []float64, season int) *complexFit {
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
	return f
}

// searched is how many parameters the form has.
func (f *complexFit) searched() int {
	if f.season == 1 {
		return complexParameters / 2
	}
	return complexParameters
}

// judge sets the corrected information criterion of a form that fits n points with a worth of −2 times the logarithm
// of the likelihood.
func (f *complexFit) judge(worth float64, n int) {
	f.criterion = math.Inf(1)
	points, free := float64(n), float64(f.searched()+3)
	if f.season > 1 {
		free += float64(2 * f.season)
	}
	if points-free-1 > 0 {
		f.criterion = worth + 2*free*points/(points-free-1)
	}
}

// fit maximises the likelihood of a form from the parameters that it has.
func (f *complexFit) fit(history []float64, looks int) {
	at, count := f.place(), f.searched()
	room := borrow()
	defer room.giveBack()
	likelihood := newComplexLikelihood(f, history, count, room)
	f.judge(descend(likelihood.at, at[:count], complexSpans[:count], looks, complexEnough), len(history))
	f.put(at[:count])
}

// fitComplexNear fits the form of a fit close by.
func fitComplexNear(history []float64, near *complexFit) *complexFit {
	f := newComplexFit(history, near.season)
	f.parameters = near.parameters
	f.fit(history, complexNearLooks)
	return f
}

// complexStarts are where a search may begin: the likelihood has more than one summit.
var complexStarts = [][complexParameters]float64{{1.3, 1, 1.3, 1}, {1.3, 0.9, 1.1, 1}, {1.6, 1, 1.3, 1}, {1.9, 1, 1.2, 1}, {1.6, 1, 1.1, 1}}

// startComplex returns a form at the best of the starts.
func startComplex(history []float64, season int) *complexFit {
	f := newComplexFit(history, season)
	starts := complexStarts
	if season == 1 {
		starts = starts[:4] // of which the last differs from another by its season alone
	}
	best, least := starts[0], math.Inf(1)
	for _, start := range starts {
		f.parameters = start
		f.backcast(history)
		if squares := f.follow(history); squares < least {
			best, least = start, squares
		}
	}
	f.parameters = best
	n := len(history)
	f.judge(float64(n)*math.Log(least/float64(n)+1e-300), n)
	return f
}
