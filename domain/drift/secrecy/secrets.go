package secrecy

import (
	"encoding/base64"
	"iter"
	"strings"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Secrets are the secrets of one or more documents. It is not safe for use while it learns; once it
// has, any number of goroutines may ask it. The zero value knows none.
type Secrets struct {
	values []string
	known  map[string]bool
	// places are the values that are secret where they stand, whatever their length: true where
	// secrets belong, false where a value only looks like one.
	places map[document.Value]bool
	// certain are the values that a mark, a name or their format tells, not their randomness alone.
	certain map[string]bool
	// names are those that were judged while learning.
	names map[string]bool
	// memory finds what was a secret before; nil where nothing was.
	memory *Memory
	// search is made when it is first asked for, by whichever goroutine comes first.
	search atomic.Pointer[search]
}

// Mark takes in a value that a rule or a tool says is secret, with everything in it.
func (s *Secrets) Mark(value document.Value) {
	if value.IsMissing() {
		return
	}
	s.place(value, true)
	if value.Kind() == document.String || value.Kind() == document.Number {
		s.sure(value.Text())
	}
	switch value.Kind() {
	case document.Object, document.Array:
		for i := range value.Len() {
			s.Mark(value.At(i))
		}
	case document.String, document.Number:
		s.value(value.Text())
		s.inner(value.Text())
	default:
	}
}

// LearnMarked takes in what is secret in a resource's configuration: what the detector's rules or the
// subject's schema mark, and what Learn finds. An error is InvalidInput, about the schema.
func (s *Secrets) LearnMarked(detector *drift.Detector, subject drift.Subject, config document.Value) error {
	marked, err := detector.Marked(subject, config)
	if err != nil {
		return err
	}
	for _, value := range marked {
		s.Mark(value)
	}
	s.Learn(config)
	return nil
}

// ForgetPlaces keeps what is secret by value and lets go of the documents that it was learnt from.
func (s *Secrets) ForgetPlaces() { s.places = nil }

// Remember has what was a secret before be hidden too, wherever it appears.
func (s *Secrets) Remember(memory *Memory) {
	s.memory = memory
	s.search.Store(nil)
}

// Len is how many values are hidden wherever they appear.
func (s *Secrets) Len() int { return len(s.values) + s.memory.len() }

func (s *Secrets) place(value document.Value, belongs bool) {
	if s.places == nil {
		s.places = map[document.Value]bool{}
	}
	s.places[value] = belongs || s.places[value]
}

// value adds a text to those that are hidden wherever they appear; each long line of one with several
// counts by itself too, as parts of a key travel.
func (s *Secrets) value(text string) {
	if !hideable(text) || plainValues[strings.ToLower(text)] {
		return
	}
	if s.known == nil {
		s.known = map[string]bool{}
	}
	if s.known[text] {
		return
	}
	text = strings.Clone(text) // the text of a document would keep all of it
	s.known[text] = true
	s.values = append(s.values, text)
	s.search.Store(nil)
	for line := range longLines(text) {
		s.value(line)
	}
}

// longLines yields the lines of a text with several that are secrets by themselves.
func longLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		if !strings.Contains(text, "\n") {
			return
		}
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); len(line) >= 16 && !strings.HasPrefix(line, "-----") && !yield(line) {
				return
			}
		}
	}
}

// inner adds what a secret text holds in turn: the leaves of JSON, JSON texts within it included, and
// what base64 stands for.
func (s *Secrets) inner(text string) {
	if start := strings.TrimLeft(text, " \t\r\n"); start != "" && strings.ContainsRune(`{["`, rune(start[0])) {
		if config, err := document.ParseString(text); err == nil {
			s.leaves(config)
		}
		return
	}
	if plain, err := base64.StdEncoding.DecodeString(text); err == nil && len(plain) >= briefByValue && printable(plain) {
		s.value(string(plain))
		s.sure(string(plain))
		s.inner(string(plain))
	}
}

func (s *Secrets) leaves(config document.Value) {
	if config.Kind() == document.String || config.Kind() == document.Number {
		s.value(config.Text())
		s.sure(config.Text())
		s.inner(config.Text())
	}
	for i := range config.Len() {
		s.leaves(config.At(i))
	}
}

func printable(text []byte) bool {
	if !utf8.Valid(text) {
		return false
	}
	for _, r := range string(text) {
		if !unicode.IsPrint(r) && !unicode.IsSpace(r) {
			return false
		}
	}
	return true
}

// ready builds the search after learning.
func (s *Secrets) ready() *search {
	if made := s.search.Load(); made != nil {
		return made
	}
	made := newSearch(s.values, s.memory)
	s.search.Store(made)
	return made
}
