package infra

import (
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Path addresses a value in a configuration: network.subnets[0].cidr, or tags["a.b"] for a key that
// is no plain name. The empty path is the whole configuration.
type Path []Segment

// Segment is one step of a path: a key of an object, or an index into a list, from 0.
type Segment struct {
	Key   string
	Index int
	List  bool
}

// maxPathSegments bounds how deep a path goes; real configurations stay under 30.
const maxPathSegments = 200

// plainName is a key that needs no quotes.
var plainName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_-]*$`)

// String writes the path as ParsePath reads it.
func (p Path) String() string {
	var text strings.Builder
	for i, segment := range p {
		switch {
		case segment.List:
			text.WriteString("[" + strconv.Itoa(segment.Index) + "]")
		case plainName.MatchString(segment.Key):
			if i > 0 {
				text.WriteByte('.')
			}
			text.WriteString(segment.Key)
		default:
			text.WriteString("[" + quoted(segment.Key) + "]")
		}
	}
	return text.String()
}

// quoted writes a key as a JSON string, as records show it.
func quoted(key string) string {
	text, _ := encode(key) // a string can always be written
	return string(text)
}

// ParsePath reads a path. Unquoted keys may hold anything but dots, brackets and quotes. A text that
// is no path is an InvalidInput error.
func ParsePath(text string) (Path, error) {
	var path Path
	for rest := text; rest != ""; {
		segment, after, ok := nextSegment(rest, len(path) == 0)
		if !ok || len(path) == maxPathSegments {
			return nil, fault.Invalid("/path", `path %.200q cannot be read at %.40q; write it as network.subnets[0].cidr or tags["a.b"]`, text, rest)
		}
		path, rest = append(path, segment), after
	}
	return path, nil
}

// nextSegment cuts the first segment off.
func nextSegment(text string, first bool) (segment Segment, rest string, ok bool) {
	if text[0] == '[' {
		return bracketed(text)
	}
	if !first {
		if text[0] != '.' {
			return Segment{}, "", false
		}
		text = text[1:]
	}
	end := strings.IndexAny(text, `.[]"`)
	if end < 0 {
		end = len(text)
	}
	key := text[:end]
	return Segment{Key: key}, text[end:], key != ""
}

// bracketed reads [0] or ["key"].
func bracketed(text string) (segment Segment, rest string, ok bool) {
	if strings.HasPrefix(text, `["`) {
		decoder := json.NewDecoder(strings.NewReader(text[1:]))
		var key string
		if err := decoder.Decode(&key); err != nil {
			return Segment{}, "", false
		}
		rest, ok = strings.CutPrefix(text[1+int(decoder.InputOffset()):], "]")
		return Segment{Key: key}, rest, ok
	}
	number, rest, ok := strings.Cut(text[1:], "]")
	if !ok || number == "" || len(number) > 9 || (len(number) > 1 && number[0] == '0') || strings.Trim(number, "0123456789") != "" {
		return Segment{}, "", false
	}
	index, err := strconv.Atoi(number)
	return Segment{Index: index, List: true}, rest, err == nil
}

// comparePaths orders paths segment by segment, indexes by number.
func comparePaths(a, b Path) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x == y {
			continue
		}
		if x.List != y.List {
			if x.List {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(x.Index, y.Index), cmp.Compare(x.Key, y.Key))
	}
	return cmp.Compare(len(a), len(b))
}

// within reports whether a path lies at or below another.
func (p Path) within(outer Path) bool {
	return len(p) >= len(outer) && comparePaths(p[:len(outer)], outer) == 0
}

// beforeList returns the path up to the first list that it goes through, or all of it.
func (p Path) beforeList() Path {
	for i, segment := range p {
		if segment.List {
			return p[:i]
		}
	}
	return p
}
