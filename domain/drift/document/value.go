// Package document holds decoded configuration: JSON values whose numbers keep every digit, in which
// a missing value, null and an empty value are three things. A decoded value never changes, so it
// may be shared between goroutines.
package document

import "iter"

// Kind is what a value is.
type Kind uint8

// The kinds of values. Missing is the zero Value: a key that is not there.
const (
	Missing Kind = iota
	Null
	Bool
	Number
	String
	Array
	Object
)

// String names the kind for people.
func (k Kind) String() string {
	return [...]string{"missing", "null", "a boolean", "a number", "a text", "a list", "an object"}[k]
}

// Value is one value of a document; the zero Value is missing. It is as cheap to pass as a pointer.
type Value struct{ n *node }

// node is a value with the key that it has within its object. The children of an object are in byte
// order of key, each key once, so that two objects are compared by one walk over both.
type node struct {
	kind Kind
	key  string
	// text is the content of a string, the spelling of a number, or true or false.
	text     string
	children []node
}

// Kind returns what the value is.
func (v Value) Kind() Kind {
	if v.n == nil {
		return Missing
	}
	return v.n.kind
}

// IsMissing reports whether there is no value.
func (v Value) IsMissing() bool { return v.n == nil }

// IsNull reports whether the value is null.
func (v Value) IsNull() bool { return v.Kind() == Null }

// IsScalar reports whether the value is a boolean, a number or a string.
func (v Value) IsScalar() bool {
	kind := v.Kind()
	return kind == Bool || kind == Number || kind == String
}

// IsEmpty reports whether the value is an empty string, list or object.
func (v Value) IsEmpty() bool {
	switch v.Kind() {
	case String:
		return v.n.text == ""
	case Array, Object:
		return len(v.n.children) == 0
	default:
		return false
	}
}

// Text returns the content of a string, the spelling of a number, or true or false; nothing for the
// other kinds.
func (v Value) Text() string {
	if v.n == nil {
		return ""
	}
	return v.n.text
}

// Bool returns whether the value is the boolean true.
func (v Value) Bool() bool { return v.Kind() == Bool && v.n.text == "true" }

// Len returns the number of elements of a list or of keys of an object, 0 for the other kinds.
func (v Value) Len() int {
	if v.n == nil {
		return 0
	}
	return len(v.n.children)
}

// At returns the element of a list, or the value of an object's key in byte order of keys; i is from
// 0 to Len()-1.
func (v Value) At(i int) Value { return Value{&v.n.children[i]} }

// Key returns the i-th key of an object in byte order of keys.
func (v Value) Key(i int) string { return v.n.children[i].key }

// Get returns the value of an object's key, missing where there is none or v is no object.
func (v Value) Get(key string) Value {
	if v.Kind() != Object {
		return Value{}
	}
	children := v.n.children
	low, high := 0, len(children)
	for low < high {
		middle := int(uint(low+high) >> 1)
		if children[middle].key < key {
			low = middle + 1
		} else {
			high = middle
		}
	}
	if low < len(children) && children[low].key == key {
		return Value{&children[low]}
	}
	return Value{}
}

// Members yields the keys of an object in byte order, with their values.
func (v Value) Members() iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		if v.Kind() != Object {
			return
		}
		for i := range v.n.children {
			if !yield(v.n.children[i].key, Value{&v.n.children[i]}) {
				return
			}
		}
	}
}

// Elements yields the elements of a list with their positions.
func (v Value) Elements() iter.Seq2[int, Value] {
	return func(yield func(int, Value) bool) {
		if v.Kind() != Array {
			return
		}
		for i := range v.n.children {
			if !yield(i, Value{&v.n.children[i]}) {
				return
			}
		}
	}
}

// Leaves returns the number of scalars, nulls and empty lists or objects in the value, itself
// included; 0 for a missing value.
func (v Value) Leaves() int {
	if v.n == nil {
		return 0
	}
	return v.n.leaves()
}

func (n *node) leaves() int {
	if len(n.children) == 0 {
		return 1
	}
	count := 0
	for i := range n.children {
		count += n.children[i].leaves()
	}
	return count
}

// Equal reports whether two values are the same: same kinds, the same content, lists in the same
// order, numbers by their exact value (1.0 is 1, 1e3 is 1000).
func Equal(a, b Value) bool {
	if a.n == nil || b.n == nil {
		return a.n == b.n
	}
	return equalNodes(a.n, b.n)
}

func equalNodes(a, b *node) bool {
	if a == b {
		return true
	}
	if a.kind != b.kind || len(a.children) != len(b.children) {
		return false
	}
	if a.text != b.text && (a.kind != Number || !EqualNumbers(a.text, b.text)) {
		return false
	}
	for i := range a.children {
		if a.kind == Object && a.children[i].key != b.children[i].key {
			return false
		}
		if !equalNodes(&a.children[i], &b.children[i]) {
			return false
		}
	}
	return true
}
