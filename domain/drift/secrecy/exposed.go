package secrecy

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Exposure is what a change does with secrets.
type Exposure uint8

// What changes do with secrets.
const (
	// NoSecret changes have nothing to do with one.
	NoSecret Exposure = iota
	// SecretChanged is a secret that is another, where secrets belong.
	SecretChanged
	// SecretExposed is a secret that now stands where anyone who reads the configuration sees it,
	// and that was not declared there.
	SecretExposed
)

// Weigh says what each change of a finding does with secrets, those of other documents included.
func (r Redactor) Weigh(finding drift.Finding) []Exposure {
	own := Of(finding)
	result := make([]Exposure, len(finding.Changes))
	for i, change := range finding.Changes {
		switch {
		case own.secretAt(finding, change) || r.Known.secretAt(finding, change):
			result[i] = SecretChanged
		case own.exposes(change) || r.Known.exposes(change):
			result[i] = SecretExposed
		}
	}
	return result
}

// exposes reports whether the actual side of a change shows a secret that the desired side does not.
func (s *Secrets) exposes(change drift.Change) bool {
	if s == nil || s.Len() == 0 || change.Actual.IsMissing() {
		return false
	}
	declared := map[string]bool{}
	s.readable(change.Desired, func(secret string) { declared[secret] = true })
	exposed := false
	s.readable(change.Actual, func(secret string) {
		exposed = exposed || !declared[secret] && (s.certain[secret] || s.memory.holds(secret))
	})
	return exposed
}

// readable calls back for each secret that stands in plain sight: not at a place for secrets.
func (s *Secrets) readable(value document.Value, found func(secret string)) {
	if s.places[value] {
		return
	}
	for _, hit := range s.ready().all(value.Text()) {
		found(hit.secret)
	}
	for i := range value.Len() {
		if value.Kind() == document.Object {
			for _, hit := range s.ready().all(value.Key(i)) {
				found(hit.secret)
			}
		}
		s.readable(value.At(i), found)
	}
}
