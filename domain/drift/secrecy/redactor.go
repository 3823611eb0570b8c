package secrecy

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Redactor takes the secrets out of findings before records are made of them. It is safe for
// concurrent use.
type Redactor struct {
	// Key makes the tags of hidden values; see Key.
	Key Key
	// Known are secrets of other documents, which are hidden in these too; nil for none.
	Known *Secrets
}

// Redact hides the secrets of both documents in the values and paths of a finding.
func (r Redactor) Redact(finding *drift.Finding) {
	own := Of(*finding)
	hide := hider{secrets: own, tags: r.Key.tagger(finding.Subject.TenantID), others: r.Known}
	for i := range finding.Changes {
		change := &finding.Changes[i]
		secret := own.secretAt(*finding, *change) || r.Known.secretAt(*finding, *change)
		change.Desired, change.Actual = hide.side(change.Desired, secret), hide.side(change.Actual, secret)
		change.Path = hide.path(change.Path)
		change.Sensitive = change.Sensitive || secret
	}
	for i, path := range finding.Approximate {
		finding.Approximate[i] = hide.path(path)
	}
	finding.Secrets = nil
}

// Of returns the secrets of a finding's documents, and of what rules mark in them.
func Of(finding drift.Finding) *Secrets {
	secrets := &Secrets{}
	for _, marked := range finding.Secrets {
		secrets.Mark(marked)
	}
	for _, change := range finding.Changes {
		if change.Sensitive {
			secrets.Mark(change.Desired)
			secrets.Mark(change.Actual)
		}
	}
	secrets.Learn(finding.Desired)
	secrets.Learn(finding.Actual)
	return secrets
}

// secretAt reports whether a change is one of a place where secrets belong.
func (s *Secrets) secretAt(finding drift.Finding, change drift.Change) bool {
	if s == nil {
		return false
	}
	if change.Sensitive || s.places[change.Path.In(finding.Desired)] || s.places[change.Desired] || s.places[change.Actual] {
		return true
	}
	name := ""
	for _, segment := range change.Path {
		if key, isKey := segment.Key(); isKey {
			name = key
		}
	}
	return NameIsSecret(name) && (secretLeaf(change.Desired) || secretLeaf(change.Actual))
}

func secretLeaf(value document.Value) bool {
	return value.Kind() == document.String && !reference(value.Text())
}

// Text hides the secrets that are known within a text, such as an error's.
func (r Redactor) Text(tenantID, text string) string {
	hide := hider{tags: r.Key.tagger(tenantID), others: r.Known}
	return hide.text(text)
}

// hider replaces secrets by tags.
type hider struct {
	secrets, others *Secrets
	tags            *tagger
}

// side hides a whole value where it is secret as such, or what is secret within it.
func (h hider) side(value document.Value, secret bool) document.Value {
	switch {
	case value.IsMissing() || value.IsNull():
		return value
	case secret && value.Kind() == document.String:
		return document.TextValue(h.tags.tag(value.Text()))
	case secret:
		return document.TextValue(h.tags.tag(value.String()))
	default:
		return h.value(value)
	}
}

func (h hider) places(value document.Value) bool {
	for _, secrets := range []*Secrets{h.secrets, h.others} {
		if secrets != nil {
			if _, secret := secrets.places[value]; secret {
				return true
			}
		}
	}
	return false
}

func (h hider) value(value document.Value) document.Value {
	if h.places(value) {
		return h.side(value, true)
	}
	switch value.Kind() {
	case document.String:
		if hidden := h.text(value.Text()); hidden != value.Text() {
			return document.TextValue(hidden)
		}
	case document.Number:
		if hidden := h.text(value.Text()); hidden != value.Text() {
			return document.TextValue(hidden)
		}
	case document.Array:
		elements := make([]document.Value, value.Len())
		for i := range elements {
			elements[i] = h.value(value.At(i))
		}
		return document.ArrayValue(elements...)
	case document.Object:
		members := make([]document.Member, value.Len())
		for i := range members {
			members[i] = document.Member{Key: h.key(value.Key(i)), Value: h.value(value.At(i))}
		}
		return document.ObjectValue(members...)
	default:
	}
	return value
}

// path hides secrets that are keys, which the paths to their values would tell.
func (h hider) path(path configpath.Path) configpath.Path {
	hidden := make(configpath.Path, len(path))
	for i, segment := range path {
		hidden[i] = segment
		if key, isKey := segment.Key(); isKey {
			hidden[i] = configpath.Key(h.key(key))
		}
	}
	return hidden
}

// key hides secrets in a key, unless it is the name of a property: somebody whose password is
// "password" must still be told where.
func (h hider) key(key string) string {
	if NameIsSecret(key) {
		return key
	}
	return h.text(key)
}

func (h hider) text(text string) string {
	for _, secrets := range []*Secrets{h.secrets, h.others} {
		if secrets != nil {
			text = h.replace(secrets, text)
		}
	}
	return text
}

func (h hider) replace(secrets *Secrets, text string) string {
	hits := secrets.ready().hits(text)
	if len(hits) == 0 {
		return text
	}
	var out strings.Builder
	at := 0
	for _, hit := range hits {
		out.WriteString(text[at:hit.from])
		out.WriteString(h.tags.tag(hit.secret))
		at = hit.to
	}
	out.WriteString(text[at:])
	return out.String()
}
