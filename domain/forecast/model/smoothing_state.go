package model

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

// follow moves on by one value and returns its error and what was expected.
func (s *smoothed) follow(value float64) (e, expected float64) {
	p, state := &s.parameters, &s.state
	base := state.level + p[pDamp]*state.slope
	expected = base
	plain := value
	if s.form.season != noSeason {
		index := &state.seasonal[state.at]
		if s.form.season == addedSeason {
			expected = base + *index
			plain = value - *index
			*index += p[pSeason] * (value - base - *index)
		} else {
			expected = base * *index
			plain = value / *index
			if base > 1e-12 {
				*index += p[pSeason] * (value/base - *index)
			}
		}
		if state.at++; state.at == s.season {
			state.at = 0
		}
	}
	state.level = base + p[pLevel]*(plain-base)
	if s.trend != noTrend {
		state.slope = p[pDamp]*state.slope + p[pTrend]*(plain-base)
	}
	return value - expected, expected
}

// paths follows a history, whose first point is the first-th of the series, and predicts from each of
// the origins, which fall.
func (s *smoothed) paths(history []float64, first int, origins []int, horizon int) []Path {
	paths := make([]Path, len(origins))
	next := len(origins) - 1
	s.begin()
	for t := 0; ; t++ {
		for next >= 0 && origins[next] == first+t {
			paths[next] = s.ahead(horizon)
			next--
		}
		if next < 0 {
			return paths
		}
		s.follow(history[t])
	}
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
