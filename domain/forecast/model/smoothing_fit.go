package model

import "math"

// The places of the parameters of a smoothing.
const (
	pLevel  = iota // α
	pTrend         // β of Hyndman et al., at most α
	pSeason        // γ, at most 1−α
	pDamp          // φ
	pFirst         // the level before the first point
	pSlope         // the slope there
	smoothingParameters
)

// Evaluations of the objective per parameter, for a fit from nothing and from one close by.
const (
	smoothingBudget     = 40
	smoothingNearBudget = 12
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
	s := &smoothed{form: f, season: 1}
	adjusted := history
	if f.season != noSeason {
		s.season = season
		s.indices = classical(history, season, f.season == multipliedSeason)
		adjusted = adjustment{s.indices, f.season == multipliedSeason}.apply(history)
		s.state.seasonal = make([]float64, season)
	}
	free, steps := s.start(adjusted)
	budget := smoothingBudget * len(free)
	if near != nil {
		copy(s.parameters[:pFirst], near.parameters[:pFirst])
		budget = smoothingNearBudget * len(free)
	}
	at, step := make([]float64, len(free)), make([]float64, len(free))
	for k, p := range free {
		at[k], step[k] = s.parameters[p], steps[p]
	}
	set := func(p []float64) {
		for k, v := range p {
			s.parameters[free[k]] = v
		}
	}
	worth := minimize(func(p []float64) float64 {
		set(p)
		if !s.admissible() {
			return math.Inf(1)
		}
		return s.likelihood(history)
	}, at, step, budget)
	set(at)
	count, n := float64(len(free)+1), float64(len(history))
	if f.season != noSeason {
		count += float64(season - 1)
	}
	s.criterion = math.Inf(1)
	if n-count-1 > 0 {
		s.criterion = worth + 2*count*n/(n-count-1)
	}
	return s
}

// start sets the parameters to first guesses and returns which of them are free, and first steps.
func (s *smoothed) start(adjusted []float64) (free []int, steps [smoothingParameters]float64) {
	level, slope := startLine(adjusted, max(10, 2*s.season))
	s.parameters = [smoothingParameters]float64{0.3, 0.05, 0.05, 0.95, level, slope}
	scale := spread(adjusted) + 1e-9
	steps = [smoothingParameters]float64{0.3, 0.05, 0.1, -0.05, scale, scale / 10}
	free = []int{pLevel, pFirst}
	switch s.trend {
	case noTrend:
		s.parameters[pFirst], s.parameters[pSlope], s.parameters[pDamp] = level+slope, 0, 1
	case linearTrend:
		s.parameters[pDamp] = 1
		free = append(free, pTrend, pSlope)
	case dampedTrend:
		free = append(free, pTrend, pSlope, pDamp)
	}
	if s.form.season != noSeason {
		free = append(free, pSeason)
	}
	return free, steps
}

// admissible holds the parameters to the usual region of forecast::ets.
func (s *smoothed) admissible() bool {
	p := &s.parameters
	if p[pLevel] < 1e-4 || p[pLevel] > 0.9999 {
		return false
	}
	if s.trend != noTrend && (p[pTrend] < 1e-4 || p[pTrend] > p[pLevel]) {
		return false
	}
	if s.trend == dampedTrend && (p[pDamp] < 0.8 || p[pDamp] > 0.98) {
		return false
	}
	return s.form.season == noSeason || (p[pSeason] >= 1e-4 && p[pSeason] <= 1-p[pLevel])
}

// likelihood filters a history and returns −2 times the logarithm of its likelihood, up to a constant.
func (s *smoothed) likelihood(history []float64) float64 {
	s.begin()
	squares, logs := s.follow(history)
	n := float64(len(history))
	return n*math.Log(squares/n+1e-300) + 2*logs
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
