package drift

import (
	"context"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Mode is which keys a comparison looks at.
type Mode string

// Exact compares all keys of both sides. Declared compares what the desired side declares, and
// reports live keys that nobody declared only where a rule or the schema says that they matter.
const (
	Exact    Mode = "exact"
	Declared Mode = "declared"
)

// Subject is the resource that a comparison is about. Schema may be nil; a Schema that is used again
// for many resources must be the same pointer, so that what is made of it is kept.
type Subject struct {
	ResourceID   string
	ResourceType string
	TenantID     string
	Schema       *Schema
}

// Change is one difference, with the values themselves. Desired or Actual is missing where a side
// has no such key.
type Change struct {
	Path            configpath.Path
	Type            ChangeType
	Desired, Actual document.Value
	// Severity is what rules say, or Functional.
	Severity Severity
	// Ruled says that a rule of the user gave the severity; a Judge then only raises it.
	Ruled bool
	// Sensitive says that a rule marks the path as secret.
	Sensitive bool
	// Unsure says that the difference may not be one, or may be another: the place is write-only, so that
	// what is read is not what was written, or it lies in a list whose elements were paired
	// near-optimally.
	Unsure bool
}

// Finding is a comparison's outcome, with values; it must not be stored or logged.
type Finding struct {
	Subject         Subject
	Desired, Actual document.Value
	Changes         []Change
	// Secrets are the values of both documents at paths that rules mark as sensitive.
	Secrets []document.Value
	// Approximate are lists so different that elements were paired near-optimally, or by position.
	Approximate []configpath.Path
}

// doubt marks the changes within lists whose elements were paired near-optimally.
func (f *Finding) doubt() {
	for _, list := range f.Approximate {
		for i := range f.Changes {
			path := f.Changes[i].Path
			if len(path) >= len(list) && slices.Equal(path[:len(list)], list) {
				f.Changes[i].Unsure = true
			}
		}
	}
}

// Judge tells the severity of changes by what they do to the whole resource, such as widening its
// exposure. Judge returns a severity per change of the finding, in their order; an empty one leaves
// what rules say. Critical stands above any rule; for the rest a rule of the user stands above the
// judge.
type Judge interface {
	Judge(finding Finding) []Severity
}

// Redactor replaces the secret values, and the paths, of a finding's changes before records are made
// of them. It runs after the Judge, on every finding that has changes.
type Redactor interface {
	Redact(finding *Finding)
}

// History is where records are kept. RecordsOf returns the records of a resource, newest first, that
// were detected after since; a zero since does not narrow. Its errors are Unavailable.
type History interface {
	RecordsOf(ctx context.Context, resourceID string, since time.Time) ([]Record, error)
}
