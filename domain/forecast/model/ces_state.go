package model

import "slices"

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
