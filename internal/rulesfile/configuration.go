package rulesfile

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// ParseConfiguration reads a configuration to be compared: JSON where it begins with a brace or a
// bracket, YAML elsewhere. name stands for the file in errors. An error is InvalidInput: an empty file or
// a single value is no configuration, for it is what a command that failed leaves behind. Where there is
// no resource, the document is null.
func ParseConfiguration(name string, text []byte) (document.Value, error) {
	start := bytes.TrimSpace(text)
	switch {
	case len(start) == 0:
		return document.Value{}, fault.New(fault.InvalidInput, "%s is empty; write null where there is no resource", name)
	case !utf8.Valid(text):
		return document.Value{}, fault.New(fault.InvalidInput, "%s is no text in UTF-8; give JSON or YAML", name)
	}
	if len(start) > 0 && (start[0] == '{' || start[0] == '[') && !isYAMLName(name) {
		value, err := document.Parse(text)
		if err != nil {
			return document.Value{}, fault.New(fault.InvalidInput, "%s: %s", name, err)
		}
		return value, nil
	}
	root, err := parse(name, text)
	if err != nil {
		return document.Value{}, err
	}
	if root.kind == kindScalar {
		return document.Value{}, root.errorf("is a single value; a configuration is a mapping or a list")
	}
	return root.document()
}

func isYAMLName(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// document returns the node as a value of a document: what is written as a number or boolean is one.
func (n node) document() (document.Value, error) {
	switch n.kind {
	case kindNull:
		return document.NullValue(), nil
	case kindList:
		elements := make([]document.Value, len(n.items))
		for i, item := range n.items {
			var err error
			if elements[i], err = item.document(); err != nil {
				return document.Value{}, err
			}
		}
		return document.ArrayValue(elements...), nil
	case kindMapping:
		members := make([]document.Member, len(n.items))
		for i, item := range n.items {
			value, err := item.document()
			if err != nil {
				return document.Value{}, err
			}
			members[i] = document.Member{Key: n.keys[i], Value: value}
		}
		return document.ObjectValue(members...), nil
	default:
		return n.scalarDocument()
	}
}

func (n node) scalarDocument() (document.Value, error) {
	if !n.typed {
		return document.TextValue(n.text), nil
	}
	if value, err := parseBool(strings.ToLower(n.text)); err == nil {
		return document.BoolValue(value), nil
	}
	value, err := document.NumberValue(strings.TrimPrefix(n.text, "+"))
	if err != nil {
		return document.Value{}, n.errorf("%.40q is a number that JSON cannot hold; write it in quotes or as a plain decimal", n.text)
	}
	return value, nil
}
