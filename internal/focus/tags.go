package focus

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

var (
	errNotTags    = errors.New("is not a JSON object of tags")
	errNestedTags = errors.New("holds a list or an object as the value of a tag; FOCUS allows strings, numbers, true, false and null")
)

// parseTags reads FOCUS Tags: a JSON object, or a JSON string that holds one, as some exports
// encode it twice. Keys and values stay as delivered, so " org" and "org" are two tags; numbers,
// true and false become their text and null the empty string. A key given twice keeps its last
// value, as JSON readers do.
func parseTags(field []byte) (map[string]string, error) {
	if tags, plain := parsePlainTags(field); plain {
		return tags, nil
	}
	field = bytes.TrimSpace(field)
	if len(field) > 0 && field[0] == '"' {
		var inner string
		if json.Unmarshal(field, &inner) != nil {
			return nil, errNotTags
		}
		field = bytes.TrimSpace([]byte(inner))
		if isAbsent(field) {
			return nil, nil
		}
	}
	decoder := json.NewDecoder(bytes.NewReader(field))
	// UseNumber keeps 1.10 as 1.10.
	decoder.UseNumber()
	var raw map[string]any
	if err := decoder.Decode(&raw); err != nil || raw == nil {
		return nil, errNotTags
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errNotTags
	}
	return tagTexts(raw)
}

func tagTexts(raw map[string]any) (map[string]string, error) {
	if len(raw) == 0 {
		return nil, nil
	}
	tags := make(map[string]string, len(raw))
	for key, value := range raw {
		text, ok := tagText(value)
		if !ok {
			return nil, errNestedTags
		}
		if !isStorable(key) || !isStorable(text) {
			return nil, errNotText
		}
		tags[key] = text
	}
	return tags, nil
}

func tagText(value any) (text string, ok bool) {
	switch typed := value.(type) {
	case string:
		return typed, true
	case json.Number:
		return typed.String(), true
	case bool:
		if typed {
			return "true", true
		}
		return "false", true
	case nil:
		return "", true
	default:
		return "", false
	}
}
