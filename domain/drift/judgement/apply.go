package judgement

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// edit is a value for a place.
type edit struct {
	path  configpath.Path
	value document.Value
	// added is set for what was not there: in a list, whatever its position, it becomes the last.
	added bool
}

// applied returns the declared configuration with changes made to it, all but one of them; without
// is its position, or -1. What is removed from a list becomes null, so that positions stay right.
func applied(declared document.Value, changes []drift.Change, without int) document.Value {
	edits := make([]edit, 0, len(changes))
	for i, change := range changes {
		if i != without {
			edits = append(edits, edit{change.Path, change.Actual, change.Type == drift.KeyAdded})
		}
	}
	return edited(declared, edits)
}

// written returns a configuration with another value at a path, made where it is not there; a missing
// value removes a key.
func written(config document.Value, path configpath.Path, value document.Value) document.Value {
	return edited(config, []edit{{path: path, value: value}})
}

// edited makes all edits in one walk, however many there are.
func edited(config document.Value, edits []edit) document.Value {
	var deeper []edit
	for _, one := range edits {
		if len(one.path) == 0 {
			config = one.value
		} else {
			deeper = append(deeper, one)
		}
	}
	if len(deeper) == 0 {
		return config
	}
	if _, isIndex := deeper[0].path[0].Index(); isIndex {
		return editedList(config, deeper)
	}
	return editedObject(config, deeper)
}

func editedList(config document.Value, edits []edit) document.Value {
	elements := make([]document.Value, 0, config.Len()+len(edits))
	for _, element := range config.Elements() {
		elements = append(elements, element)
	}
	for _, group := range byStep(edits) {
		position, _ := group.step.Index()
		var within []edit
		for _, one := range group.beneath {
			if one.added && len(one.path) == 0 {
				elements = append(elements, one.value)
			} else {
				within = append(within, one)
			}
		}
		switch {
		case len(within) == 0:
		case position < config.Len():
			elements[position] = edited(elements[position], within)
		default:
			elements = append(elements, edited(document.Value{}, within))
		}
	}
	return document.ArrayValue(elements...)
}

func editedObject(config document.Value, edits []edit) document.Value {
	groups := byStep(edits)
	touched := make(map[string]bool, len(groups))
	members := make([]document.Member, 0, config.Len()+len(groups))
	for _, group := range groups {
		key, _ := group.step.Key()
		touched[key] = true
		members = append(members, document.Member{Key: key, Value: edited(config.Get(key), group.beneath)})
	}
	for key, member := range config.Members() {
		if !touched[key] {
			members = append(members, document.Member{Key: key, Value: member})
		}
	}
	return document.ObjectValue(members...)
}

// stepped are the edits that begin with one step, which their paths have behind them.
type stepped struct {
	step    configpath.Segment
	beneath []edit
}

// byStep groups edits by their first step, in the order in which the steps first come.
func byStep(edits []edit) []stepped {
	place := make(map[configpath.Segment]int, len(edits))
	var groups []stepped
	for _, one := range edits {
		step := one.path[0]
		at, known := place[step]
		if !known {
			at = len(groups)
			place[step] = at
			groups = append(groups, stepped{step: step})
		}
		one.path = one.path[1:]
		groups[at].beneath = append(groups[at].beneath, one)
	}
	return groups
}
