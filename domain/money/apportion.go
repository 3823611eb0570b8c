package money

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Portions are the parts that an amount was split into, in whole units of the quantum that it was
// split by. They sum to the amount.
type Portions struct {
	small []int64
	large []*big.Int
}

// Apportion splits a number of units in the ratio of the weights by the largest remainder: every
// part is its ideal rounded toward zero, and the units left over go one each to the largest
// remainders, ties to the part with the lower index, so callers order parts by id in byte order.
// Negative units mirror their absolute value, and a part without weight gets nothing. It is an
// InvalidInput error to split something other than zero when no part has a weight.
func Apportion(units *big.Int, w Weights) (Portions, error) {
	if w.IsZero() {
		if units.Sign() != 0 {
			return Portions{}, fault.New(fault.InvalidInput, "nothing can be split when every weight is zero")
		}
		return Portions{small: make([]int64, w.Len())}, nil
	}
	if w.small == nil || !units.IsInt64() {
		return apportionLarge(units, w), nil
	}
	return apportionSmall(units.Int64(), w), nil
}

// apportionSmall works in 192 bits: 64 of the units times 128 of a weight.
func apportionSmall(units int64, w Weights) Portions {
	amount := uint64(units)
	if units < 0 {
		amount = -amount
	}
	parts := make([]int64, len(w.small))
	remainders := make([]remainder, len(w.small))
	divisor, given := newDivisor(w.smallTotal), uint64(0)
	for i, weight := range w.small {
		if weight.isZero() {
			remainders[i].index = int32(i)
			continue
		}
		quotient, rest := divisor.divide(amount, weight)
		parts[i] = int64(quotient)
		given += quotient
		remainders[i] = remainder{rest, int32(i)}
	}
	for _, winner := range largest(remainders, int(amount-given)) {
		parts[winner.index]++
	}
	if units < 0 {
		for i := range parts {
			parts[i] = -parts[i]
		}
	}
	return Portions{small: parts}
}

// apportionLarge works in any size.
func apportionLarge(units *big.Int, w Weights) Portions {
	parts, rests, left := divideLarge(units, w)
	for _, index := range orderLarge(rests)[:left] {
		parts[index].Add(parts[index], one)
	}
	if units.Sign() < 0 {
		for _, part := range parts {
			part.Neg(part)
		}
	}
	return Portions{large: parts}
}

// divideLarge returns the parts of |units| rounded down, their remainders over the weights' total,
// and the number of units left over, which is less than the number of parts.
func divideLarge(units *big.Int, w Weights) (parts, rests []*big.Int, left int) {
	amount := new(big.Int).Abs(units)
	parts, rests = make([]*big.Int, w.Len()), make([]*big.Int, w.Len())
	given, product := new(big.Int), new(big.Int)
	for i := range parts {
		weight := w.weight(i)
		parts[i], rests[i] = new(big.Int).QuoRem(product.Mul(amount, weight), w.largeTotal, new(big.Int))
		given.Add(given, parts[i])
	}
	return parts, rests, int(given.Sub(amount, given).Int64())
}

// weight is Weight without a copy where there is none to make.
func (w Weights) weight(i int) *big.Int {
	if w.small != nil {
		return w.small[i].big()
	}
	return w.large[i]
}

// Len returns the number of parts.
func (p Portions) Len() int { return max(len(p.small), len(p.large)) }

// Units returns a part in units.
func (p Portions) Units(i int) *big.Int {
	if p.large != nil {
		return new(big.Int).Set(p.large[i])
	}
	return big.NewInt(p.small[i])
}

// IsZero reports whether a part is nothing.
func (p Portions) IsZero(i int) bool {
	if p.large != nil {
		return p.large[i].Sign() == 0
	}
	return p.small[i] == 0
}

// Decimal returns a part whose unit is 10^−digits.
func (p Portions) Decimal(i, digits int) decimal.Decimal {
	if p.large != nil {
		return FromUnits(new(big.Int).Set(p.large[i]), digits)
	}
	return decimal.New(p.small[i], -int32(digits))
}
