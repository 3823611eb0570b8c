package remediation

import (
	"encoding/json"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// mostTrials bounds how many ways of mending one resource are tried.
const mostTrials = 400

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
	appended       map[string]int
	trials         int
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
		remaining: places(records), appended: map[string]int{},
	}, nil
}

// settle adds the edits for one drift. It returns false where none settles it alone.
func (e *editor) settle(record drift.Record) (bool, error) {
	path, err := configpath.Parse(record.ConfigPath)
	if err != nil {
		return false, nil //nolint:nilerr // a path that was replaced as a secret addresses nothing
	}
	for _, candidate := range e.candidates(path, record.Type) {
		if e.trials++; e.trials > mostTrials {
			return false, nil
		}
		tried := append(slices.Clone(e.changes), candidate)
		after, err := infra.Apply(e.resource.Configuration(e.side), tried)
		if err != nil {
			continue
		}
		found, err := e.compare(e.resource.With(e.side, after))
		if err != nil {
			return false, err
		}
		left := places(found)
		if settles(e.remaining, left) {
			e.changes, e.remaining = tried, left
			e.noteAppended(candidate)
			return true, nil
		}
	}
	return false, nil
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

// settles reports whether fewer drifts are left, and none that was not there before.
func settles(before, after map[string]int) bool {
	fewer := 0
	for place, count := range after {
		if count > before[place] {
			return false
		}
	}
	for place, count := range before {
		fewer += count - after[place]
	}
	return fewer > 0
}

// places counts drifts by where they are, without the indexes of lists: those move when an element
// goes.
func places(records []drift.Record) map[string]int {
	counted := make(map[string]int, len(records))
	for _, record := range records {
		place := record.ConfigPath
		if path, err := configpath.Parse(place); err == nil {
			for i := range path {
				if isList(path[i]) {
					path[i] = configpath.Index(0)
				}
			}
			place = path.String()
		}
		counted[string(record.Type)+" "+place]++
	}
	return counted
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
