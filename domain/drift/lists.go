package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// arrays compares two lists as the rules say that they are meant.
func (w *walker) arrays(state *configpath.State, v *verdict, desired, actual document.Value) int {
	collection := v.collection
	if collection == "" && w.unordered > 0 {
		collection = Set
	}
	if w.unordered > 0 {
		w.whole++
		defer func() { w.whole-- }()
	}
	var pairs pairing
	switch collection {
	case Set, Multiset, Keyed:
		pairs = w.pairUnordered(state, collection, v.keys, desired, actual)
	default:
		pairs = w.align(state, desired, actual)
	}
	return w.pairs(state, v, pairs, desired, actual)
}

// pairing says which elements of two lists belong together; what is equal is left out.
type pairing struct {
	// partners holds positions in desired and actual; -1 stands for none.
	partners [][2]int
}

// pairs judges elements that belong together, in the order of the pairing.
func (w *walker) pairs(state *configpath.State, v *verdict, p pairing, desired, actual document.Value) int {
	cost := 0
	for _, pair := range p.partners {
		at := pair[0]
		if at < 0 {
			at = pair[1]
		}
		w.path = append(w.path, configpath.Index(at))
		next := w.program.matcher.Element(state, at)
		switch {
		case pair[1] < 0:
			cost += w.removed(next, desired.At(pair[0]))
		case pair[0] < 0 && v.completed() && w.declaredOnly():
			cost += w.added(next, actual.At(pair[1]))
		case pair[0] < 0:
			cost += w.extra(next, actual.At(pair[1]))
		default:
			cost += w.diff(next, desired.At(pair[0]), actual.At(pair[1]))
		}
		w.leave()
	}
	return cost
}

// cost is the number of leaves that differ between two elements.
func (w *walker) cost(state *configpath.State, desired, actual document.Value) int {
	return w.silent(func() int { return w.diff(state, desired, actual) })
}
