package secrecy

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"strconv"
	"strings"
	"unicode/utf8"
)

// layers is how deep escapes are undone: JSON within JSON within a URL.
const layers = 3

// deepHits returns where secrets appear in a text, escaped or not.
func (s *search) deepHits(text string, depth int) []hit {
	found := s.plainHits(text)
	if depth == 0 {
		return found
	}
	for _, undo := range []func(string) (string, []int){undoJSON, undoURL, undoQuery, undoMarkup} {
		plain, at := undo(text)
		if at == nil {
			continue
		}
		for _, inner := range s.deepHits(plain, depth-1) {
			found = append(found, hit{at[inner.from], at[inner.to], inner.secret})
		}
	}
	return append(found, s.encodedHits(text, depth)...)
}

// undoing is a text while its escapes are undone, with the position that each byte had.
type undoing struct {
	plain []byte
	at    []int
}

// undo applies a reader of escapes, which returns what the text at its start stands for and how long
// it is, or 0. It returns no positions where there is nothing to undo.
func undo(text string, hint string, read func(rest string) (string, int)) (string, []int) {
	if !strings.ContainsAny(text, hint) {
		return "", nil
	}
	u := undoing{plain: make([]byte, 0, len(text)), at: make([]int, 0, len(text)+1)}
	changed := false
	for i := 0; i < len(text); {
		plain, length := read(text[i:])
		if length == 0 {
			plain, length = text[i:i+1], 1
		} else {
			changed = true
		}
		for range len(plain) {
			u.at = append(u.at, i)
		}
		u.plain = append(u.plain, plain...)
		i += length
	}
	if !changed {
		return "", nil
	}
	return string(u.plain), append(u.at, len(text))
}

func undoJSON(text string) (string, []int) { return undo(text, `\`, jsonEscape) }

func undoURL(text string) (string, []int) { return undo(text, "%", urlEscape) }

// undoQuery also takes a plus for a space.
func undoQuery(text string) (string, []int) {
	return undo(text, "+", func(rest string) (string, int) {
		if rest[0] == '+' {
			return " ", 1
		}
		return urlEscape(rest)
	})
}

func undoMarkup(text string) (string, []int) { return undo(text, "&", markupEscape) }

var plainEscapes = map[byte]string{
	'"': `"`, '\\': `\`, '/': "/", 'n': "\n", 'r': "\r", 't': "\t", 'b': "\b", 'f': "\f", '\'': "'",
}

func jsonEscape(rest string) (string, int) {
	if len(rest) < 2 || rest[0] != '\\' {
		return "", 0
	}
	if rest[1] != 'u' {
		plain, known := plainEscapes[rest[1]]
		if !known {
			return "", 0
		}
		return plain, 2
	}
	if len(rest) < 6 {
		return "", 0
	}
	unit, err := strconv.ParseUint(rest[2:6], 16, 16)
	if err != nil {
		return "", 0
	}
	return string(utf8.AppendRune(nil, rune(unit))), 6
}

func urlEscape(rest string) (string, int) {
	if len(rest) < 3 || rest[0] != '%' {
		return "", 0
	}
	octet, err := strconv.ParseUint(rest[1:3], 16, 8)
	if err != nil {
		return "", 0
	}
	return string([]byte{byte(octet)}), 3
}

// longestEntity is the length of &#x10FFFF;.
const longestEntity = 10

// markupEscape reads an entity of HTML or XML.
func markupEscape(rest string) (string, int) {
	if rest[0] != '&' {
		return "", 0
	}
	end := strings.IndexByte(rest[:min(len(rest), longestEntity)], ';')
	if end < 0 {
		return "", 0
	}
	entity := rest[:end+1]
	plain := html.UnescapeString(entity)
	if plain == entity {
		return "", 0
	}
	return plain, len(entity)
}

// shortestEncoded is the length from which a word may be base64 of something that holds a secret.
const shortestEncoded = 16

// encodedHits decodes words of base64, or of hexadecimal digits, and returns those in which a secret
// appears, whole.
func (s *search) encodedHits(text string, depth int) []hit {
	var found []hit
	for from := 0; from < len(text); from++ {
		to := from
		for to < len(text) && inBase64(text[to]) {
			to++
		}
		if to-from >= shortestEncoded {
			for _, read := range []func(string) (string, bool){decode, s.decodeDigits} {
				if plain, decoded := read(text[from:to]); decoded {
					for _, inner := range s.deepHits(plain, depth-1) {
						found = append(found, hit{from, to, inner.secret})
					}
				}
			}
		}
		from = to
	}
	return found
}

func inBase64(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '+' || c == '/' || c == '-' || c == '_'
}

func decode(word string) (string, bool) {
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(word, "-_") {
		encoding = base64.RawURLEncoding
	}
	plain, err := encoding.DecodeString(word)
	return string(plain), err == nil && printable(plain)
}

// decodeDigits reads hexadecimal digits, in which known secrets are looked for as they are, for those of
// the past.
func (s *search) decodeDigits(word string) (string, bool) {
	if s.memory == nil || len(word)%2 != 0 {
		return "", false
	}
	plain, err := hex.DecodeString(word)
	return string(plain), err == nil && printable(plain)
}
