package judgement

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// touched returns a configuration with null for the elements of lists that no change is about.
func touched(declared document.Value, changes []drift.Change) document.Value {
	edits := make([]edit, len(changes))
	for i, change := range changes {
		edits[i].path = change.Path
	}
	return kept(declared, edits)
}

// kept keeps what the places of edits lie in; a place that ends within is about all of it.
func kept(value document.Value, edits []edit) document.Value {
	if slices.ContainsFunc(edits, func(one edit) bool { return len(one.path) == 0 }) {
		return value
	}
	about := make(map[configpath.Segment][]edit, len(edits))
	for _, group := range byStep(edits) {
		about[group.step] = group.beneath
	}
	switch value.Kind() {
	case document.Array:
		elements := make([]document.Value, value.Len())
		for i := range elements {
			elements[i] = document.NullValue()
			if beneath, touched := about[configpath.Index(i)]; touched {
				elements[i] = kept(value.At(i), beneath)
			}
		}
		return document.ArrayValue(elements...)
	case document.Object:
		members := make([]document.Member, value.Len())
		for i := range members {
			members[i] = document.Member{Key: value.Key(i), Value: value.At(i)}
			if beneath, touched := about[configpath.Key(value.Key(i))]; touched {
				members[i].Value = kept(value.At(i), beneath)
			}
		}
		return document.ObjectValue(members...)
	default:
		return value
	}
}
