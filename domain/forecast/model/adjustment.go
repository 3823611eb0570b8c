package model

import "gonum.org/v1/gonum/floats"

// adjustment takes a season out of a history and puts it back into a path. The zero value leaves
// both as they are.
type adjustment struct {
	indices        []float64
	multiplicative bool
}

// newAdjustment finds the season of a history of at least three whole seasons: factors for positive
// values, terms otherwise.
func newAdjustment(history []float64, season int) adjustment {
	if season < 2 || len(history) < 3*season {
		return adjustment{}
	}
	multiplicative := positive(history)
	return adjustment{newSeasonTally(history, season, multiplicative).shrunk(), multiplicative}
}

// apply returns the history without the season, in the room where there is one.
func (a adjustment) apply(history []float64, room *room) []float64 {
	if a.indices == nil {
		return history
	}
	out := room.take(len(history))
	for from := 0; from < len(history); from += len(a.indices) {
		piece := history[from:min(from+len(a.indices), len(history))]
		to, indices := out[from:from+len(piece)], a.indices[:len(piece)]
		if a.multiplicative {
			floats.DivTo(to, piece, indices)
		} else {
			floats.SubTo(to, piece, indices)
		}
	}
	return out
}

func (a adjustment) undo(path Path, origin int) Path {
	if a.indices == nil {
		return path
	}
	for k := range path {
		if index := a.indices[(origin+k)%len(a.indices)]; a.multiplicative {
			path[k] *= index
		} else {
			path[k] += index
		}
	}
	return path
}
