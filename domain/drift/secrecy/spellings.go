package secrecy

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// shortestSpelling is the length of the shortest text that is searched for.
const shortestSpelling = 5

// spellings lists the texts that are searched for: a secret as it is, in hexadecimal, and in base64
// wherever it lies within what was encoded. Escapes are undone in what is searched instead, since a
// secret may be escaped in more ways than can be listed.
func spellings(secret string) []string {
	digits := hex.EncodeToString([]byte(secret))
	list := []string{secret, digits}
	if upper := strings.ToUpper(digits); upper != digits {
		list = append(list, upper)
	}
	for before := range 3 {
		standard := within(base64.RawStdEncoding, secret, before)
		if len(standard) <= shortestSpelling {
			continue
		}
		list = append(list, standard)
		if web := within(base64.RawURLEncoding, secret, before); web != standard {
			list = append(list, web)
		}
	}
	return list
}

// within returns the part of a secret's base64 that stays the same whatever comes before and after
// it; before is how many bytes of its first group precede it.
func within(encoding *base64.Encoding, secret string, before int) string {
	encoded := encoding.EncodeToString(append(make([]byte, before), secret...))
	first := (8*before + 5) / 6
	last := (8*before + 8*len(secret)) / 6
	return encoded[first:last]
}
