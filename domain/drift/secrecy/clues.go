package secrecy

import (
	"math/bits"
	"strings"
)

// assignedHints are words of which any name that assigned looks for ends in one, in any case.
var assignedHints = []string{"password", "passwd", "passphrase", "pwd", "secret", "token", "key"}

// A bit stands for each literal of issued, and one for the hints: this does not compile with more.
const _ = uint(63 - len(issued))

// clues are the literals of issued, by position, and as the last the hints, that begin with a byte: a
// bit each.
var clues = func() (byFirst [256]uint64) {
	for i, kind := range issued {
		byFirst[kind.literal[0]] |= 1 << i
	}
	for _, hint := range assignedHints {
		byFirst[hint[0]] |= 1 << len(issued)
		byFirst[hint[0]-'a'+'A'] |= 1 << len(issued)
	}
	return byFirst
}()

// cluePairs has a bit for each two bytes that a literal or a hint begins with: most places of a text are
// passed over by a look at it.
var cluePairs = func() (pairs [1 << 16 / 64]uint64) {
	note := func(start string) {
		at := int(start[0])<<8 | int(start[1])
		pairs[at/64] |= 1 << (at % 64)
	}
	for _, kind := range issued {
		note(kind.literal)
	}
	for _, hint := range assignedHints {
		for _, start := range []string{hint, strings.ToUpper(hint), strings.ToUpper(hint[:1]) + hint[1:], hint[:1] + strings.ToUpper(hint[1:])} {
			note(start)
		}
	}
	return pairs
}()

// cluesIn returns which literals and hints a text holds, in one pass.
func cluesIn(text string) uint64 {
	var found uint64
	for i := 1; i < len(text); i++ {
		pair := int(text[i-1])<<8 | int(text[i])
		if cluePairs[pair/64]&(1<<(pair%64)) == 0 {
			continue
		}
		found |= cluesAt(text[i-1:], found)
	}
	return found
}

// cluesAt returns which literals and hints a text begins with, but for those that are found already.
func cluesAt(text string, already uint64) (found uint64) {
	maybe := clues[text[0]] &^ already
	for maybe != 0 {
		clue := bits.TrailingZeros64(maybe)
		maybe &= maybe - 1
		if clue == len(issued) && hinted(text) || clue < len(issued) && strings.HasPrefix(text, issued[clue].literal) {
			found |= 1 << clue
		}
	}
	return found
}

// nextHint returns where the next hint is that something is assigned to, or that ends a tag; -1 where
// there is none from a place on.
func nextHint(text string, from int) int {
	for i := from + 1; i < len(text); i++ {
		pair := int(text[i-1])<<8 | int(text[i])
		if cluePairs[pair/64]&(1<<(pair%64)) != 0 && hinted(text[i-1:]) {
			return i - 1
		}
	}
	return -1
}

// hinted reports whether a text begins with a hint that something is assigned to, or that ends a tag.
func hinted(text string) bool {
	for _, hint := range assignedHints {
		if len(text) > len(hint) && strings.EqualFold(text[:len(hint)], hint) {
			rest := text[len(hint):]
			if rest[0] == '"' || rest[0] == '\'' {
				rest = rest[1:]
			}
			rest = strings.TrimLeft(rest, " \t\n\f\r")
			return rest != "" && (rest[0] == '=' || rest[0] == ':' || rest[0] == '>')
		}
	}
	return false
}
