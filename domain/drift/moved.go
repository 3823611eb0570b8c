package drift

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// otherChoice reports whether two objects with one object each have it under different keys, the
// declared one empty: a choice such as {"Allow": {}}, of which the key is all there is. Where an empty
// object is the same as none, only both keys together tell the difference.
func (w *walker) otherChoice(state *configpath.State, desired, actual document.Value) bool {
	if desired.Kind() != document.Object || actual.Kind() != document.Object || desired.Len() != 1 || actual.Len() != 1 ||
		desired.Key(0) == actual.Key(0) || len(w.path) == 0 {
		return false
	}
	declared, live := desired.At(0), actual.At(0)
	if declared.Kind() != document.Object || live.Kind() != document.Object {
		return false
	}
	here := w.program.at(w.program.matcher.Member(state, desired.Key(0)))
	there := w.program.at(w.program.matcher.Member(state, actual.Key(0)))
	return here.isNothing(declared) && !here.writeOnly && !here.ignores(declared, document.Value{}) && !there.ignores(document.Value{}, live)
}

// tellingText is the length in bytes from which a text is not found elsewhere by chance.
const tellingText = 8

// moved reports whether the i-th member of a declared object, which the live object does not have, came
// back in one that nobody declared and that is not the provider's alone.
func (w *walker) moved(parent, state *configpath.State, desired document.Value, i int, actual document.Value) bool {
	if !w.program.at(state).moved {
		return false
	}
	if w.silent(func() int { return w.removed(state, desired.At(i)) }) == 0 {
		return true
	}
	s := successor{w: w, state: state, key: desired.Key(i)}
	for name, live := range actual.Members() {
		if desired.Get(name).IsMissing() && !w.program.at(w.program.matcher.Member(parent, name)).ignored && s.within(desired.At(i), name, live) {
			return true
		}
	}
	return false
}

// respelt reports whether a live key is a declared one in other letters, which moved judges.
func (w *walker) respelt(state *configpath.State, key string, desired, actual document.Value) bool {
	if v := w.program.at(state); !v.moved || v.watch == nil {
		return false
	}
	for name := range desired.Members() {
		if strings.EqualFold(name, key) && actual.Get(name).IsMissing() {
			return true
		}
	}
	return false
}

// successor looks for what a declared key has become.
type successor struct {
	w     *walker
	state *configpath.State
	key   string
}

// related reports whether one name is part of the other, or short for it.
func (s successor) related(name string) bool {
	return strings.Contains(name, s.key) || strings.Contains(s.key, name) || strings.EqualFold(name, s.key) ||
		shortFor(s.key, name) || shortFor(name, s.key)
}

// longestShort is the length in bytes up to which a name may be short for another.
const longestShort = 4

// shortFor reports whether a name is made of the beginnings of another's words: Gte of
// GreaterThanOrEqual, but not of GreaterThan.
func shortFor(short, long string) bool {
	if len(short) > longestShort || len(long) <= longestShort || short == "" || long[0] != short[0] {
		return false
	}
	at := 0
	for _, letter := range []byte(strings.ToLower(short[1:])) {
		next := at + 1
		if next >= len(long) || long[next] != letter { // not the same word's next letter: another word's first
			next = strings.IndexByte(long[at+1:], letter-'a'+'A')
			if next < 0 {
				return false
			}
			next += at + 1
		}
		at = next
	}
	return true
}

// within reports whether a live member is, or holds, a declared value: under a related name, or
// wherever the value is a text that says enough. All elements of a list must be there.
func (s successor) within(value document.Value, name string, live document.Value) bool {
	switch {
	case value.Kind() == document.Bool:
		return false // half of all switches are on
	case s.same(value, name, live):
		return true
	case value.Kind() == document.Array:
		for _, element := range value.Elements() {
			if !s.within(element, name, live) {
				return false
			}
		}
		return value.Len() > 0
	}
	for inner, member := range live.Members() {
		if s.related(name) {
			inner = name // whatever is in a successor came with it
		}
		if s.within(value, inner, member) {
			return true
		}
	}
	for _, element := range live.Elements() {
		if s.within(value, name, element) {
			return true
		}
	}
	return false
}

func (s successor) same(value document.Value, name string, live document.Value) bool {
	if s.related(name) {
		return !live.IsNull() && s.w.taking(stance{mode: Declared}, func() int { return s.w.diff(s.state, value, live) }) == 0
	}
	return value.Kind() == document.String && len(value.Text()) >= tellingText && document.Equal(value, live)
}
