package drift

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Schema is what a provider says of a resource type, in the manner of a CloudFormation resource
// schema. Paths are patterns whose * stands for any position of a list.
type Schema struct {
	// ReadOnly paths are set by the provider alone and are never drift.
	ReadOnly []string
	// WriteOnly paths are accepted and never returned: their absence is no drift.
	WriteOnly []string
	// CreateOnly paths are fixed when a resource is made: what is missing of them was never returned.
	CreateOnly []string
	// Defaults are the values where nothing is declared, by path.
	Defaults []SchemaDefault
	// UnorderedScalars and UnorderedObjects are lists whose order means nothing.
	UnorderedScalars []string
	UnorderedObjects []string
	// Attributes are lists of settings that the provider completes with those that are not declared.
	Attributes []string
	// FreeFormMaps are maps whose keys are the user's own, so that a live key which nobody declared
	// matters.
	FreeFormMaps []string
	// Watched are paths whose live value matters though nobody declared it.
	Watched []string
	// Sensitive paths hold secrets.
	Sensitive []string
}

// SchemaDefault is the default of a path.
type SchemaDefault struct {
	Path  string
	Value document.Value
}

// ParseSchema reads the schema of a pair: lists readOnlyPaths, writeOnlyPaths, createOnlyPaths,
// unorderedScalarPaths, unorderedObjectArrayPaths, freeFormMapPaths and sensitivePaths, and objects
// defaults and defaultPaths. Paths are dotted (A.*.B) or JSON pointers (/properties/A/*/B). Other members are not read. A whole resource
// schema of CloudFormation's registry, with properties and readOnlyProperties, is read as well. An
// error is InvalidInput.
func ParseSchema(value document.Value) (*Schema, error) {
	if value.Kind() != document.Object {
		return nil, fault.New(fault.InvalidInput, "the schema is %s; it must be an object", value.Kind())
	}
	if isProviderSchema(value) {
		return parseProviderSchema(value)
	}
	schema := &Schema{}
	for key, into := range map[string]*[]string{
		"readOnlyPaths": &schema.ReadOnly, "writeOnlyPaths": &schema.WriteOnly, "createOnlyPaths": &schema.CreateOnly,
		"unorderedScalarPaths": &schema.UnorderedScalars, "unorderedObjectArrayPaths": &schema.UnorderedObjects,
		"freeFormMapPaths": &schema.FreeFormMaps, "sensitivePaths": &schema.Sensitive,
	} {
		list := value.Get(key)
		if kind := list.Kind(); kind != document.Array && kind != document.Missing && kind != document.Null {
			return nil, fault.New(fault.InvalidInput, "%s of the schema is %s; it must be a list of paths", key, kind)
		}
		for i, path := range list.Elements() {
			if path.Kind() != document.String {
				return nil, fault.New(fault.InvalidInput, "%s[%d] of the schema is %s; it must be a path", key, i, path.Kind())
			}
			*into = append(*into, schemaPattern(path.Text()))
		}
	}
	for _, key := range []string{"defaults", "defaultPaths"} {
		for path, fallback := range value.Get(key).Members() {
			schema.Defaults = append(schema.Defaults, SchemaDefault{schemaPattern(path), fallback})
		}
	}
	return schema, nil
}

// schemaPattern turns a schema's path into a pattern.
func schemaPattern(path string) string {
	separator := "."
	if strings.HasPrefix(path, "/") {
		path, separator = strings.TrimPrefix(strings.TrimPrefix(path, "/"), "properties/"), "/"
	}
	var pattern []byte
	for i, name := range strings.Split(path, separator) {
		one := name
		if name != "*" {
			one = configpath.Path{configpath.Key(name)}.String()
		}
		if i > 0 && one[0] != '[' {
			pattern = append(pattern, '.')
		}
		pattern = append(pattern, one...)
	}
	return string(pattern)
}

// rules turns a schema into rules, which any other rule may overrule.
func (s *Schema) rules() Rules {
	var rules Rules
	if s == nil {
		return rules
	}
	for _, path := range s.ReadOnly {
		rules.Ignore = append(rules.Ignore, IgnoreRule{Scope: Scope{Path: path}, Reason: "only the provider sets it"})
	}
	for _, path := range s.WriteOnly {
		rules.WriteOnly = append(rules.WriteOnly, WriteOnlyRule{Scope: Scope{Path: path}})
	}
	for _, path := range s.CreateOnly {
		rules.WriteOnly = append(rules.WriteOnly, WriteOnlyRule{Scope: Scope{Path: path}, fixed: true})
	}
	for _, fallback := range s.Defaults {
		rules.Defaults = append(rules.Defaults, DefaultRule{Scope{Path: fallback.Path}, fallback.Value})
		// A text of several lines is an example of a document, not a value to be held against.
		if fallback.Value.IsScalar() && !strings.Contains(fallback.Value.Text(), "\n") {
			rules.Watch = append(rules.Watch, WatchRule{Scope: Scope{Path: fallback.Path}, Unless: []document.Value{fallback.Value}, stated: true})
		}
	}
	for _, path := range append(append([]string(nil), s.UnorderedScalars...), s.UnorderedObjects...) {
		rules.Collections = append(rules.Collections, CollectionRule{Scope: Scope{Path: path}, As: Multiset})
	}
	for _, path := range s.Attributes {
		rules.Collections = append(rules.Collections, CollectionRule{Scope: Scope{Path: path}, As: Set, Open: true, stated: true})
	}
	for _, path := range s.Watched {
		rules.Watch = append(rules.Watch, WatchRule{Scope: Scope{Path: path}})
	}
	for _, path := range s.Sensitive {
		rules.Sensitive = append(rules.Sensitive, SensitiveRule{Scope{Path: path}})
	}
	for _, path := range s.FreeFormMaps {
		rules.Watch = append(rules.Watch, WatchRule{Scope: Scope{Path: path + ".*"}, Beside: true})
	}
	return rules
}
