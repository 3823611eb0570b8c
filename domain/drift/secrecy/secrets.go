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
	known  map[string]int
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

// Learn takes in what is secret in a document by name or by look.
func (s *Secrets) Learn(config document.Value) { s.learn(config, "") }

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
		s.known = map[string]int{}
	}
	if _, known := s.known[text]; known {
		return
	}
	s.known[text] = len(s.values)
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

// learn walks a document; under is the name that the value goes by.
func (s *Secrets) learn(value document.Value, under string) {
	switch value.Kind() {
	case document.Object:
		s.members(value, under)
	case document.Array:
		for i, element := range value.Elements() {
			name := under
			if i > 0 && flag(value.At(i-1)) {
				name = "password"
			}
			s.learn(element, name)
		}
	case document.String, document.Number:
		s.leaf(value, under)
	default:
	}
}

// flag reports whether an argument of a command announces a secret: --password.
func flag(value document.Value) bool {
	text := value.Text()
	return strings.HasPrefix(text, "-") && !strings.ContainsAny(text, "= ") && NameIsSecret(strings.TrimLeft(text, "-"))
}

func (s *Secrets) members(object document.Value, under string) {
	label, cluster, many := "", false, strings.HasSuffix(under, "s") && s.secretName(under) && holdsMany(under)
	for i := range object.Len() {
		switch key := object.Key(i); {
		case isValueKey(key) && label == "":
			label = labelOf(object)
		case key == "kind":
			cluster = object.At(i).Text() == "Secret" && !object.Get("apiVersion").IsMissing()
		}
	}
	for key, member := range object.Members() {
		name := key
		switch {
		case cluster && (key == "data" || key == "stringData"):
			s.Mark(member)
			continue
		case label != "" && isValueKey(key):
			name = label
		case many && !tellsAbout(under, key) || isHeldKey(key) && s.secretName(under):
			name = under
		}
		s.learn(member, name)
	}
}

// labelKeys are how the name of a pair of a name and a value is spelt, as in environments.
var labelKeys = []string{"name", "Name", "key", "Key", "ParameterKey", "parameter_key", "env"}

// isValueKey reports whether a key is how the value of such a pair is spelt.
func isValueKey(key string) bool {
	switch key {
	case "value", "Value", "ParameterValue", "parameter_value", "default":
		return true
	default:
		return false
	}
}

// labelOf returns the name that an object gives the value beside it, if that is a secret's.
func labelOf(object document.Value) string {
	for _, key := range labelKeys {
		if label := object.Get(key); label.Kind() == document.String && NameIsSecret(label.Text()) {
			return label.Text()
		}
	}
	return ""
}

// fewestDigits is the length from which a number under a secret's name is one itself.
const fewestDigits = 5

func (s *Secrets) leaf(value document.Value, under string) {
	text := value.Text()
	if s.secretName(under) && !reference(text) && (value.Kind() == document.String || len(text) >= fewestDigits) {
		s.Mark(value)
		return
	}
	if value.Kind() != document.String || len(text) < byValue {
		return
	}
	s.told(text)
	switch trimmed := strings.TrimSpace(text); {
	case looksRandom(text):
		s.place(value, false)
		s.value(text)
		s.encoded(text)
	case strings.HasPrefix(trimmed, "{") || strings.HasPrefix(trimmed, "["):
		if nested, err := document.ParseString(text); err == nil {
			s.learn(nested, under)
		}
	default:
		s.encoded(trimmed)
	}
}

// told takes in what a text tells to be a secret, or what it tells so of.
func (s *Secrets) told(text string) {
	for _, secret := range issuedIn(text) {
		s.value(secret)
		s.sure(secret)
		s.inner(secret)
	}
}

// encoded takes in what a text tells that is base64, such as the script that a machine starts with.
func (s *Secrets) encoded(text string) {
	if len(text) < shortestEncoded || !beginsEncoded(text) {
		return
	}
	if strings.Contains(text, "\n") {
		text = strings.NewReplacer("\n", "", "\r", "").Replace(text)
	}
	if plain, decoded := decode(strings.TrimRight(text, "=")); decoded {
		s.told(plain)
	}
}

// beginsEncoded reports whether the first 16 bytes of a text are base64 of what may be read.
func beginsEncoded(text string) bool {
	var plain [shortestEncoded / 4 * 3]byte
	if _, err := base64.StdEncoding.Decode(plain[:], []byte(text[:shortestEncoded])); err != nil {
		return false
	}
	odd := 0
	for _, c := range plain {
		switch {
		case c < ' ' && c != '\n' && c != '\r' && c != '\t':
			return false
		case c >= utf8.RuneSelf:
			odd++
		}
	}
	return odd <= len(plain)/3
}

// secretName is NameIsSecret with a memory of its own.
func (s *Secrets) secretName(name string) bool {
	secret, known := s.names[name]
	if !known {
		secret = NameIsSecret(name)
		if s.names == nil {
			s.names = map[string]bool{}
		}
		if len(s.names) < mostNames {
			s.names[strings.Clone(name)] = secret
		}
	}
	return secret
}

func (s *Secrets) sure(secret string) {
	if s.certain == nil {
		s.certain = map[string]bool{}
	}
	s.certain[secret] = true
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
