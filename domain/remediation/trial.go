package remediation

import (
	"encoding/json"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// trial is what an edit would lead to.
type trial struct {
	changes []infra.Change
	after   json.RawMessage
	found   []drift.Record
}

// try makes an edit on top of those that are chosen; nil where it leads nowhere.
func (e *editor) try(candidate infra.Change) (*trial, error) {
	tried := &trial{changes: append(slices.Clone(e.changes), candidate)}
	var err error
	if tried.after, err = infra.Apply(e.resource.Configuration(e.side), tried.changes); err != nil {
		return nil, nil //nolint:nilerr // it steps where nothing is
	}
	tried.found, err = e.compare(e.resource.With(e.side, tried.after))
	return tried, err
}

// alike reports whether a trial takes exactly this drift away, and no other in its place.
func (e *editor) alike(record drift.Record, tried *trial) bool {
	expected := marks(e.records)
	expected[mark(record)]--
	found := marks(tried.found)
	for name, count := range expected {
		if found[name] != count {
			return false
		}
	}
	return len(tried.found) == len(e.records)-1
}

// mark names a drift by where it is declared, and one that is only live by what it is: its place moves
// when an element goes.
func mark(record drift.Record) string {
	if record.Type == drift.KeyAdded {
		return string(record.Type) + " " + place(record) + " " + string(record.ActualValue)
	}
	return string(record.Type) + " " + record.ConfigPath
}

func marks(records []drift.Record) map[string]int {
	counted := make(map[string]int, len(records))
	for _, record := range records {
		counted[mark(record)]++
	}
	return counted
}

// withinElement reports whether a path leads to an element of a list, or into one.
func withinElement(path configpath.Path) bool { return slices.ContainsFunc(path, isList) }

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
		counted[string(record.Type)+" "+place(record)]++
	}
	return counted
}

// place is where a drift is, without the indexes of lists.
func place(record drift.Record) string {
	path, err := configpath.Parse(record.ConfigPath)
	if err != nil {
		return record.ConfigPath
	}
	for i := range path {
		if isList(path[i]) {
			path[i] = configpath.Index(0)
		}
	}
	return path.String()
}
