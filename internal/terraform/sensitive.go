package terraform

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// schemaOf writes sensitive paths as a schema that a resource is kept with, so that whoever compares it
// later hides what Terraform hides; nil where there are none.
func schemaOf(paths []string) json.RawMessage {
	if len(paths) == 0 {
		return nil
	}
	slices.Sort(paths)
	text, _ := json.Marshal(map[string][]string{"sensitivePaths": slices.Compact(paths)}) // texts alone
	return text
}

// sensitiveRoot is the path of a whole resource. It tells a pointer from a dotted path, and an attribute
// that is called properties from the root.
const sensitiveRoot = "/properties"

// markedPaths lists the paths at which a tree of marks, as terraform show writes it, is true.
func markedPaths(at string, marks document.Value) []string {
	var paths []string
	switch marks.Kind() {
	case document.Bool:
		switch {
		case marks.Bool() && at == sensitiveRoot:
			paths = append(paths, below(at, "*"))
		case marks.Bool():
			paths = append(paths, at)
		}
	case document.Object:
		for key, inner := range marks.Members() {
			paths = append(paths, markedPaths(below(at, key), inner)...)
		}
	case document.Array:
		for _, inner := range marks.Elements() {
			paths = append(paths, markedPaths(below(at, "*"), inner)...)
		}
	default:
	}
	return paths
}

// attributePaths lists the sensitive_attributes of an instance in a state file: each is a list of steps.
func attributePaths(list document.Value) []string {
	var paths []string
	for _, steps := range list.Elements() {
		at := sensitiveRoot
		for _, step := range steps.Elements() {
			value := step.Get("value")
			switch {
			case step.Get("type").Text() == "get_attr":
				at = below(at, value.Text())
			case value.Get("type").Text() == "string":
				at = below(at, value.Get("value").Text())
			default:
				at = below(at, "*")
			}
		}
		paths = append(paths, at)
	}
	return paths
}

// below returns the path of a key. A key that no path can name has everything beside it hidden too.
func below(at, key string) string {
	if key == "" || strings.Contains(key, "/") {
		key = "*"
	}
	return at + "/" + key
}
