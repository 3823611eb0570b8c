package money

import (
	"math"
	"math/big"
	"math/bits"

	"github.com/shopspring/decimal"
)

// Sums is a row of exact sums that are added to by place, for millions of numbers: each is 64 bits
// wide at a common scale, and those that outgrow that go on as a Sum. It is not safe for concurrent
// use.
type Sums struct {
	scale int
	cells []int64
	large map[int]*Sum // what does not fit the cells, beside them
}

// NewSums returns n sums of 0.
func NewSums(n int) *Sums { return &Sums{cells: make([]int64, n)} }

// Len returns the number of sums.
func (s *Sums) Len() int { return len(s.cells) }

// AddFixed adds a number to the sum at a place.
func (s *Sums) AddFixed(place int, value Fixed) {
	if int(value.Scale) == s.scale {
		before := s.cells[place]
		after := before + value.Coefficient
		if (after^before)&(after^value.Coefficient) >= 0 { // no overflow: the signs agree
			s.cells[place] = after
			return
		}
	}
	s.addSlowly(place, value)
}

func (s *Sums) addSlowly(place int, value Fixed) {
	if int(value.Scale) > s.scale {
		s.rescale(int(value.Scale))
	}
	if scaled, fits := times(value.Coefficient, s.scale-int(value.Scale)); fits {
		after := s.cells[place] + scaled
		if (after^s.cells[place])&(after^scaled) >= 0 {
			s.cells[place] = after
			return
		}
	}
	s.beside(place).AddFixed(value)
}

// AddDecimal adds a number to the sum at a place.
func (s *Sums) AddDecimal(place int, value decimal.Decimal) {
	if fixed, fits := FixedOf(value); fits {
		s.AddFixed(place, fixed)
		return
	}
	s.beside(place).AddDecimal(value)
}

// AddSum adds a sum to the sum at a place.
func (s *Sums) AddSum(place int, value *Sum) { s.AddDecimal(place, value.Decimal()) }

// AddSums adds other sums, which stay as they are, place by place.
func (s *Sums) AddSums(other *Sums) {
	if other.scale > s.scale {
		s.rescale(other.scale)
	}
	for place, cell := range other.cells {
		if cell != 0 {
			s.AddFixed(place, Fixed{Coefficient: cell, Scale: uint8(other.scale)})
		}
	}
	for place, sum := range other.large {
		s.beside(place).AddSum(sum)
	}
}

// Clear sets every sum to 0.
func (s *Sums) Clear() {
	s.scale, s.large = 0, nil
	clear(s.cells)
}

// rescale raises the common scale; cells that would outgrow it move beside.
func (s *Sums) rescale(scale int) {
	for place, cell := range s.cells {
		scaled, fits := times(cell, scale-s.scale)
		if !fits {
			s.beside(place).AddFixed(Fixed{Coefficient: cell, Scale: uint8(s.scale)})
		}
		s.cells[place] = scaled
	}
	s.scale = scale
}

// times returns value · 10^power, or 0 and false where that does not fit.
func times(value int64, power int) (int64, bool) {
	magnitude := uint64(value)
	if value < 0 {
		magnitude = -magnitude
	}
	high, low := bits.Mul64(magnitude, smallPowers[power])
	switch {
	case high != 0 || low > math.MaxInt64:
		return 0, false
	case value < 0:
		return -int64(low), true
	default:
		return int64(low), true
	}
}

func (s *Sums) beside(place int) *Sum {
	if s.large == nil {
		s.large = make(map[int]*Sum)
	}
	if s.large[place] == nil {
		s.large[place] = &Sum{}
	}
	return s.large[place]
}

// Scale returns the number of fractional digits with which every sum is exact.
func (s *Sums) Scale() int {
	scale := s.scale
	for _, sum := range s.large {
		scale = max(scale, sum.Scale())
	}
	return scale
}

// Decimal returns the sum at a place.
func (s *Sums) Decimal(place int) decimal.Decimal {
	if len(s.large) == 0 {
		return decimal.New(s.cells[place], -int32(s.scale))
	}
	units, scale := new(big.Int), s.Scale()
	s.Units(units, place, scale)
	return FromUnits(units, scale)
}

// Fixed returns the sum at a place, or false where it does not fit.
func (s *Sums) Fixed(place int) (Fixed, bool) {
	fits := s.large[place] == nil && s.scale <= fixedDigits
	return Fixed{Coefficient: s.cells[place], Scale: uint8(s.scale)}, fits
}

// IsZero reports whether every sum is zero.
func (s *Sums) IsZero() bool {
	for place := range s.cells {
		if !s.ZeroAt(place) {
			return false
		}
	}
	return true
}

// ZeroAt reports whether the sum at a place is zero.
func (s *Sums) ZeroAt(place int) bool {
	if len(s.large) == 0 || s.large[place] == nil {
		return s.cells[place] == 0
	}
	return s.Decimal(place).IsZero()
}

// Units sets into to the sum at a place in units of 10^−scale, where scale is at least Scale.
func (s *Sums) Units(into *big.Int, place, scale int) {
	into.SetInt64(s.cells[place])
	if scale > s.scale {
		into.Mul(into, powerOfTen(scale-s.scale))
	}
	if sum := s.large[place]; sum != nil {
		into.Add(into, sum.Units(scale))
	}
}
