package money

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Limits of what is read as a number. They are far beyond any bill, and keep a short text such as
// 1e999999999 from standing for gigabytes of digits.
const (
	// MaxDigits is the largest number of digits before, and of digits after, the decimal point.
	MaxDigits = 38
	maxLength = 128
)

// number is what a text holds: digits as written without point and leading zeros, of which scale
// are fractional; a negative scale stands for zeros that follow.
type number struct {
	negative bool
	digits   []byte
	scale    int
}

// ParseDecimal reads a number such as "-12.30" or "1.5e-7". NaN, infinities, other notations and
// more than MaxDigits digits before or after the point are InvalidInput errors. Trailing zeros are
// kept in the value's scale.
func ParseDecimal(text string) (decimal.Decimal, error) {
	if fixed, ok := ParseFixed([]byte(text)); ok {
		return fixed.Decimal(), nil
	}
	n, err := scan(text)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if len(n.digits) == 0 {
		return decimal.New(0, int32(-max(n.scale, 0))), nil
	}
	coefficient, ok := new(big.Int).SetString(string(n.digits), 10)
	if !ok {
		return decimal.Decimal{}, notNumber(text)
	}
	if n.negative {
		coefficient.Neg(coefficient)
	}
	if n.scale < 0 {
		coefficient.Mul(coefficient, powerOfTen(-n.scale))
		n.scale = 0
	}
	return decimal.NewFromBigInt(coefficient, int32(-n.scale)), nil
}

// scan reads sign, digits, point and exponent and applies the limits.
func scan(text string) (number, error) {
	var n number
	if len(text) > maxLength {
		return n, fault.New(fault.InvalidInput, "number %.40q… has %d characters; at most %d are read", text, len(text), maxLength)
	}
	place := 0
	if place < len(text) && (text[place] == '-' || text[place] == '+') {
		n.negative = text[place] == '-'
		place++
	}
	seen, point := 0, false
	for ; place < len(text); place++ {
		switch c := text[place]; {
		case c >= '0' && c <= '9':
			seen++
			if point {
				n.scale++
			}
			if c != '0' || len(n.digits) > 0 {
				n.digits = append(n.digits, c)
			}
			continue
		case c == '.' && !point:
			point = true
			continue
		}
		break
	}
	if seen == 0 || text[place-1] == '.' {
		return n, notNumber(text)
	}
	exponent, err := scanExponent(text, text[place:])
	if err != nil {
		return n, err
	}
	n.scale -= exponent
	if len(n.digits)-n.scale > MaxDigits && len(n.digits) > 0 || n.scale > MaxDigits {
		return n, fault.New(fault.InvalidInput, "number %.60q has more than %d digits before or after the point", text, MaxDigits)
	}
	return n, nil
}

// scanExponent reads what follows the digits: nothing, or e with a whole number of two digits.
func scanExponent(text, rest string) (int, error) {
	if rest == "" {
		return 0, nil
	}
	if rest[0] != 'e' && rest[0] != 'E' {
		return 0, notNumber(text)
	}
	rest = rest[1:]
	sign := 1
	if rest != "" && (rest[0] == '-' || rest[0] == '+') {
		if rest[0] == '-' {
			sign = -1
		}
		rest = rest[1:]
	}
	if rest == "" {
		return 0, notNumber(text)
	}
	exponent := 0
	for i := range len(rest) {
		if rest[i] < '0' || rest[i] > '9' {
			return 0, notNumber(text)
		}
		exponent = min(exponent*10+int(rest[i]-'0'), 1000)
	}
	if exponent > 2*MaxDigits {
		return 0, fault.New(fault.InvalidInput, "number %.60q has an exponent beyond ±%d", text, 2*MaxDigits)
	}
	return sign * exponent, nil
}

func notNumber(text string) error {
	return fault.New(fault.InvalidInput, "%.60q is not a decimal number such as 12.34", text)
}

// powersOfTen holds 10^0 to 10^(2·MaxDigits); its values are shared and never written to.
var powersOfTen = func() [2*MaxDigits + 1]*big.Int {
	var powers [2*MaxDigits + 1]*big.Int
	powers[0] = big.NewInt(1)
	for i := 1; i < len(powers); i++ {
		powers[i] = new(big.Int).Mul(powers[i-1], big.NewInt(10))
	}
	return powers
}()

func powerOfTen(n int) *big.Int {
	if n < len(powersOfTen) {
		return powersOfTen[n]
	}
	return new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(n)), nil)
}
