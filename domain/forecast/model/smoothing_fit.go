package model

import "math"

// The places of the parameters of a smoothing. Those of a form without a trend come first, φ last.
const (
	pLevel  = iota // α
	pFirst         // the level before the first point
	pSeason        // γ over 1−α, its most
	pTrend         // β of Hyndman et al. over α, its most
	pSlope         // the slope before the first point
	pDamp          // φ
	smoothingParameters
)

// How many points a fit looks at, from nothing and from a fit close by, and the gain in −2 times the
// logarithm of the likelihood below which it ends.
const (
	smoothingLooks     = 8
	smoothingNearLooks = 4
	smoothingEnough    = 0.002
)

// smoothed is a form fitted to a history.
type smoothed struct {
	form
	season     int
	parameters [smoothingParameters]float64
	indices    []float64 // of the season before the first point
	criterion  float64
	state      smoothingState
}

// fitSmoothing maximises the likelihood of a form, from the parameters of a fit close by where there
// is one.
func fitSmoothing(history []float64, season int, f form, near *smoothed) *smoothed {
	room := borrow()
	defer room.giveBack()
	s := &smoothed{form: f, season: 1}
	adjusted := history
	if f.season != noSeason {
		s.season = season
		s.indices = classical(history, season, f.season == multipliedSeason)
		adjusted = adjustment{s.indices, f.season == multipliedSeason}.apply(history, room)
		s.state.seasonal = make([]float64, season)
	}
	s.start(adjusted)
	looks := smoothingLooks
	if near != nil {
		level, first := s.parameters[pFirst], s.parameters[pSlope]
		s.parameters = near.parameters
		s.parameters[pFirst], s.parameters[pSlope] = level, first
		looks = smoothingNearLooks
	}
	count := s.searched()
	at := s.parameters
	within := s.spans()
	likelihood := newSmoothingLikelihood(s, history, count, room)
	worth := descend(likelihood.at, at[:count], within[:count], looks, smoothingEnough)
	s.parameters = at
	s.criterion = math.Inf(1)
	free, n := float64(s.free()+1), float64(len(history))
	if f.season != noSeason {
		free += float64(season - 1)
	}
	if n-free-1 > 0 {
		s.criterion = worth + 2*free*n/(n-free-1)
	}
	return s
}

// start sets the parameters to first guesses.
func (s *smoothed) start(adjusted []float64) {
	level, slope := startLine(adjusted, max(10, 2*s.season))
	s.parameters = [smoothingParameters]float64{
		pLevel: 0.3, pFirst: level, pSeason: 0.07, pTrend: 0.15, pSlope: slope, pDamp: 0.95,
	}
	if s.trend != dampedTrend {
		s.parameters[pDamp] = 1
	}
	if s.trend == noTrend {
		s.parameters[pFirst], s.parameters[pTrend], s.parameters[pSlope] = level+slope, 0, 0
	}
}

// searched is how many first parameters are searched for.
func (s *smoothed) searched() int {
	switch s.trend {
	case noTrend:
		return pTrend
	case linearTrend:
		return pDamp
	default:
		return smoothingParameters
	}
}

// free is how many parameters the form has.
func (s *smoothed) free() int {
	if s.form.season == noSeason {
		return s.searched() - 1
	}
	return s.searched()
}

// spans holds the parameters to the usual region of forecast::ets.
func (s *smoothed) spans() [smoothingParameters]span {
	anywhere := span{math.Inf(-1), math.Inf(1)}
	spans := [smoothingParameters]span{
		pLevel: {1e-4, 0.9999}, pFirst: anywhere, pSeason: {1e-4, 1}, pTrend: {1e-4, 1}, pSlope: anywhere, pDamp: {0.8, 0.98},
	}
	if s.form.season == noSeason {
		spans[pSeason] = span{}
	}
	return spans
}

// startLine fits a line to the first points and returns its value before the first, and its slope.
func startLine(values []float64, first int) (level, slope float64) {
	n := min(first, len(values))
	var sx, sy, sxx, sxy float64
	for i := range n {
		x := float64(i + 1)
		sx += x
		sy += values[i]
		sxx += x * x
		sxy += x * values[i]
	}
	k := float64(n)
	slope = (k*sxy - sx*sy) / (k*sxx - sx*sx)
	return (sy - slope*sx) / k, slope
}
