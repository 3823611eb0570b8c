// Package configpath names places within a configuration, such as network.subnets[0].cidr, and
// matches them against patterns with * and **.
package configpath

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Segment is one step of a path: a key of an object or a position in a list.
type Segment struct {
	key   string
	index int // 1 + position in a list, 0 for a key
}

// Key makes the step to a key of an object.
func Key(key string) Segment { return Segment{key: key} }

// Index makes the step to a position in a list, from 0.
func Index(position int) Segment { return Segment{index: position + 1} }

// Key returns the key, or false where the step is to a position.
func (s Segment) Key() (string, bool) { return s.key, s.index == 0 }

// Index returns the position, or false where the step is to a key.
func (s Segment) Index() (int, bool) { return s.index - 1, s.index > 0 }

// Path is a place within a configuration; the empty path is the whole of it.
type Path []Segment

// String writes the path as network.subnets[0].cidr; a key that is no plain name is quoted:
// tags["a.b"].
func (p Path) String() string { return string(p.Append(nil)) }

// Append appends the text of the path.
func (p Path) Append(out []byte) []byte {
	start := len(out)
	for _, segment := range p {
		if position, isIndex := segment.Index(); isIndex {
			out = append(strconv.AppendInt(append(out, '['), int64(position), 10), ']')
			continue
		}
		if !plain(segment.key) {
			out = append(document.AppendText(append(out, '['), segment.key), ']')
			continue
		}
		if len(out) > start {
			out = append(out, '.')
		}
		out = append(out, segment.key...)
	}
	return out
}

// With returns a new path that is one step longer.
func (p Path) With(segment Segment) Path {
	longer := make(Path, len(p), len(p)+1)
	copy(longer, p)
	return append(longer, segment)
}

// In returns the value at the path, missing where there is none.
func (p Path) In(value document.Value) document.Value {
	for _, segment := range p {
		position, isIndex := segment.Index()
		switch {
		case !isIndex:
			value = value.Get(segment.key)
		case value.Kind() == document.Array && position < value.Len():
			value = value.At(position)
		default:
			return document.Value{}
		}
	}
	return value
}

// plain reports whether a key needs no quotes: letters, digits, - and _, and not digits alone, which
// would look like a position.
func plain(key string) bool {
	digits := true
	for _, r := range key {
		if r != '_' && r != '-' && !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return false
		}
		digits = digits && unicode.IsDigit(r)
	}
	return !digits
}

// Parse reads the text of a path, as String writes it; a.0.b is read as a["0"].b. An error is
// InvalidInput.
func Parse(text string) (Path, error) {
	var path Path
	s := scanner{text: text}
	if err := s.checkText(); err != nil {
		return nil, err
	}
	for !s.done() {
		part, err := s.part()
		switch {
		case err != nil:
			return nil, err
		case part.bracket && !part.quoted:
			position, err := strconv.Atoi(part.text)
			if err != nil || position < 0 {
				return nil, s.errorf("[%s] is no position", part.text)
			}
			path = append(path, Index(position))
		default:
			path = append(path, Key(part.text))
		}
	}
	return path, nil
}

// scanner cuts a path or a pattern into its parts.
type scanner struct {
	text string
	at   int
}

// part is one segment as written: name, [content], or ["content"].
type part struct {
	text            string
	bracket, quoted bool
}

// checkText refuses what no document can hold.
func (s *scanner) checkText() error {
	if !utf8.ValidString(s.text) {
		return s.errorf("it is not valid UTF-8")
	}
	return nil
}

func (s *scanner) done() bool { return s.at >= len(s.text) }

func (s *scanner) errorf(format string, arguments ...any) error {
	return fault.New(fault.InvalidInput, "the path %.80q is not understood: "+format, append([]any{s.text}, arguments...)...)
}

func (s *scanner) part() (part, error) {
	if s.text[s.at] == '[' {
		return s.brackets()
	}
	if s.at > 0 {
		if s.text[s.at] != '.' {
			return part{}, s.errorf("a dot or [ is expected after %q", s.text[:s.at])
		}
		s.at++
	}
	rest := s.text[s.at:]
	length := strings.IndexAny(rest, ".[]\"")
	if length < 0 {
		length = len(rest)
	}
	if length == 0 {
		return part{}, s.errorf("a name is missing")
	}
	s.at += length
	return part{text: rest[:length]}, nil
}

func (s *scanner) brackets() (part, error) {
	rest := s.text[s.at+1:]
	if !strings.HasPrefix(rest, `"`) {
		content, _, closed := strings.Cut(rest, "]")
		if !closed {
			return part{}, s.errorf("a [ is not closed")
		}
		s.at += len(content) + 2
		return part{text: content, bracket: true}, nil
	}
	end := closingQuote(rest)
	if end < 0 || !strings.HasPrefix(rest[end+1:], "]") {
		return part{}, s.errorf("a quoted key is not closed")
	}
	key, err := document.ParseString(rest[:end+1])
	if err != nil {
		return part{}, s.errorf("a quoted key is no JSON text")
	}
	s.at += end + 3
	return part{text: key.Text(), bracket: true, quoted: true}, nil
}

// closingQuote returns where the literal that begins a text ends, or -1.
func closingQuote(text string) int {
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}
