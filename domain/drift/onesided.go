package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// removed judges a declared value that is not there.
func (w *walker) removed(state *configpath.State, desired document.Value) int {
	v := w.program.at(state)
	if v.writeOnly || w.unread(v) || v.ignores(desired, document.Value{}) || w.absent(state, v, desired) || w.silentWithin(state, desired, w.removed) {
		return 0
	}
	return w.changed(v, KeyRemoved, desired, document.Value{})
}

// added judges a live value that nobody declared.
func (w *walker) added(state *configpath.State, actual document.Value) int {
	v := w.program.at(state)
	switch {
	case v.ignores(document.Value{}, actual):
		return 0
	case w.mode == Declared && w.whole > 0 && w.labels():
		return 0
	case w.declaredOnly() && v.watch != nil && v.watch.holds(w.undeclared > 0):
		if v.watch.stated && actual.Kind() == document.String && w.absent(state, v, actual) {
			return 0
		}
		if !w.alarming(state, v.watch, actual) || w.silentWithin(state, actual, w.extra) {
			return 0
		}
		return w.changed(v, KeyAdded, document.Value{}, actual)
	case w.declaredOnly() && actual.Len() == 0: // nothing of it is watched
		return 0
	case w.absent(state, v, actual):
		return 0
	case w.declaredOnly():
		w.undeclared++
		defer func() { w.undeclared-- }()
		return w.inside(state, actual, w.added)
	case w.silentWithin(state, actual, w.added):
		return 0
	default:
		return w.changed(v, KeyAdded, document.Value{}, actual)
	}
}

// declaredOnly reports whether live values that nobody declared are passed over here.
func (w *walker) declaredOnly() bool { return w.mode == Declared && w.whole == 0 }

// labels reports whether the last step is to a key that only names what it is a part of.
func (w *walker) labels() bool {
	key, isKey := w.path[len(w.path)-1].Key()
	return isKey && key == w.label
}

// extra judges an element or a part that the live side has beyond what was declared.
func (w *walker) extra(state *configpath.State, actual document.Value) int {
	v := w.program.at(state)
	if v.ignores(document.Value{}, actual) || w.absent(state, v, actual) || w.silentWithin(state, actual, w.extra) {
		return 0
	}
	return w.changed(v, KeyAdded, document.Value{}, actual)
}

// silent computes a cost without recording.
func (w *walker) silent(compute func() int) int {
	silent := w.stance
	silent.recording = false
	return w.taking(silent, compute)
}

// silentWithin reports whether a list or object holds something, all of which is judged silent.
func (w *walker) silentWithin(state *configpath.State, value document.Value, judge func(*configpath.State, document.Value) int) bool {
	if value.Len() == 0 {
		return false
	}
	return w.silent(func() int { return w.inside(state, value, judge) }) == 0
}

// inside judges the parts of a list or object.
func (w *walker) inside(state *configpath.State, value document.Value, judge func(*configpath.State, document.Value) int) int {
	cost := 0
	for key, member := range value.Members() {
		cost += judge(w.enter(state, key), member)
		w.leave()
	}
	for i, element := range value.Elements() {
		w.path = append(w.path, configpath.Index(i))
		cost += judge(w.program.matcher.Element(state, i), element)
		w.leave()
	}
	return cost
}
