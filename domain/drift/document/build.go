package document

import "github.com/omnicloud/omnicloud/domain/fault"

// NullValue returns null.
func NullValue() Value { return Value{&node{kind: Null}} }

// BoolValue returns a boolean.
func BoolValue(value bool) Value {
	text := "false"
	if value {
		text = "true"
	}
	return Value{&node{kind: Bool, text: text}}
}

// TextValue returns a string.
func TextValue(text string) Value { return Value{&node{kind: String, text: text}} }

// NumberValue returns a number by its JSON spelling. A text that is none is an InvalidInput error.
func NumberValue(text string) (Value, error) {
	length, inBounds := numberLength(text)
	if length == 0 || length != len(text) || !inBounds {
		return Value{}, fault.New(fault.InvalidInput, "%.40q is no JSON number", text)
	}
	return Value{&node{kind: Number, text: text}}, nil
}

// ArrayValue returns a list; a missing element becomes null.
func ArrayValue(elements ...Value) Value {
	children := make([]node, len(elements))
	for i, element := range elements {
		children[i] = element.copied("")
	}
	return Value{&node{kind: Array, children: children}}
}

// Member is a key of an object with its value.
type Member struct {
	Key   string
	Value Value
}

// ObjectValue returns an object. Members whose value is missing are left out; of a key that comes
// twice the last counts.
func ObjectValue(members ...Member) Value {
	children := make([]node, 0, len(members))
	for _, member := range members {
		if !member.Value.IsMissing() {
			children = append(children, member.Value.copied(member.Key))
		}
	}
	return Value{&node{kind: Object, children: sorted(children)}}
}

func (v Value) copied(key string) node {
	if v.n == nil {
		return node{kind: Null, key: key}
	}
	n := *v.n
	n.key = key
	return n
}
