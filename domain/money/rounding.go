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

// RoundingOf is Roundings for one part alone: it ranks without ordering the others.
func RoundingOf(units *big.Int, w Weights, part int) Rounding {
	if w.IsZero() || w.small == nil || !units.IsInt64() {
		return Roundings(units, w)[part]
	}
	if w.small[part].isZero() {
		return Rounding{}
	}
	amount := new(big.Int).Abs(units).Uint64()
	divisor, given := newDivisor(w.smallTotal), uint64(0)
	remainders := make([]remainder, 0, len(w.small))
	var own remainder
	for i, weight := range w.small {
		if weight.isZero() {
			continue
		}
		quotient, rest := divisor.divide(amount, weight)
		given += quotient
		remainders = append(remainders, remainder{rest, int32(i)})
		if i == part {
			own = remainder{rest, int32(i)}
		}
	}
	rank := 1
	for _, other := range remainders {
		if other.before(own) {
			rank++
		}
	}
	return Rounding{Rank: rank, Raised: rank <= int(amount-given)}
}
