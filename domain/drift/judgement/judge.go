// Package judgement says how grave differences are by what they do to the whole resource: widened
// exposure and secrets in plain sight are critical, whatever property they came about in.
package judgement

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/exposure"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
)

// Judge is a drift.Judge. It raises to critical what opens something to the world that was not open
// as declared, and what shows a secret; and to security what changes exposure in any other way, or is
// a secret. For the rest it says nothing.
type Judge struct {
	// Secrets knows what is secret; give the redactor that the detector has.
	Secrets secrecy.Redactor
}

// Judge returns a severity for each change.
func (j Judge) Judge(finding drift.Finding) []drift.Severity {
	severities := exposed(finding)
	for i, with := range j.Secrets.Weigh(finding) {
		switch with {
		case secrecy.SecretExposed:
			severities[i] = drift.Critical
		case secrecy.SecretChanged:
			if severities[i] == "" {
				severities[i] = drift.Security
			}
		case secrecy.NoSecret:
		}
	}
	return severities
}

// mostChanges bounds how many changes of a finding are weighed one by one; beyond, all that touch
// what is exposed share the gravest severity.
const mostChanges = 48

// exposed judges changes by what they do to exposure. A change is critical if it alone opens
// something to the world, or if less would be open without it: two halves of the world are both to
// blame.
func exposed(finding drift.Finding) []drift.Severity {
	severities := make([]drift.Severity, len(finding.Changes))
	kind := finding.Subject.ResourceType
	declared := finding.Desired
	changes := finding.Changes
	if declared.IsMissing() && finding.Actual.IsMissing() {
		declared, changes = alone(changes)
	}
	before := exposure.Of(kind, declared)
	all := exposure.Compare(before, exposure.Of(kind, applied(declared, changes, -1)))
	if all.Direction == exposure.Unchanged && !all.OpensToWorld() {
		return severities
	}
	if len(changes) > mostChanges {
		return together(severities, changes, all)
	}
	for i := range changes {
		one := exposure.Compare(before, exposure.Of(kind, applied(declared, changes[i:i+1], -1)))
		switch {
		case one.OpensToWorld():
			severities[i] = drift.Critical
		case one.Direction == exposure.Unchanged:
		case all.OpensToWorld() && blamed(before, kind, declared, changes, i, all):
			severities[i] = drift.Critical
		default:
			severities[i] = drift.Security
		}
	}
	return severities
}

// blamed reports whether less would be open to the world without a change.
func blamed(before exposure.Reach, kind string, declared document.Value, changes []drift.Change, without int, all exposure.Change) bool {
	rest := exposure.Compare(before, exposure.Of(kind, applied(declared, changes, without)))
	return !slices.EqualFunc(rest.Opened, all.Opened, func(a, b exposure.Finding) bool { return a.What == b.What })
}

// together judges many changes at once.
func together(severities []drift.Severity, changes []drift.Change, all exposure.Change) []drift.Severity {
	severity := drift.Security
	if all.OpensToWorld() {
		severity = drift.Critical
	}
	for i, change := range changes {
		if all.Explains(change.Path) {
			severities[i] = severity
		}
	}
	return severities
}

// alone makes a document of the desired sides of changes that come without one.
func alone(changes []drift.Change) (document.Value, []drift.Change) {
	var declared document.Value
	placed := make([]drift.Change, len(changes))
	for i, change := range changes {
		path := make(configpath.Path, len(change.Path))
		for at, segment := range change.Path {
			if _, isIndex := segment.Index(); isIndex {
				segment = configpath.Index(0)
			}
			path[at] = segment
		}
		placed[i] = change
		placed[i].Path = path
		if !change.Desired.IsMissing() {
			declared = written(declared, path, change.Desired)
		}
	}
	return declared, placed
}
