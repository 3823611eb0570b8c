package money

import (
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Sum adds numbers exactly. It holds 128 bits in place and moves to arbitrary size when they no
// longer suffice. The zero value is the number 0. A Sum must not be copied after it was added to,
// and is not safe for concurrent use.
type Sum struct {
	high  int64 // two's complement with low
	low   uint64
	scale int
	large *big.Int // replaces high and low once set
}

// smallPowers holds 10^0 to 10^19, which fit 64 bits.
var smallPowers = func() [20]uint64 {
	var powers [20]uint64
	powers[0] = 1
	for i := 1; i < len(powers); i++ {
		powers[i] = powers[i-1] * 10
	}
	return powers
}()

// AddFixed adds a number.
func (s *Sum) AddFixed(value Fixed) {
	if s.large == nil && s.scale == int(value.Scale) && s.addSmall(value.Coefficient) {
		return
	}
	s.add(value)
}

// addSmall adds a coefficient of the sum's own scale, or reports that it would overflow.
func (s *Sum) addSmall(coefficient int64) bool {
	low, carry := bits.Add64(s.low, uint64(coefficient), 0)
	extended := coefficient >> 63
	high := s.high + extended + int64(carry)
	// The sum overflows only when both signs agree and the result's does not; |coefficient| is so
	// much smaller than 2^127 that this shows as a changed sign of a large value.
	if (s.high^extended) >= 0 && (s.high^high) < 0 {
		return false
	}
	s.high, s.low = high, low
	return true
}

// add is AddFixed for what needs another scale or another size.
func (s *Sum) add(value Fixed) {
	if int(value.Scale) > s.scale {
		s.rescale(int(value.Scale))
	}
	difference := s.scale - int(value.Scale)
	if s.large == nil && difference < len(smallPowers) {
		negative := value.Coefficient < 0
		magnitude := uint64(value.Coefficient)
		if negative {
			magnitude = -magnitude
		}
		high, low := bits.Mul64(magnitude, smallPowers[difference])
		if high == 0 && low <= 1<<63-1 {
			coefficient := int64(low)
			if negative {
				coefficient = -coefficient
			}
			if s.addSmall(coefficient) {
				return
			}
		}
	}
	scaled := new(big.Int).Mul(big.NewInt(value.Coefficient), powerOfTen(difference))
	s.promote()
	s.large.Add(s.large, scaled)
}

// AddDecimal adds a number.
func (s *Sum) AddDecimal(value decimal.Decimal) {
	if fixed, ok := FixedOf(value); ok {
		s.AddFixed(fixed)
		return
	}
	s.addBig(value.Coefficient(), -int(value.Exponent()))
}

// AddSum adds another sum, which stays as it is.
func (s *Sum) AddSum(other *Sum) {
	if other.large == nil && other.high == int64(other.low)>>63 && other.scale <= fixedDigits {
		s.AddFixed(Fixed{Coefficient: int64(other.low), Scale: uint8(other.scale)})
		return
	}
	s.addBig(other.coefficient(), other.scale)
}

// addBig adds coefficient · 10^−scale and may overwrite the coefficient.
func (s *Sum) addBig(coefficient *big.Int, scale int) {
	if scale < 0 {
		coefficient.Mul(coefficient, powerOfTen(-scale))
		scale = 0
	}
	if scale > s.scale {
		s.rescale(scale)
	}
	s.promote()
	s.large.Add(s.large, coefficient.Mul(coefficient, powerOfTen(s.scale-scale)))
}

// rescale raises the scale.
func (s *Sum) rescale(scale int) {
	if s.large == nil && s.high == 0 && s.low == 0 {
		s.scale = scale
		return
	}
	factor := powerOfTen(scale - s.scale)
	if s.large == nil && s.high == int64(s.low)>>63 && scale-s.scale < len(smallPowers) {
		value := int64(s.low)
		magnitude := uint64(max(value, -value))
		high, low := bits.Mul64(magnitude, smallPowers[scale-s.scale])
		if int64(high) >= 0 {
			if value < 0 {
				low = -low
				high = ^high
				if low == 0 {
					high++
				}
			}
			s.high, s.low, s.scale = int64(high), low, scale
			return
		}
	}
	s.promote()
	s.large.Mul(s.large, factor)
	s.scale = scale
}

func (s *Sum) promote() {
	if s.large == nil {
		s.large = s.coefficient()
		s.high, s.low = 0, 0
	}
}

// coefficient returns a copy of the coefficient at the sum's scale.
func (s *Sum) coefficient() *big.Int {
	if s.large != nil {
		return new(big.Int).Set(s.large)
	}
	value := big.NewInt(s.high)
	return value.Lsh(value, 64).Add(value, new(big.Int).SetUint64(s.low))
}

// Scale returns the number of fractional digits that the sum is kept with.
func (s *Sum) Scale() int { return s.scale }

// Sign returns −1, 0 or 1.
func (s *Sum) Sign() int {
	switch {
	case s.large != nil:
		return s.large.Sign()
	case s.high < 0:
		return -1
	case s.high == 0 && s.low == 0:
		return 0
	default:
		return 1
	}
}

// Units returns the sum in units of 10^−scale; scale is at least the sum's own.
func (s *Sum) Units(scale int) *big.Int {
	units := s.coefficient()
	if scale == s.scale {
		return units
	}
	return units.Mul(units, powerOfTen(scale-s.scale))
}

// Decimal returns the sum.
func (s *Sum) Decimal() decimal.Decimal {
	return decimal.NewFromBigInt(s.coefficient(), -int32(s.scale))
}
