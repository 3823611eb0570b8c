package money

import (
	"math/big"
	"math/bits"
)

// Accrual spreads amounts over parts that follow each other, such as days. A part is what has accrued
// up to its end minus what has accrued up to its start, each rounded once, toward zero. So the parts
// of an amount sum to it, and those of any stretch lie within a unit of the stretch's ideal. It is
// never changed once made and may be shared between goroutines.
type Accrual struct {
	upTo  []uint64 // the weights up to and with each part; nil where they need more bits
	large []*big.Int
}

// NewAccrual prepares to spread in the ratio of weights, of which one at least is not zero.
func NewAccrual(weights Weights) Accrual {
	a := Accrual{large: make([]*big.Int, weights.Len())}
	sum := new(big.Int)
	for i := range a.large {
		sum.Add(sum, weights.weight(i))
		a.large[i] = new(big.Int).Set(sum)
	}
	if sum.IsUint64() {
		a.upTo = make([]uint64, len(a.large))
		for i, upTo := range a.large {
			a.upTo[i] = upTo.Uint64()
		}
	}
	return a
}

// AddTo spreads units of 10^−digits and adds each part to the sum at its place. There are as many
// sums as weights.
func (a Accrual) AddTo(sums *Sums, units *big.Int, digits int) {
	if a.upTo == nil || !units.IsInt64() || digits > fixedDigits {
		a.addLarge(sums, units, digits)
		return
	}
	value := units.Int64()
	magnitude := uint64(value)
	if value < 0 {
		magnitude = -magnitude
	}
	before, total := uint64(0), a.upTo[len(a.upTo)-1]
	for place, upTo := range a.upTo {
		// upTo ≤ total, so that the quotient fits.
		high, low := bits.Mul64(magnitude, upTo)
		accrued := magnitude
		if upTo < total {
			accrued, _ = bits.Div64(high, low, total)
		}
		if part := int64(accrued - before); part != 0 {
			if value < 0 {
				part = -part
			}
			sums.AddFixed(place, Fixed{Coefficient: part, Scale: uint8(digits)})
		}
		before = accrued
	}
}

func (a Accrual) addLarge(sums *Sums, units *big.Int, digits int) {
	before, total := new(big.Int), a.large[len(a.large)-1]
	for place, upTo := range a.large {
		accrued := new(big.Int).Mul(units, upTo)
		accrued.Quo(accrued, total)
		if part := new(big.Int).Sub(accrued, before); part.Sign() != 0 {
			sums.AddDecimal(place, FromUnits(part, digits))
		}
		before = accrued
	}
}
