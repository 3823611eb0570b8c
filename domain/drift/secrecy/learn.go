package secrecy

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Learn takes in what is secret in a document by name or by look.
func (s *Secrets) Learn(config document.Value) { s.learn(config, "") }

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
	if !s.certain[secret] {
		s.certain[strings.Clone(secret)] = true
	}
}
