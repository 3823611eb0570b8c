package model

import "slices"

// smoothingState is where a smoothing stands in a series.
type smoothingState struct {
	level, slope float64
	seasonal     []float64
	at           int // the place of the next point in the season
}

// begin puts the state before the first point.
func (s *smoothed) begin() {
	s.state.level, s.state.slope, s.state.at = s.parameters[pFirst], s.parameters[pSlope], 0
	copy(s.state.seasonal, s.indices)
}

// follow moves on by values.
func (s *smoothed) follow(values []float64) {
	switch s.form.season {
	case addedSeason:
		s.followAdded(values)
	case multipliedSeason:
		s.followMultiplied(values)
	default:
		s.followPlain(values)
	}
}

// gains are the smoothings of level, slope and season, and the damping.
func (s *smoothed) gains() (alpha, beta, gamma, phi float64) {
	p := &s.parameters
	alpha = p[pLevel]
	return alpha, alpha * p[pTrend], (1 - alpha) * p[pSeason], p[pDamp]
}

func (s *smoothed) followPlain(values []float64) {
	alpha, beta, _, phi := s.gains()
	level, slope := s.state.level, s.state.slope
	for _, value := range values {
		slope *= phi
		base := level + slope
		e := value - base
		level = base + alpha*e
		slope += beta * e
	}
	s.state.level, s.state.slope = level, slope
}

func (s *smoothed) followAdded(values []float64) {
	alpha, beta, gamma, phi := s.gains()
	level, slope := s.state.level, s.state.slope
	at, indices := s.state.at, s.state.seasonal
	for _, value := range values {
		slope *= phi
		base := level + slope
		e := value - indices[at] - base
		indices[at] += gamma * e
		level = base + alpha*e
		slope += beta * e
		if at++; at == len(indices) {
			at = 0
		}
	}
	s.state.level, s.state.slope, s.state.at = level, slope, at
}

func (s *smoothed) followMultiplied(values []float64) {
	alpha, beta, gamma, phi := s.gains()
	level, slope := s.state.level, s.state.slope
	at, indices := s.state.at, s.state.seasonal
	for _, value := range values {
		slope *= phi
		base, index := level+slope, indices[at]
		e := value/index - base
		level = base + alpha*e
		slope += beta * e
		if base > 1e-12 {
			indices[at] += gamma * (value/base - index)
		}
		if at++; at == len(indices) {
			at = 0
		}
	}
	s.state.level, s.state.slope, s.state.at = level, slope, at
}

// paths follows a history, whose first point is the first-th of the series, and predicts from each of
// the origins, which fall.
func (s *smoothed) paths(history []float64, first int, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	s.begin()
	at := 0
	for i, origin := range slices.Backward(origins) {
		s.follow(history[at : origin-first])
		paths[i] = s.ahead(horizon)
		at = origin - first
	}
	return paths
}

// ahead predicts from the present state.
func (s *smoothed) ahead(horizon int) Path {
	path := make(Path, horizon)
	reach, factor, at := 0.0, 1.0, s.state.at
	for k := range path {
		factor *= s.parameters[pDamp]
		reach += factor
		path[k] = s.state.level + reach*s.state.slope
		if s.form.season == noSeason {
			continue
		}
		if s.form.season == addedSeason {
			path[k] += s.state.seasonal[at]
		} else {
			path[k] *= s.state.seasonal[at]
		}
		if at++; at == s.season {
			at = 0
		}
	}
	return path
}
