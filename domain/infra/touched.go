package infra

import (
	"encoding/json"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
)

// expected returns what the places that changes touch hold once they are made. A place is a path up
// to its first list: lists are compared as a whole, because an index means another element once the
// list has changed.
func expected(configuration json.RawMessage, changes []Change) ([]Change, error) {
	return snapshot(configuration, places(changes, beforeList))
}

// restoration returns the changes that bring back what a configuration holds where changes touch it.
// Where they would make an object on their way, it is that object which goes again.
func restoration(configuration json.RawMessage, changes []Change) ([]Change, error) {
	document, err := decode(configuration)
	if err != nil {
		return nil, err
	}
	return snapshot(configuration, places(changes, func(path configpath.Path) configpath.Path {
		path = beforeList(path)
		for i := range path {
			if value, present := lookup(document, path[:i]); !present || value == nil {
				return path[:i]
			}
		}
		return path
	}))
}

// places returns where changes touch a configuration, none within another.
func places(changes []Change, placeOf func(configpath.Path) configpath.Path) []configpath.Path {
	var all []configpath.Path
	for _, change := range changes {
		path, err := parsePath(change.Path)
		if err == nil { // checked with the action
			all = append(all, placeOf(path))
		}
	}
	slices.SortFunc(all, comparePaths)
	var outermost []configpath.Path
	for _, path := range all {
		if len(outermost) == 0 || !within(path, outermost[len(outermost)-1]) {
			outermost = append(outermost, path)
		}
	}
	return outermost
}

// snapshot returns what places hold, as changes that would put it there.
func snapshot(configuration json.RawMessage, places []configpath.Path) ([]Change, error) {
	document, err := decode(configuration)
	if err != nil {
		return nil, err
	}
	held := make([]Change, 0, len(places))
	for _, place := range places {
		value, present := lookup(document, place)
		if len(place) == 0 {
			present = configuration != nil
		}
		one := Change{Path: place.String(), Remove: !present}
		if present {
			if one.Value, err = encode(value); err != nil {
				return nil, err
			}
		}
		held = append(held, one)
	}
	return held, nil
}

// holds reports whether a configuration has what was to be there, and lacks what was not.
func (r *Reconciler) holds(configuration json.RawMessage, expected []Change) bool {
	document, err := decode(configuration)
	if err != nil {
		return false
	}
	return !slices.ContainsFunc(expected, func(one Change) bool {
		path, err := parsePath(one.Path)
		if err != nil {
			return true
		}
		value, present := lookup(document, path)
		if len(path) == 0 {
			present = configuration != nil
		}
		if present == one.Remove {
			return true
		}
		if one.Remove {
			return false
		}
		wanted, err := decode(one.Value)
		if err != nil {
			return true
		}
		return !equalJSON(wanted, value) && !r.alike(one, value)
	})
}

// alike asks whether a value that is written otherwise means the same.
func (r *Reconciler) alike(expected Change, value any) bool {
	if r.Alike == nil {
		return false
	}
	text, err := encode(value)
	return err == nil && r.Alike(expected.Path, expected.Value, text)
}
