package judgement

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// applied returns the declared configuration with changes made to it, all but one of them; without
// is its position, or -1. What is removed from a list becomes null, so that positions stay right.
func applied(declared document.Value, changes []drift.Change, without int) document.Value {
	for i, change := range changes {
		if i == without {
			continue
		}
		if change.Type == drift.KeyAdded {
			declared = appended(declared, change.Path, change.Actual)
		} else {
			declared = written(declared, change.Path, change.Actual)
		}
	}
	return declared
}

// appended writes a value that was added: to a list, whatever its position there, as the last.
func appended(config document.Value, path configpath.Path, value document.Value) document.Value {
	last := len(path) - 1
	if last < 0 {
		return value
	}
	if _, isIndex := path[last].Index(); !isIndex {
		return written(config, path, value)
	}
	list := path[:last].In(config)
	elements := make([]document.Value, 0, list.Len()+1)
	for _, element := range list.Elements() {
		elements = append(elements, element)
	}
	return written(config, path[:last], document.ArrayValue(append(elements, value)...))
}

// written returns a configuration with another value at a path, made where it is not there; a missing
// value removes a key.
func written(config document.Value, path configpath.Path, value document.Value) document.Value {
	if len(path) == 0 {
		return value
	}
	if position, isIndex := path[0].Index(); isIndex {
		elements := make([]document.Value, 0, config.Len()+1)
		for _, element := range config.Elements() {
			elements = append(elements, element)
		}
		for len(elements) <= position && len(elements) <= config.Len() {
			elements = append(elements, document.Value{})
		}
		position = min(position, len(elements)-1)
		elements[position] = written(elements[position], path[1:], value)
		return document.ArrayValue(elements...)
	}
	key, _ := path[0].Key()
	members := make([]document.Member, 0, config.Len()+1)
	for name, member := range config.Members() {
		if name != key {
			members = append(members, document.Member{Key: name, Value: member})
		}
	}
	members = append(members, document.Member{Key: key, Value: written(config.Get(key), path[1:], value)})
	return document.ObjectValue(members...)
}
