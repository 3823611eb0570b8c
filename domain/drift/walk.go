package drift

import (
	"sync"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// walker compares two documents. Its functions return the number of leaves that differ, which is the
// cost of pairing two elements of a list; a walker that is not recording does nothing else.
type walker struct {
	program *program
	stance
	path        configpath.Path
	changes     []Change
	approximate []configpath.Path
	// elements and hashes are memory that the lists on the way to the place share.
	elements []hashedElement
	hashes   []uint64
}

// stance is how a walker takes what it meets.
type stance struct {
	mode      Mode
	recording bool
	reading   reading
	// template says that texts of the desired side may hold <name> for some text.
	template bool
	// unordered is above zero within what a comparator made of a value whose lists are sets.
	unordered int
	// whole is above zero within the elements of such lists, and label the key that only names them.
	whole int
	label string
	// undeclared is above zero within what nobody declared.
	undeclared int
}

// walkers are kept for their memory.
var walkers = sync.Pool{New: func() any { return &walker{path: make(configpath.Path, 0, 16)} }}

func newWalker(program *program, as stance) *walker {
	w, _ := walkers.Get().(*walker)
	*w = walker{program: program, stance: as, path: w.path[:0], elements: w.elements[:0], hashes: w.hashes[:0]}
	return w
}

// taking computes a cost in another stance.
func (w *walker) taking(other stance, compute func() int) int {
	own := w.stance
	w.stance = other
	cost := compute()
	w.stance = own
	return cost
}

// resource compares whole resources.
func (w *walker) resource(desired, actual document.Value) {
	start := w.program.matcher.Start()
	noDesired, noActual := nothing(desired), nothing(actual)
	switch {
	case noDesired && noActual:
	case noActual:
		w.record(w.program.at(start), ResourceMissing, desired, document.Value{})
	case noDesired:
		w.record(w.program.at(start), ResourceExtra, document.Value{}, actual)
	default:
		w.diff(start, desired, actual)
	}
}

func nothing(value document.Value) bool { return value.IsMissing() || value.IsNull() }

// diff compares the values of one place, both there.
func (w *walker) diff(state *configpath.State, desired, actual document.Value) int {
	if document.Equal(desired, actual) {
		return 0
	}
	v := w.program.at(state)
	switch {
	case v.ignores(desired, actual):
		return 0
	case desired.Kind() != actual.Kind() && (v.isNothing(desired) || v.isNothing(actual)):
		// One side says nothing; the other may still say what is the same as nothing.
		if w.absent(state, v, desired) && w.absent(state, v, actual) {
			return 0
		}
		return w.changed(v, ValueChanged, desired, actual)
	case desired.IsNull() || actual.IsNull():
		if v.null == EqualsEmpty && (desired.IsEmpty() || actual.IsEmpty()) {
			return 0
		}
		return w.changed(v, ValueChanged, desired, actual)
	case w.template && fills(desired.Text(), actual.Text()):
		return 0
	case len(v.comparators) > 0:
		return w.compare(state, v, desired, actual)
	case semantic.Plain(desired, actual):
		return 0
	default:
		return w.structure(state, v, desired, actual)
	}
}

// compare tries the comparators that a rule names. Where none says that the values are equal, the
// first that makes lists or objects of both has them compared further within.
func (w *walker) compare(state *configpath.State, v *verdict, desired, actual document.Value) int {
	var within *semantic.Comparator
	inDesired, inActual := desired, actual
	containers := !desired.IsScalar() && desired.Kind() == actual.Kind()
	for _, c := range v.comparators {
		if containers && !c.Containers {
			continue
		}
		if c.Equal != nil {
			if c.Equal(desired, actual) {
				return 0
			}
			continue
		}
		normalDesired, ofKind := c.Normalize(desired)
		if !ofKind {
			continue
		}
		normalActual, ofKind := c.Normalize(actual)
		if !ofKind {
			continue
		}
		if document.Equal(normalDesired, normalActual) {
			return 0
		}
		if within == nil && !normalDesired.IsScalar() && normalDesired.Kind() == normalActual.Kind() {
			within, inDesired, inActual = c, normalDesired, normalActual
		}
	}
	if !v.onlyThese && semantic.Plain(desired, actual) {
		return 0
	}
	if within != nil && within.Unordered {
		own := w.stance
		defer func() { w.stance = own }()
		w.unordered++
		w.label = within.Label
	}
	before := len(w.changes)
	cost := w.structure(state, v, inDesired, inActual)
	if within != nil && within.Spelled != nil && len(w.changes) > before {
		respell(w.changes[before:], inDesired, within.Spelled(desired), inActual, within.Spelled(actual))
	}
	return cost
}

// structure compares values that are not equal as a whole, by going into them where it can.
func (w *walker) structure(state *configpath.State, v *verdict, desired, actual document.Value) int {
	switch {
	case w.otherChoice(state, desired, actual):
		return w.changed(v, ValueChanged, desired, actual)
	case desired.Kind() == document.Object && actual.Kind() == document.Object:
		return w.objects(state, desired, actual)
	case desired.Kind() == document.Array && actual.Kind() == document.Array:
		return w.arrays(state, v, desired, actual)
	case desired.Kind() != actual.Kind():
		return w.changed(v, TypeMismatch, desired, actual)
	default:
		return w.changed(v, ValueChanged, desired, actual)
	}
}

// objects walks the keys of both sides in step.
func (w *walker) objects(state *configpath.State, desired, actual document.Value) int {
	cost, i, j := 0, 0, 0
	for i < desired.Len() || j < actual.Len() {
		switch {
		case j == actual.Len() || (i < desired.Len() && desired.Key(i) < actual.Key(j)):
			next := w.enter(state, desired.Key(i))
			if !w.moved(state, next, desired, i, actual) {
				cost += w.removed(next, desired.At(i))
			}
			i++
		case i == desired.Len() || actual.Key(j) < desired.Key(i):
			next := w.enter(state, actual.Key(j))
			if !w.respelt(next, actual.Key(j), desired, actual) {
				cost += w.added(next, actual.At(j))
			}
			j++
		default:
			next := w.enter(state, desired.Key(i))
			cost += w.diff(next, desired.At(i), actual.At(j))
			i++
			j++
		}
		w.leave()
	}
	return cost
}

func (w *walker) enter(state *configpath.State, key string) *configpath.State {
	w.path = append(w.path, configpath.Key(key))
	return w.program.matcher.Member(state, key)
}

func (w *walker) leave() { w.path = w.path[:len(w.path)-1] }

// changed counts, and where it is recording notes, one change.
func (w *walker) changed(v *verdict, kind ChangeType, desired, actual document.Value) int {
	w.record(v, kind, desired, actual)
	return max(desired.Leaves(), actual.Leaves())
}

func (w *walker) record(v *verdict, kind ChangeType, desired, actual document.Value) {
	if !w.recording {
		return
	}
	severity := v.severity
	if severity == "" {
		severity = Functional
	}
	w.changes = append(w.changes, Change{
		Path: append(configpath.Path(nil), w.path...), Type: kind, Desired: desired, Actual: actual,
		Severity: severity, Ruled: v.own, Sensitive: v.sensitive, Unsure: v.writeOnly || v.unread,
	})
}
