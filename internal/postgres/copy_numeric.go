package postgres

import (
	"encoding/binary"
	"math/big"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// fixedDecimals is up to how many decimals appendFixed has the room for: four digits in base 10000.
const fixedDecimals = 16

// powersOfTen holds 10^0 to 10^fixedDecimals.
var powersOfTen = func() (powers [fixedDecimals + 1]uint64) {
	powers[0] = 1
	for i := range fixedDecimals {
		powers[i+1] = 10 * powers[i]
	}
	return powers
}()

// appendNumeric appends a number in the form that decodeNumeric reads. Its scale, trailing zeros
// included, becomes that of the numeric.
func appendNumeric(to []byte, value decimal.Decimal) []byte {
	if fixed, fits := money.FixedOf(value); fits && fixed.Scale <= fixedDecimals {
		return appendFixed(to, fixed)
	}
	return appendLarge(to, value)
}

// appendFixed does so without a detour through text.
func appendFixed(to []byte, value money.Fixed) []byte {
	if value.Scale > fixedDecimals {
		return appendLarge(to, value.Decimal())
	}
	scale := int(value.Scale)
	magnitude := uint64(value.Coefficient)
	if value.Coefficient < 0 {
		magnitude = -magnitude
	}
	whole, rest := magnitude/powersOfTen[scale], magnitude%powersOfTen[scale]
	decimals := (scale + numericBaseWidth - 1) / numericBaseWidth
	rest *= powersOfTen[decimals*numericBaseWidth-scale]
	// An int64 has at most 19 digits before the point, five in base 10000.
	var digits [5 + fixedDecimals/numericBaseWidth]uint16
	first := len(digits)
	for range decimals {
		first--
		digits[first] = uint16(rest % numericBase)
		rest /= numericBase
	}
	for ; whole > 0; whole /= numericBase {
		first--
		digits[first] = uint16(whole % numericBase)
	}
	return appendDigits(to, digits[first:], decimals, value.Coefficient < 0, scale)
}

// appendLarge appends a number of any size.
func appendLarge(to []byte, value decimal.Decimal) []byte {
	text := new(big.Int).Abs(value.Coefficient()).String()
	scale := -int(value.Exponent())
	if scale < 0 {
		text, scale = text+strings.Repeat("0", -scale), 0
	}
	decimals := (scale + numericBaseWidth - 1) / numericBaseWidth
	text += strings.Repeat("0", decimals*numericBaseWidth-scale)
	if odd := len(text) % numericBaseWidth; odd > 0 {
		text = strings.Repeat("0", numericBaseWidth-odd) + text
	}
	digits := make([]uint16, 0, max(len(text)/numericBaseWidth, decimals))
	for range decimals - len(text)/numericBaseWidth {
		digits = append(digits, 0)
	}
	for ; text != ""; text = text[numericBaseWidth:] {
		digits = append(digits, uint16(text[0]-'0')*1000+uint16(text[1]-'0')*100+uint16(text[2]-'0')*10+uint16(text[3]-'0'))
	}
	return appendDigits(to, digits, decimals, value.IsNegative(), scale)
}

// appendDigits appends digits in base 10000, of which some are decimals, without zeros at either end.
func appendDigits(to []byte, digits []uint16, decimals int, negative bool, scale int) []byte {
	weight := len(digits) - decimals - 1
	for len(digits) > 0 && digits[0] == 0 {
		digits = digits[1:]
		weight--
	}
	for len(digits) > 0 && digits[len(digits)-1] == 0 {
		digits = digits[:len(digits)-1]
	}
	sign := uint16(0)
	if negative {
		sign = numericNegative
	}
	if len(digits) == 0 {
		weight, sign = 0, 0
	}
	// money.MaxDigits keeps counts small; a negative weight is two's complement
	for _, part := range [...]uint16{uint16(len(digits)), uint16(weight), sign, uint16(scale)} {
		to = binary.BigEndian.AppendUint16(to, part)
	}
	for _, digit := range digits {
		to = binary.BigEndian.AppendUint16(to, digit)
	}
	return to
}
