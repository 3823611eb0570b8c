package infra

import (
	"encoding/json"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Change sets or removes one value of a configuration. Its path addresses the configuration that is
// being changed; an index of a list counts in that list as it was read, and an index one beyond its
// end appends. The empty path stands for the configuration as a whole.
type Change struct {
	Path string `json:"path"`
	// Value is the JSON to be written; null writes null. It is nil where the value is removed.
	Value  json.RawMessage `json:"value,omitempty"`
	Remove bool            `json:"remove,omitempty"`
}

// placedChange is a change with its path read.
type placedChange struct {
	Change
	at    configpath.Path
	value any
}

// ChangesOf makes changes of a remediation's map from path to value, in which null removes. They
// come in the order of their paths.
func ChangesOf(values map[string]json.RawMessage) []Change {
	changes := make([]Change, 0, len(values))
	for path, value := range values {
		change := Change{Path: path, Value: value}
		if isNull(value) {
			change = Change{Path: path, Remove: true}
		}
		changes = append(changes, change)
	}
	slices.SortFunc(changes, func(a, b Change) int {
		left, _ := parsePath(a.Path)  // a path that is none is reported when the changes are applied
		right, _ := parsePath(b.Path) // as above
		return comparePaths(left, right)
	})
	return changes
}

// orderChanges reads the changes and puts them in the order in which they are applied: what is set by
// path, then what is removed from the last path to the first, so that no removal moves an element
// that another change addresses. Changes within each other are an InvalidInput error: their outcome
// would depend on the order.
func orderChanges(changes []Change) ([]placedChange, error) {
	placed := make([]placedChange, 0, len(changes))
	for _, change := range changes {
		at, err := parsePath(change.Path)
		if err != nil {
			return nil, err
		}
		one := placedChange{Change: change, at: at}
		if change.Remove == (change.Value != nil) {
			return nil, fault.Invalid("/changes", "the change of path %.200q must either hold a value or remove it", change.Path)
		}
		if !change.Remove {
			if one.value, err = decode(change.Value); err != nil {
				return nil, fault.Invalid("/changes", "the value for path %.200q is no JSON", change.Path)
			}
		}
		placed = append(placed, one)
	}
	slices.SortStableFunc(placed, func(a, b placedChange) int { return comparePaths(a.at, b.at) })
	for i := 1; i < len(placed); i++ {
		if within(placed[i].at, placed[i-1].at) {
			return nil, fault.Invalid("/changes", "the changes of %.200q and %.200q overlap; give one of them", placed[i-1].Path, placed[i].Path)
		}
	}
	sets, removals := []placedChange{}, []placedChange{}
	for _, one := range placed {
		if one.Remove {
			removals = append(removals, one)
		} else {
			sets = append(sets, one)
		}
	}
	slices.Reverse(removals)
	return append(sets, removals...), nil
}

// Apply returns the configuration with the changes made; the configuration given stays as it is. A
// nil configuration is one that is not there: changes below its root begin an empty object, and a
// removed root leaves nil again. An index beyond the end of its list, or a step into something that
// is no object or list, is an InvalidInput error.
func Apply(configuration json.RawMessage, changes []Change) (json.RawMessage, error) {
	ordered, err := orderChanges(changes)
	if err != nil {
		return nil, err
	}
	document, err := decode(configuration)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the configuration is no JSON")
	}
	present := configuration != nil
	for _, one := range ordered {
		if len(one.at) == 0 {
			present, document = !one.Remove, one.value
			continue
		}
		if !present {
			if one.Remove {
				continue
			}
			present, document = true, map[string]any{}
		}
		if document, err = change(document, one.at, one); err != nil {
			return nil, err
		}
	}
	if !present {
		return nil, nil
	}
	if _, isObject := document.(map[string]any); !isObject {
		return nil, fault.Invalid("/changes", "a configuration is a JSON object; the changes would make it something else")
	}
	return encode(document)
}

// usesIndexes reports whether a change addresses an element of a list by its place, which means
// something else as soon as the list is another.
func usesIndexes(changes []Change) bool {
	return slices.ContainsFunc(changes, func(change Change) bool {
		path, err := parsePath(change.Path)
		return err == nil && len(beforeList(path)) < len(path)
	})
}
