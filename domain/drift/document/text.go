package document

import (
	"math/bits"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// str reads a string literal, whose opening quote is the next byte.
func (p *parser) str() (string, error) {
	start := p.at + 1
	end := start + plainLength(p.text[start:])
	p.at = end
	switch {
	case end == len(p.text):
		return "", p.errorf("a text is not closed")
	case p.text[end] == '"':
		p.at++
		return p.text[start:end], nil
	case p.text[end] == '\\':
		return p.escaped(start, end)
	default:
		return "", p.errorf("a control character must be escaped within a text")
	}
}

// plainLength returns how many bytes at the start of a text are neither a quote nor a backslash nor a
// control character. It looks at eight bytes at a time.
func plainLength(text string) int {
	const (
		each = 0x0101010101010101
		high = 0x80 * each
	)
	i := 0
	for ; i+8 <= len(text); i += 8 {
		eight := text[i : i+8]
		word := uint64(eight[0]) | uint64(eight[1])<<8 | uint64(eight[2])<<16 | uint64(eight[3])<<24 |
			uint64(eight[4])<<32 | uint64(eight[5])<<40 | uint64(eight[6])<<48 | uint64(eight[7])<<56
		quote, backslash := word^('"'*each), word^('\\'*each)
		// The lowest of these bits is the high one of the first such byte.
		found := ((word-' '*each)&^word | (quote-each)&^quote | (backslash-each)&^backslash) & high
		if found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for ; i < len(text); i++ {
		if c := text[i]; c == '"' || c == '\\' || c < ' ' {
			break
		}
	}
	return i
}

// escaped reads a string literal that holds escapes; what lies between start and i holds none.
func (p *parser) escaped(start, i int) (string, error) {
	out := make([]byte, 0, i-start+32)
	out = append(out, p.text[start:i]...)
	for i < len(p.text) {
		c := p.text[i]
		switch {
		case c == '"':
			p.at = i + 1
			return string(out), nil
		case c < ' ':
			p.at = i
			return "", p.errorf("a control character must be escaped within a text")
		case c != '\\':
			out = append(out, c)
			i++
			continue
		}
		var length int
		if out, length = unescape(out, p.text[i:]); length == 0 {
			p.at = i
			return "", p.errorf("this is no JSON escape")
		}
		i += length
	}
	p.at = len(p.text)
	return "", p.errorf("a text is not closed")
}

var plainEscapes = [256]byte{
	'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t',
}

// unescape appends what the escape at the start of text stands for, and returns the length of the
// escape, 0 where it is none. Half a surrogate pair becomes U+FFFD, as in other decoders.
func unescape(out []byte, text string) ([]byte, int) {
	if len(text) < 2 {
		return out, 0
	}
	if c := plainEscapes[text[1]]; c != 0 {
		return append(out, c), 2
	}
	first, ok := codeUnit(text)
	if !ok {
		return out, 0
	}
	if !utf16.IsSurrogate(first) {
		return utf8.AppendRune(out, first), 6
	}
	if second, ok := codeUnit(text[6:]); ok {
		if pair := utf16.DecodeRune(first, second); pair != utf8.RuneError {
			return utf8.AppendRune(out, pair), 12
		}
	}
	return utf8.AppendRune(out, utf8.RuneError), 6
}

// codeUnit reads \uXXXX.
func codeUnit(text string) (rune, bool) {
	if len(text) < 6 || text[:2] != `\u` {
		return 0, false
	}
	unit, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(unit), err == nil && !strings.ContainsAny(text[2:6], "_+-")
}

// AppendJSON appends the value as JSON: keys in byte order, numbers as they were spelt, no white
// space. A missing value appends null.
func (v Value) AppendJSON(out []byte) []byte {
	switch v.Kind() {
	case Bool, Number:
		return append(out, v.n.text...)
	case String:
		return AppendText(out, v.n.text)
	case Array:
		out = append(out, '[')
		for i := range v.n.children {
			if i > 0 {
				out = append(out, ',')
			}
			out = Value{&v.n.children[i]}.AppendJSON(out)
		}
		return append(out, ']')
	case Object:
		out = append(out, '{')
		for i := range v.n.children {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(AppendText(out, v.n.children[i].key), ':')
			out = Value{&v.n.children[i]}.AppendJSON(out)
		}
		return append(out, '}')
	default:
		return append(out, "null"...)
	}
}

// MarshalJSON writes the value as AppendJSON does.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// String returns the value as JSON, for people and tests.
func (v Value) String() string {
	if v.IsMissing() {
		return "missing"
	}
	return string(v.AppendJSON(nil))
}

const hexDigits = "0123456789abcdef"

// AppendText appends a text as a JSON string literal.
func AppendText(out []byte, text string) []byte {
	out = append(out, '"')
	start := 0
	for i := range len(text) {
		c := text[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		out = append(out, text[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			out = append(out, '\\', c)
		case '\n':
			out = append(out, '\\', 'n')
		case '\t':
			out = append(out, '\\', 't')
		case '\r':
			out = append(out, '\\', 'r')
		default:
			out = append(out, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return append(append(out, text[start:]...), '"')
}
