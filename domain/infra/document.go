package infra

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// decode reads a JSON document with its numbers as they are written; nil stays nil.
func decode(text json.RawMessage) (any, error) {
	if text == nil {
		return nil, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var document any
	if err := decoder.Decode(&document); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the document")
	}
	return document, nil
}

// encode writes a document with its keys in order and its text as people read it.
func encode(document any) (json.RawMessage, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(document); err != nil {
		return nil, err
	}
	return bytes.TrimRight(text.Bytes(), "\n"), nil
}

func isNull(text json.RawMessage) bool {
	trimmed := bytes.TrimSpace(text)
	return len(trimmed) == 0 || bytes.Equal(trimmed, []byte("null"))
}

// change makes one change at the rest of its path within value and returns what value became.
func change(value any, rest configpath.Path, whole placedChange) (any, error) {
	segment := rest[0]
	if value == nil {
		if whole.Remove {
			return nil, nil
		}
		value = emptyFor(segment)
	}
	if _, isIndex := segment.Index(); isIndex {
		list, isList := value.([]any)
		if !isList {
			return nil, misstep(whole.at, rest, "no list")
		}
		return changeList(list, rest, whole)
	}
	object, isObject := value.(map[string]any)
	if !isObject {
		return nil, misstep(whole.at, rest, "no object")
	}
	return changeObject(object, rest, whole)
}

func emptyFor(segment configpath.Segment) any {
	if _, isIndex := segment.Index(); isIndex {
		return []any{}
	}
	return map[string]any{}
}

func changeObject(object map[string]any, rest configpath.Path, whole placedChange) (any, error) {
	key, _ := rest[0].Key()
	below, present := object[key]
	switch {
	case len(rest) == 1 && whole.Remove:
		delete(object, key)
		return object, nil
	case len(rest) == 1:
		object[key] = whole.value
		return object, nil
	case !present && whole.Remove:
		return object, nil
	}
	changed, err := change(below, rest[1:], whole)
	if err != nil {
		return nil, err
	}
	object[key] = changed
	return object, nil
}

func changeList(list []any, rest configpath.Path, whole placedChange) (any, error) {
	index, _ := rest[0].Index()
	switch {
	case index > len(list), index == len(list) && len(rest) > 1 && whole.Remove:
		return nil, misstep(whole.at, rest, "no element")
	case len(rest) == 1 && whole.Remove:
		if index == len(list) {
			return nil, misstep(whole.at, rest, "no element")
		}
		return slices.Delete(list, index, index+1), nil
	case index == len(list):
		list = append(list, nil)
	}
	if len(rest) == 1 {
		list[index] = whole.value
		return list, nil
	}
	changed, err := change(list[index], rest[1:], whole)
	if err != nil {
		return nil, err
	}
	list[index] = changed
	return list, nil
}

// misstep names the path and the place where it leads nowhere, never a value.
func misstep(path, rest configpath.Path, what string) error {
	return fault.Invalid("/changes", "path %q leads nowhere: there is %s at step %d", path.String(), what, len(path)-len(rest)+1)
}

// lookup returns the value at a path and whether there is one.
func lookup(document any, path configpath.Path) (any, bool) {
	for _, segment := range path {
		if index, isIndex := segment.Index(); isIndex {
			list, isList := document.([]any)
			if !isList || index >= len(list) {
				return nil, false
			}
			document = list[index]
			continue
		}
		object, isObject := document.(map[string]any)
		if !isObject {
			return nil, false
		}
		key, _ := segment.Key()
		below, present := object[key]
		if !present {
			return nil, false
		}
		document = below
	}
	return document, true
}
