package remediation

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// mostTrials bounds how many ways of mending one resource are tried.
const mostTrials = 1000

// editor finds the edits of one side of a resource that settle its drifts and nothing else. The path
// of a drift counts elements of an unordered list on the declared side, so that the element to edit on
// the other is not known: edits are tried, and one is right when comparing again no longer finds the
// drift and finds no other. What stays untouched is what no drift names, ignored paths above all.
type editor struct {
	resource infra.Resource
	side     infra.Side
	compare  func(infra.Resource) ([]drift.Record, error)
	// target is the side that is edited, source the one whose values are taken over.
	target, source document.Value
	changes        []infra.Change
	remaining      map[string]int
	// records are the drifts that are left after the changes.
	records []drift.Record
	// certain refuses an edit where another one would do as well.
	certain  bool
	appended map[string]int
	trials   int
}

func newEditor(resource infra.Resource, side infra.Side, records []drift.Record, compare func(infra.Resource) ([]drift.Record, error)) (*editor, error) {
	other := infra.SideDesired
	if side == infra.SideDesired {
		other = infra.SideActual
	}
	target, err := parse(resource.Configuration(side))
	if err != nil {
		return nil, err
	}
	source, err := parse(resource.Configuration(other))
	if err != nil {
		return nil, err
	}
	return &editor{
		resource: resource, side: side, compare: compare, target: target, source: source,
		remaining: places(records), records: records, appended: map[string]int{},
	}, nil
}

// settle adds the edits for one drift. It returns false where none settles it alone.
func (e *editor) settle(record drift.Record) (bool, error) {
	path, err := configpath.Parse(record.ConfigPath)
	if err != nil {
		return false, nil //nolint:nilerr // a path that was replaced as a secret addresses nothing
	}
	var chosen *trial
	for _, candidate := range e.candidates(path, record.Type) {
		if e.trials++; e.trials > mostTrials {
			return false, nil
		}
		tried, err := e.try(candidate)
		if err != nil {
			return false, err
		}
		switch {
		case tried == nil || !settles(e.remaining, places(tried.found)):
			continue
		case chosen == nil:
			chosen = tried
		case e.alike(record, chosen) && e.alike(record, tried) && !bytes.Equal(chosen.after, tried.after):
			return false, nil // either would do, and only a person can tell which is meant
		}
		if !e.certain || !withinElement(path) {
			break
		}
	}
	if chosen == nil {
		return false, nil
	}
	e.changes, e.remaining, e.records = chosen.changes, places(chosen.found), chosen.found
	e.noteAppended(chosen.changes[len(chosen.changes)-1])
	return true, nil
}

// candidates are the edits that may settle a drift, the likeliest first.
func (e *editor) candidates(path configpath.Path, kind drift.ChangeType) []infra.Change {
	onActual := e.side == infra.SideActual
	switch {
	case kind == drift.KeyAdded && onActual, kind == drift.KeyRemoved && !onActual:
		return e.removals(path)
	default:
		return e.settings(path)
	}
}

// removals take away what only the target has; its path counts in the target already.
func (e *editor) removals(path configpath.Path) []infra.Change {
	if path.In(e.target).IsMissing() {
		return nil
	}
	changes := []infra.Change{{Path: path.String(), Remove: true}}
	for _, sibling := range e.inOtherElements(path) {
		changes = append(changes, infra.Change{Path: sibling.String(), Remove: true})
	}
	return changes
}

// settings take over the source's value. An element that the target lacks is appended to its list; a
// value in an element is set where the element may be.
func (e *editor) settings(path configpath.Path) []infra.Change {
	value := path.In(e.source)
	var changes []infra.Change
	add := func(at configpath.Path, value document.Value) {
		if !value.IsMissing() {
			changes = append(changes, infra.Change{Path: at.String(), Value: value.AppendJSON(nil)})
		}
	}
	add(path, value)
	if last := len(path) - 1; last >= 0 && isList(path[last]) {
		end := path[:last].In(e.target).Len() + e.appended[path[:last].String()]
		add(slices.Clone(path[:last]).With(configpath.Index(end)), value)
	}
	for _, sibling := range e.inOtherElements(path) {
		if !value.IsMissing() {
			add(sibling, value)
			continue
		}
		// The path counts in the target; the source's value is in another element.
		add(path, sibling.In(e.source))
	}
	return changes
}

// inOtherElements returns the path within each other element of the innermost list on it.
func (e *editor) inOtherElements(path configpath.Path) []configpath.Path {
	at := -1
	for i, step := range path {
		if isList(step) {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	own, _ := path[at].Index()
	var paths []configpath.Path
	for index := range max(path[:at].In(e.target).Len(), path[:at].In(e.source).Len()) {
		if index != own {
			other := slices.Clone(path)
			other[at] = configpath.Index(index)
			paths = append(paths, other)
		}
	}
	return paths
}

// noteAppended remembers that an edit put an element at the end of a list, where the next one follows.
func (e *editor) noteAppended(edit infra.Change) {
	path, err := configpath.Parse(edit.Path)
	last := len(path) - 1
	if err != nil || edit.Remove || last < 0 {
		return
	}
	if index, is := path[last].Index(); is && index >= path[:last].In(e.target).Len() {
		e.appended[path[:last].String()]++
	}
}

// parse reads a configuration; nil is a missing value. The cause of an error would quote it.
func parse(configuration json.RawMessage) (document.Value, error) {
	if configuration == nil {
		return document.Value{}, nil
	}
	value, err := document.Parse(configuration)
	if err != nil {
		return document.Value{}, fault.New(fault.Upstream, "a configuration is no JSON")
	}
	return value, nil
}

// isList reports whether a step is to a position in a list.
func isList(step configpath.Segment) bool {
	_, is := step.Index()
	return is
}
