package money

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Weights are the exact ratio in which amounts are split: part i gets weight i over their total.
// They are never changed once made and may be shared between goroutines.
type Weights struct {
	small      []uint128 // when the total fits 127 bits
	large      []*big.Int
	smallTotal uint128
	largeTotal *big.Int
}

// smallBits is the number of bits up to which weights are kept in fixed size.
const smallBits = 127

// NewWeights makes weights of whole numbers. A negative one is an InvalidInput error. The numbers
// are not written to and must not be later.
func NewWeights(values []*big.Int) (Weights, error) {
	total, divisor := new(big.Int), new(big.Int)
	for i, value := range values {
		if value.Sign() < 0 {
			return Weights{}, fault.New(fault.InvalidInput, "weight %d is %s; weights are not negative", i, value)
		}
		total.Add(total, value)
		if divisor.Cmp(one) != 0 && value.Sign() != 0 {
			divisor.GCD(nil, nil, divisor, value)
		}
	}
	if divisor.Cmp(one) > 0 {
		reduced := make([]*big.Int, len(values))
		for i, value := range values {
			reduced[i] = new(big.Int).Quo(value, divisor)
		}
		values = reduced
		total.Quo(total, divisor)
	}
	w := Weights{largeTotal: total}
	if total.BitLen() > smallBits {
		w.large = values
		return w, nil
	}
	w.small = make([]uint128, len(values))
	for i, value := range values {
		w.small[i] = toUint128(value)
	}
	w.smallTotal = toUint128(total)
	return w, nil
}

var one = big.NewInt(1)

// DecimalWeights makes weights of decimals; a negative one is an InvalidInput error.
func DecimalWeights(values []decimal.Decimal) (Weights, error) {
	digits := 0
	for _, value := range values {
		digits = max(digits, fractionalDigits(value))
	}
	units := make([]*big.Int, len(values))
	for i, value := range values {
		units[i] = Units(value, digits)
	}
	return NewWeights(units)
}

// Len returns the number of parts.
func (w Weights) Len() int { return max(len(w.small), len(w.large)) }

// IsZero reports whether no part has a weight.
func (w Weights) IsZero() bool { return w.largeTotal == nil || w.largeTotal.Sign() == 0 }

// Weight returns a part's weight.
func (w Weights) Weight(i int) *big.Int {
	if w.small != nil {
		return w.small[i].big()
	}
	return new(big.Int).Set(w.large[i])
}

// Total returns the sum of the weights.
func (w Weights) Total() *big.Int { return new(big.Int).Set(w.largeTotal) }

// Share returns a part's weight over the total, in lowest terms; 0 where no part has a weight.
func (w Weights) Share(i int) *big.Rat {
	if w.IsZero() {
		return new(big.Rat)
	}
	return new(big.Rat).SetFrac(w.Weight(i), w.Total())
}
