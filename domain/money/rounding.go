package money

import "math/big"

// Rounding says, for every part of a split, what became of its remainder.
type Rounding struct {
	// Rank is the 1-based place of the part among those with a weight, by the size of its
	// remainder; 0 for a part without weight.
	Rank int
	// Raised reports whether the part got one of the units left over.
	Raised bool
}

// Roundings explains how Apportion treats each part of the same units and weights.
func Roundings(units *big.Int, w Weights) []Rounding {
	roundings := make([]Rounding, w.Len())
	if w.IsZero() {
		return roundings
	}
	_, rests, left := divideLarge(units, w)
	rank := 0
	for _, index := range orderLarge(rests) {
		if w.weight(index).Sign() == 0 {
			continue
		}
		rank++
		roundings[index] = Rounding{Rank: rank, Raised: rank <= left}
	}
	return roundings
}
