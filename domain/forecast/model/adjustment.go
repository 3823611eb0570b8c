package model

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

func (a adjustment) apply(history []float64) []float64 {
	if a.indices == nil {
		return history
	}
	out := make([]float64, len(history))
	for t, v := range history {
		if index := a.indices[t%len(a.indices)]; a.multiplicative {
			out[t] = v / index
		} else {
			out[t] = v - index
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
