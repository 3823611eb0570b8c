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

// manyLeaves is the size of a document from which only its changed parts are weighed change by change.
const manyLeaves = 200

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
	declared = unfolded(declared, changes)
	w := weigh(kind, declared, changes)
	if w.all.Direction == exposure.Unchanged && !w.opens {
		return severities
	}
	if len(changes) > mostChanges {
		return together(severities, changes, w)
	}
	for i := range changes {
		one := exposure.Compare(w.before, exposure.Of(kind, applied(w.declared, changes[i:i+1], -1)))
		switch {
		case w.opens && one.OpensToWorld():
			severities[i] = drift.Critical
		case one.Direction == exposure.Unchanged:
		case w.opens && w.blamed(changes, i):
			severities[i] = drift.Critical
		default:
			severities[i] = drift.Security
		}
	}
	return severities
}

// weighing is what all changes together do to exposure.
type weighing struct {
	kind string
	// declared is the part of the declared configuration that is weighed, before what it exposes.
	declared document.Value
	before   exposure.Reach
	all      exposure.Change
	// opens is set where something of the whole resource is newly open to the world.
	opens bool
}

// weigh applies all changes. Of a large document only the elements of lists that changed are read:
// what is the same on both sides can only hide what the others open, so it is read if they do. Where
// rules deny or have an order, all of them count.
func weigh(kind string, declared document.Value, changes []drift.Change) weighing {
	w := weighing{kind: kind, declared: declared}
	large := declared.Leaves() > manyLeaves
	if large {
		w.declared = touched(declared, changes)
	}
	w.compare(changes)
	if !large || (!w.opens && !w.before.Ordered()) {
		return w
	}
	whole := weighing{kind: kind, declared: declared}
	whole.compare(changes)
	if whole.before.Ordered() {
		return whole
	}
	w.opens = whole.opens
	return w
}

func (w *weighing) compare(changes []drift.Change) {
	w.before = exposure.Of(w.kind, w.declared)
	w.all = exposure.Compare(w.before, exposure.Of(w.kind, applied(w.declared, changes, -1)))
	w.opens = w.all.OpensToWorld()
}

// blamed reports whether less would be open to the world without a change.
func (w *weighing) blamed(changes []drift.Change, without int) bool {
	rest := exposure.Compare(w.before, exposure.Of(w.kind, applied(w.declared, changes, without)))
	return !slices.EqualFunc(rest.Opened, w.all.Opened, func(a, b exposure.Finding) bool { return a.What == b.What })
}

// together judges many changes at once.
func together(severities []drift.Severity, changes []drift.Change, w weighing) []drift.Severity {
	severity := drift.Security
	if w.opens {
		severity = drift.Critical
	}
	for i, change := range changes {
		if w.all.Explains(change.Path) {
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
