package infra

import (
	"encoding/json"
	"strconv"
	"strings"
)

// equalJSON reports whether two decoded documents are the same: objects whatever the order of their
// keys, numbers by value to any number of digits, everything else as written.
func equalJSON(a, b any) bool {
	switch left := a.(type) {
	case map[string]any:
		right, isObject := b.(map[string]any)
		if !isObject || len(left) != len(right) {
			return false
		}
		for key, value := range left {
			other, present := right[key]
			if !present || !equalJSON(value, other) {
				return false
			}
		}
		return true
	case []any:
		right, isList := b.([]any)
		if !isList || len(left) != len(right) {
			return false
		}
		for i := range left {
			if !equalJSON(left[i], right[i]) {
				return false
			}
		}
		return true
	case json.Number:
		right, isNumber := b.(json.Number)
		return isNumber && canonicalNumber(left.String()) == canonicalNumber(right.String())
	default:
		return a == b
	}
}

// canonicalNumber writes a JSON number as its digits without zeros at either end and the power of
// ten after them, so that 1.0, 1 and 10e-1 are one text, without ever writing 1e999999999 out.
func canonicalNumber(text string) string {
	sign := ""
	if rest, negative := strings.CutPrefix(text, "-"); negative {
		sign, text = "-", rest
	}
	mantissa, power, _ := strings.Cut(strings.ToLower(text), "e")
	exponent := int64(0)
	if power != "" {
		var err error
		if exponent, err = strconv.ParseInt(power, 10, 32); err != nil {
			return sign + text // beyond all bounds: equal only as written
		}
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	exponent -= int64(len(fraction))
	trimmed := strings.TrimRight(digits, "0")
	if trimmed == "" {
		return "0"
	}
	exponent += int64(len(digits) - len(trimmed))
	return sign + trimmed + "e" + strconv.FormatInt(exponent, 10)
}
