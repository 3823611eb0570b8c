package custom

import (
	"bytes"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

//go:embed config.schema.json
var schemaText []byte

// Schema returns the JSON Schema (draft 2020-12) of a configuration.
func Schema() []byte { return bytes.Clone(schemaText) }

// rule is the part of JSON Schema that the configuration's schema uses.
type rule struct {
	Type                 string          `json:"type"`
	Enum                 []any           `json:"enum"`
	Properties           map[string]rule `json:"properties"`
	AdditionalProperties *bool           `json:"additionalProperties"`
	Items                *rule           `json:"items"`
	MinItems             int             `json:"minItems"`
	UniqueItems          bool            `json:"uniqueItems"`
	Minimum              *float64        `json:"minimum"`
	Maximum              *float64        `json:"maximum"`
	ExclusiveMinimum     *float64        `json:"exclusiveMinimum"`
	ExclusiveMaximum     *float64        `json:"exclusiveMaximum"`
}

// schema is the shipped schema, read once.
var schema = func() (r rule) {
	if err := json.Unmarshal(schemaText, &r); err != nil {
		panic("custom: the shipped schema: " + err.Error())
	}
	return r
}()

// validate holds a document against the schema; every breach is a field of the InvalidInput error, in
// the order of pointers.
func validate(document any) error {
	fields := schema.breaches("", document)
	if len(fields) == 0 {
		return nil
	}
	slices.SortStableFunc(fields, func(a, b fault.Field) int { return strings.Compare(a.Pointer, b.Pointer) })
	more := ""
	if len(fields) > 1 {
		more = fmt.Sprintf(" (and %d more)", len(fields)-1)
	}
	err := fault.New(fault.InvalidInput, "the model configuration breaks its schema: %s%s", fields[0].Message, more)
	err.Fields = fields
	return err
}

// breaches lists where a value breaks a rule.
func (r rule) breaches(pointer string, value any) []fault.Field {
	name := pointer
	if name == "" {
		name = "the configuration"
	}
	breach := func(format string, arguments ...any) []fault.Field {
		return []fault.Field{{Pointer: pointer, Message: name + " " + fmt.Sprintf(format, arguments...)}}
	}
	if !r.hasType(value) {
		return breach("must be of type %s", r.Type)
	}
	if r.Enum != nil && !slices.Contains(r.Enum, value) {
		return breach("is %v; it must be one of %s", value, listed(r.Enum))
	}
	switch v := value.(type) {
	case float64:
		if complaint := r.outside(v); complaint != "" {
			return breach("is %v; it must be %s", v, complaint)
		}
	case []any:
		if len(v) < r.MinItems {
			return breach("has %d entries; it must have at least %d", len(v), r.MinItems)
		}
		var fields []fault.Field
		for i, item := range v {
			if r.UniqueItems && slices.Contains(v[:i], item) {
				return breach("has the entry %v twice", item)
			}
			fields = append(fields, r.Items.breaches(fmt.Sprintf("%s/%d", pointer, i), item)...)
		}
		return fields
	case map[string]any:
		return r.members(pointer, v)
	}
	return nil
}

// members checks the members of an object.
func (r rule) members(pointer string, object map[string]any) []fault.Field {
	var fields []fault.Field
	for name, value := range object {
		at := pointer + "/" + strings.NewReplacer("~", "~0", "/", "~1").Replace(name)
		if property, known := r.Properties[name]; known {
			fields = append(fields, property.breaches(at, value)...)
		} else if r.AdditionalProperties != nil && !*r.AdditionalProperties {
			fields = append(fields, fault.Field{Pointer: at, Message: at + " is not a field of the configuration"})
		}
	}
	return fields
}

func (r rule) hasType(value any) bool {
	number, isNumber := value.(float64)
	switch r.Type {
	case "object":
		_, is := value.(map[string]any)
		return is
	case "array":
		_, is := value.([]any)
		return is
	case "string":
		_, is := value.(string)
		return is
	case "integer":
		return isNumber && number == math.Trunc(number)
	default:
		return isNumber
	}
}

// outside says what a number beyond its range must be, or nothing.
func (r rule) outside(v float64) string {
	switch {
	case r.Minimum != nil && v < *r.Minimum:
		return fmt.Sprintf("at least %v", *r.Minimum)
	case r.Maximum != nil && v > *r.Maximum:
		return fmt.Sprintf("at most %v", *r.Maximum)
	case r.ExclusiveMinimum != nil && v <= *r.ExclusiveMinimum:
		return fmt.Sprintf("above %v", *r.ExclusiveMinimum)
	case r.ExclusiveMaximum != nil && v >= *r.ExclusiveMaximum:
		return fmt.Sprintf("below %v", *r.ExclusiveMaximum)
	}
	return ""
}

func listed(values []any) string {
	words := make([]string, len(values))
	for i, v := range values {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}
