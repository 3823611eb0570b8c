package document

import (
	"strconv"
	"strings"
)

// maxExponent bounds the exponent of a number, far beyond any configuration, so that exponents can
// be added without overflow.
const maxExponent = 1_000_000_000

// exact is a number as sign, significant digits and a power of ten: neither the first nor the last
// digit is 0, and zero has no digits.
type exact struct {
	negative bool
	digits   string
	exponent int
}

// EqualNumbers reports whether two JSON numbers have the same value, however they are spelt. It is
// exact at any size.
func EqualNumbers(a, b string) bool { return a == b || exactNumber(a) == exactNumber(b) }

// shortInteger is the number of digits up to which a natural number is its own key.
const shortInteger = 18

// NumberKey returns a text that two JSON numbers share exactly if they have the same value. That of a
// short natural number is its plain spelling.
func NumberKey(text string) string {
	if len(text) <= shortInteger && onlyDigits(text) && (text[0] != '0' || text == "0") {
		return text
	}
	number := exactNumber(text)
	sign := ""
	switch {
	case number.digits == "":
		return "0"
	case number.negative:
		sign = "-"
	case number.exponent >= 0 && len(number.digits)+number.exponent <= shortInteger:
		return number.digits + strings.Repeat("0", number.exponent)
	}
	return sign + number.digits + "e" + strconv.Itoa(number.exponent)
}

// exactNumber reads a valid JSON number.
func exactNumber(text string) exact {
	var number exact
	if strings.HasPrefix(text, "-") {
		number.negative, text = true, text[1:]
	}
	if at := strings.IndexAny(text, "eE"); at >= 0 {
		number.exponent, _ = strconv.Atoi(strings.TrimPrefix(text[at+1:], "+"))
		text = text[:at]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	fraction = strings.TrimRight(fraction, "0")
	number.exponent -= len(fraction)
	whole = strings.TrimLeft(whole, "0")
	switch {
	case fraction == "":
		number.digits = strings.TrimRight(whole, "0")
		number.exponent += len(whole) - len(number.digits)
	case whole == "":
		number.digits = strings.TrimLeft(fraction, "0")
	default:
		number.digits = whole + fraction
	}
	if number.digits == "" {
		return exact{}
	}
	return number
}

// CanonicalNumber reports whether a text is the one plain spelling of a number: no exponent, no
// leading or trailing zeros, no plus sign, no negative zero. "8080" and "1.5" are; "007", "1.10",
// "1e3" and "1.0" are not.
func CanonicalNumber(text string) bool {
	digits := strings.TrimPrefix(text, "-")
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if !onlyDigits(whole) || (len(whole) > 1 && whole[0] == '0') {
		return false
	}
	if hasFraction {
		return onlyDigits(fraction) && fraction[len(fraction)-1] != '0'
	}
	return text != "-0"
}

func onlyDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// numberLength returns how many bytes at the start of a text form a JSON number, 0 where none does,
// and whether its exponent is within bounds.
func numberLength(text string) (length int, inBounds bool) {
	i := 0
	if i < len(text) && text[i] == '-' {
		i++
	}
	switch whole := digitsAt(text, i); {
	case whole == 0:
		return 0, true
	case text[i] == '0':
		i++
	default:
		i += whole
	}
	if i < len(text) && text[i] == '.' {
		fraction := digitsAt(text, i+1)
		if fraction == 0 {
			return 0, true
		}
		i += 1 + fraction
	}
	if i >= len(text) || (text[i] != 'e' && text[i] != 'E') {
		return i, true
	}
	start := i + 1
	if start < len(text) && (text[start] == '+' || text[start] == '-') {
		start++
	}
	count := digitsAt(text, start)
	if count == 0 {
		return 0, true
	}
	exponent, err := strconv.Atoi(text[start : start+count])
	return start + count, err == nil && exponent <= maxExponent
}

func digitsAt(text string, start int) int {
	i := start
	for i < len(text) && text[i] >= '0' && text[i] <= '9' {
		i++
	}
	return i - start
}
