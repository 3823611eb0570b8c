package drift

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// isProviderSchema tells a resource schema as CloudFormation's registry publishes it from the schema
// of a pair.
func isProviderSchema(value document.Value) bool {
	return value.Get("properties").Kind() == document.Object || !value.Get("readOnlyProperties").IsMissing() ||
		!value.Get("writeOnlyProperties").IsMissing()
}

// parseProviderSchema reads a resource schema of CloudFormation's registry: what is read-only,
// write-only or fixed when the resource is made, and, from its properties, defaults, lists without
// order or of attributes, and maps of any keys. A deprecated property need not be returned, so that it is
// as good as write-only.
func parseProviderSchema(value document.Value) (*Schema, error) {
	schema := &Schema{}
	var deprecated []string
	for key, into := range map[string]*[]string{
		"readOnlyProperties": &schema.ReadOnly, "writeOnlyProperties": &schema.WriteOnly, "createOnlyProperties": &schema.CreateOnly,
		"deprecatedProperties": &deprecated,
	} {
		list := value.Get(key)
		if kind := list.Kind(); kind != document.Array && kind != document.Missing && kind != document.Null {
			return nil, fault.New(fault.InvalidInput, "%s of the schema is %s; it must be a list of JSON pointers", key, kind)
		}
		for i, pointer := range list.Elements() {
			if !strings.HasPrefix(pointer.Text(), "/properties/") {
				return nil, fault.New(fault.InvalidInput, "%s[%d] of the schema is no pointer such as /properties/Arn", key, i)
			}
			*into = append(*into, schemaPattern(strings.ReplaceAll(pointer.Text(), "/properties/", "/")))
		}
	}
	schema.WriteOnly = append(schema.WriteOnly, deprecated...)
	w := schemaWalk{schema: schema, definitions: value.Get("definitions")}
	w.properties(nil, value.Get("properties"), deepestProperty)
	return schema, nil
}

// deepestProperty bounds how deep properties are followed, since definitions may refer to themselves.
const deepestProperty = 12

// schemaWalk goes through the properties of a resource schema.
type schemaWalk struct {
	schema      *Schema
	definitions document.Value
}

func (w schemaWalk) properties(path configpath.Path, properties document.Value, left int) {
	for name, property := range properties.Members() {
		w.property(path.With(configpath.Key(name)), property, left)
	}
}

func (w schemaWalk) property(path configpath.Path, property document.Value, left int) {
	if left == 0 {
		return
	}
	if fallback := property.Get("default"); !fallback.IsMissing() {
		w.schema.Defaults = append(w.schema.Defaults, SchemaDefault{path.String(), fallback})
	}
	property = w.resolved(property)
	if fallback := property.Get("default"); !fallback.IsMissing() {
		w.schema.Defaults = append(w.schema.Defaults, SchemaDefault{path.String(), fallback})
	}
	w.properties(path, property.Get("properties"), left-1)
	if property.Get("properties").Len() == 0 && (property.Get("patternProperties").Len() > 0 || property.Get("additionalProperties").Bool()) {
		w.schema.FreeFormMaps = append(w.schema.FreeFormMaps, path.String())
	}
	if property.Get("arrayType").Text() == "AttributeList" {
		w.schema.Attributes = append(w.schema.Attributes, path.String())
	}
	if items := property.Get("items"); !items.IsMissing() {
		items = w.resolved(items)
		if order := property.Get("insertionOrder"); order.Kind() == document.Bool && !order.Bool() {
			if items.Get("properties").IsMissing() {
				w.schema.UnorderedScalars = append(w.schema.UnorderedScalars, path.String())
			} else {
				w.schema.UnorderedObjects = append(w.schema.UnorderedObjects, path.String())
			}
		}
		// A path without a position holds for every element.
		w.properties(path, items.Get("properties"), left-1)
	}
}

// resolved follows a reference to a definition of the same schema.
func (w schemaWalk) resolved(property document.Value) document.Value {
	for range deepestProperty {
		name, refers := strings.CutPrefix(property.Get("$ref").Text(), "#/definitions/")
		if !refers {
			return property
		}
		property = w.definitions.Get(name)
	}
	return property
}
