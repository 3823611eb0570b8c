package secrecy

import (
	"math"
	"strings"
)

// byValue is the length in bytes from which a secret is hidden wherever it appears. A shorter one is,
// from briefByValue bytes, if it looks random: hiding every "admin" would hide the configuration.
const (
	byValue      = 8
	briefByValue = 5
)

// hideable reports whether a value can be searched for without hiding what is no secret.
func hideable(value string) bool {
	if len(value) >= byValue {
		return true
	}
	return len(value) >= briefByValue && classes(value) >= 3 && entropy(value) >= 2
}

// classes counts the kinds of characters in a value: lower case, upper case, digits, others.
func classes(value string) int {
	var lower, upper, digit, other int
	for _, r := range value {
		switch {
		case 'a' <= r && r <= 'z':
			lower = 1
		case 'A' <= r && r <= 'Z':
			upper = 1
		case '0' <= r && r <= '9':
			digit = 1
		default:
			other = 1
		}
	}
	return lower + upper + digit + other
}

// entropy is Shannon's, in bits per byte of the value.
func entropy(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits, part, last := 0.0, 0.0, 0
	for _, count := range counts {
		if count == 0 {
			continue
		}
		if count != last { // most characters of a random word come as often as the one before
			share := float64(count) / float64(len(value))
			part, last = share*math.Log2(share), count
		}
		bits -= part
	}
	return bits
}

// kinds of characters that a random word may have.
const (
	lowerCase = 1 << iota
	upperCase
	digit
	mark

	everyKind = lowerCase | upperCase | digit
)

var kindOf = func() (kinds [256]uint8) {
	for c := range kinds {
		switch {
		case 'a' <= c && c <= 'z':
			kinds[c] = lowerCase
		case 'A' <= c && c <= 'Z':
			kinds[c] = upperCase
		case '0' <= c && c <= '9':
			kinds[c] = digit
		case strings.ContainsRune("+/=_-!@#$%^&*~", rune(c)):
			kinds[c] = mark
		}
	}
	return kinds
}()

// looksRandom reports whether a whole value is a single word that nobody would think of: 20 to 128
// characters of at least three kinds, evenly spread. Ids and hashes, which are hexadecimal, are not.
func looksRandom(value string) bool {
	if len(value) < 20 || len(value) > 128 {
		return false
	}
	held := uint8(0)
	for i := range len(value) {
		kind := kindOf[value[i]]
		if kind == 0 {
			return false
		}
		held |= kind
	}
	return held&everyKind == everyKind && entropy(value) >= 4.1
}

// references begin values that name where a secret lies instead of holding it.
var references = []string{
	"arn:", "{{", "${", "$(", "<%", "projects/", "/subscriptions/", "vault:", "ref+", "ssm:", "secretsmanager:",
	"/aws/reference/", "kms:", "alias/", "data.", "var.", "local.", "module.", "[hidden ",
}

// plainValues are settings that a property with a secret's name may have.
var plainValues = map[string]bool{
	"true": true, "false": true, "required": true, "optional": true, "enabled": true, "disabled": true, "none": true,
	"default": true, "null": true, "yes": true, "no": true, "on": true, "off": true, "auto": true, "prompt": true,
}

// reference reports whether a value under a secret's name is no secret itself.
func reference(value string) bool {
	if value == "" || plainValues[strings.ToLower(value)] || strings.Trim(value, "*x•") == "" {
		return true
	}
	for _, start := range references {
		if strings.HasPrefix(value, start) {
			return true
		}
	}
	return strings.HasPrefix(value, "https://") && strings.Contains(value, ".vault.azure.net/")
}
