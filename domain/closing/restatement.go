package closing

import (
	"cmp"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Origin says which of two versions of something a restatement uses.
type Origin string

// The origins: what the revision before used, which is the default, or what stands now.
const (
	OriginOriginal Origin = "original"
	OriginCurrent  Origin = "current"
)

// Restatement says how a closed period is stated anew.
type Restatement struct {
	// Reason is why, in words for the approver and for whoever looks at the period years later.
	Reason string `json:"reason"`
	// Rules chooses the allocation rules, Owners the tenants and the owners of resources, Rates the
	// exchange rates.
	Rules  Origin `json:"rules,omitempty"`
	Owners Origin `json:"owners,omitempty"`
	Rates  Origin `json:"rates,omitempty"`
	// Include lists late deliveries of charges, control totals and usage by content hash; empty means all
	// of them. What is booked already stays, named or not: a restatement adds to the revisions and closes
	// before it.
	Include []string `json:"include,omitempty"`
}

// maxRestatementReason is the longest reason, in bytes.
const maxRestatementReason = 2 << 10

// Validate returns an InvalidInput error that points at the first value that breaks a rule.
func (r Restatement) Validate() error {
	if r.Reason == "" || len(r.Reason) > maxRestatementReason {
		return fault.Invalid("/reason", "the reason has %d bytes; give 1 to %d", len(r.Reason), maxRestatementReason)
	}
	for pointer, origin := range map[string]Origin{"/rules": r.Rules, "/owners": r.Owners, "/rates": r.Rates} {
		if origin != "" && origin != OriginOriginal && origin != OriginCurrent {
			return fault.Invalid(pointer, "%.20q is none of original, current", origin)
		}
	}
	return nil
}

// Equal reports whether both ask for the same: origins that are left out are the original, and the
// order in which deliveries are named does not matter.
func (r Restatement) Equal(other Restatement) bool {
	named := func(hashes []string) []string { return slices.Compact(slices.Sorted(slices.Values(hashes))) }
	origin := func(given Origin) Origin { return cmp.Or(given, OriginOriginal) }
	return r.Reason == other.Reason && origin(r.Rules) == origin(other.Rules) && origin(r.Owners) == origin(other.Owners) &&
		origin(r.Rates) == origin(other.Rates) && slices.Equal(named(r.Include), named(other.Include))
}

// Restated is a restatement with what it starts from: the attempt that made the latest revision.
type Restated struct {
	Restatement
	Base AttemptRef `json:"base"`
	// Revision and ResultHash are the base's.
	Revision   int    `json:"revision"`
	ResultHash string `json:"result_hash"`
}
