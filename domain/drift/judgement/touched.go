package judgement

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// touched returns a configuration with null for the elements of lists that no change is about.
func touched(declared document.Value, changes []drift.Change) document.Value {
	paths := make([]configpath.Path, len(changes))
	for i, change := range changes {
		paths[i] = change.Path
	}
	return kept(declared, paths)
}

func kept(value document.Value, paths []configpath.Path) document.Value {
	switch value.Kind() {
	case document.Array:
		elements := make([]document.Value, value.Len())
		for i := range elements {
			elements[i] = document.NullValue()
			if beneath, about := following(paths, configpath.Index(i)); about {
				elements[i] = kept(value.At(i), beneath)
			}
		}
		return document.ArrayValue(elements...)
	case document.Object:
		members := make([]document.Member, value.Len())
		for i := range members {
			members[i] = document.Member{Key: value.Key(i), Value: value.At(i)}
			if beneath, about := following(paths, configpath.Key(value.Key(i))); about {
				members[i].Value = kept(value.At(i), beneath)
			}
		}
		return document.ObjectValue(members...)
	default:
		return value
	}
}

// following returns what is left of the paths that begin with a step, and whether there are any. A
// path that ends there is about all of it.
func following(paths []configpath.Path, step configpath.Segment) (beneath []configpath.Path, about bool) {
	for _, path := range paths {
		if len(path) == 0 || path[0] != step {
			continue
		}
		about = true
		if len(path) > 1 {
			beneath = append(beneath, path[1:])
		}
	}
	return beneath, about
}
