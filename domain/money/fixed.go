package money

import (
	"github.com/shopspring/decimal"
)

// Fixed is an exact number of at most 18 significant digits: Coefficient · 10^−Scale. It exists
// for speed where millions of numbers are summed; money at a border is a decimal.Decimal.
type Fixed struct {
	Coefficient int64
	// Scale is the number of fractional digits, 0 to 18.
	Scale uint8
}

// fixedDigits is the number of digits that always fit an int64.
const fixedDigits = 18

// ParseFixed reads a plain number such as "-12.30" of at most 18 digits, leading zeros included.
// It reports false for anything else, numbers in other notations included, which ParseDecimal may
// still accept.
func ParseFixed(text []byte) (Fixed, bool) {
	negative := false
	if len(text) > 0 && text[0] == '-' {
		negative, text = true, text[1:]
	}
	if len(text) == 0 || len(text) > fixedDigits+1 {
		return Fixed{}, false
	}
	var value int64
	point := -1
	for i, c := range text {
		if digit := c - '0'; digit <= 9 {
			value = value*10 + int64(digit)
			continue
		}
		if c != '.' || point >= 0 || i == len(text)-1 {
			return Fixed{}, false
		}
		point = i
	}
	if point < 0 && len(text) > fixedDigits {
		return Fixed{}, false
	}
	if negative {
		value = -value
	}
	if point < 0 {
		return Fixed{Coefficient: value}, true
	}
	return Fixed{Coefficient: value, Scale: uint8(len(text) - 1 - point)}, true
}

// Decimal returns the number as a decimal of the same scale.
func (f Fixed) Decimal() decimal.Decimal { return decimal.New(f.Coefficient, -int32(f.Scale)) }

// FixedOf returns a decimal as a Fixed, or false where it does not fit.
func FixedOf(value decimal.Decimal) (Fixed, bool) {
	exponent := value.Exponent()
	if exponent > 0 || exponent < -fixedDigits || value.NumDigits() > fixedDigits {
		return Fixed{}, false
	}
	return Fixed{Coefficient: value.CoefficientInt64(), Scale: uint8(-exponent)}, true
}
