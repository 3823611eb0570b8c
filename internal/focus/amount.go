package focus

import (
	"errors"
	"strconv"

	"github.com/shopspring/decimal"
)

const (
	// longestAmount bounds the text of an amount: numbers longer than this are not money, and exact
	// arithmetic on them would cost without limit.
	longestAmount = 128
	// largestExponent bounds scientific notation for the same reason: 1e999999999 is ten characters
	// long and a gigabyte as an integer.
	largestExponent = 64
	// exactDigits is how many decimal digits always fit an int64.
	exactDigits = 18
)

var (
	errNotANumber = errors.New("is not a decimal number")
	errTooLong    = errors.New("has too many digits for an amount")
)

// parseAmount reads a decimal number exactly, scientific notation included. NaN, infinities,
// thousands separators and exponents beyond ±64 are errors.
func parseAmount(field []byte) (decimal.Decimal, error) {
	if coefficient, scale, ok := parseShort(field); ok {
		return decimal.New(coefficient, -scale), nil
	}
	return parseLong(field)
}

// parseShort reads what nearly every amount looks like: an optional sign, at most 18 digits and at
// most one point. It reports false for everything else, right or wrong.
func parseShort(field []byte) (coefficient int64, scale int32, ok bool) {
	digits := field
	if len(digits) > 0 && (digits[0] == '-' || digits[0] == '+') {
		digits = digits[1:]
	}
	if len(digits) == 0 || len(digits) > exactDigits+1 {
		return 0, 0, false
	}
	count, point := 0, -1
	for i, c := range digits {
		switch {
		case c >= '0' && c <= '9':
			coefficient = coefficient*10 + int64(c-'0')
			count++
		case c == '.' && point < 0:
			point = i
		default:
			return 0, 0, false
		}
	}
	if count == 0 || count > exactDigits {
		return 0, 0, false
	}
	if point >= 0 {
		scale = int32(len(digits) - point - 1)
	}
	if field[0] == '-' {
		coefficient = -coefficient
	}
	return coefficient, scale, true
}

// parseLong checks the grammar and the bounds before it lets the decimal package allocate.
func parseLong(field []byte) (decimal.Decimal, error) {
	if len(field) > longestAmount {
		return decimal.Decimal{}, errTooLong
	}
	mantissa, exponent, err := splitExponent(field)
	if err != nil {
		return decimal.Decimal{}, err
	}
	if exponent < -largestExponent || exponent > largestExponent {
		return decimal.Decimal{}, errTooLong
	}
	if !isPlainNumber(mantissa) {
		return decimal.Decimal{}, errNotANumber
	}
	value, err := decimal.NewFromString(string(mantissa))
	if err != nil {
		return decimal.Decimal{}, errNotANumber
	}
	return value.Shift(int32(exponent)), nil
}

func splitExponent(field []byte) (mantissa []byte, exponent int, err error) {
	for i, c := range field {
		if c != 'e' && c != 'E' {
			continue
		}
		text := string(field[i+1:])
		// Atoi takes one sign, as the grammar does; an exponent that overflows is too long, not
		// misspelt.
		exponent, err = strconv.Atoi(text)
		if errors.Is(err, strconv.ErrRange) {
			return nil, 0, errTooLong
		}
		if err != nil {
			return nil, 0, errNotANumber
		}
		return field[:i], exponent, nil
	}
	return field, 0, nil
}

func isPlainNumber(text []byte) bool {
	if len(text) > 0 && (text[0] == '-' || text[0] == '+') {
		text = text[1:]
	}
	digits, points := 0, 0
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '.':
			points++
		default:
			return false
		}
	}
	return digits > 0 && points <= 1
}
