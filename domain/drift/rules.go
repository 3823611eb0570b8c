package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Scope is where a rule holds: a path pattern, see configpath.Pattern, and a glob of resource types;
// an empty ResourceType is all of them.
type Scope struct {
	ResourceType string
	Path         string
}

// Collection says how the elements of a list relate to each other.
type Collection string

// The kinds of collections. A list is ordered; a set has neither order nor repetition; a multiset
// has no order; the elements of a keyed list are told apart by fields.
const (
	List     Collection = "list"
	Set      Collection = "set"
	Multiset Collection = "multiset"
	Keyed    Collection = "keyed"
)

// Nothingness is what null, or an empty value, is equal to.
type Nothingness string

// What null may be equal to. EqualsNothing tells null, missing and empty apart.
const (
	EqualsMissing Nothingness = "missing"
	EqualsEmpty   Nothingness = "empty"
	EqualsNothing Nothingness = "nothing"
)

// CollectionRule says what kind of list lies at a path. Keys are the fields that identify an element
// of a keyed list.
type CollectionRule struct {
	Scope
	As   Collection
	Keys []string
}

// CompareRule names the comparator of a path and, where that is a list, of its elements.
type CompareRule struct {
	Scope
	With string
}

// IgnoreRule keeps a path, and what lies beneath, out of findings and out of fixes. Off takes an
// earlier ignore back.
type IgnoreRule struct {
	Scope
	Reason string
	Off    bool
}

// SeverityRule gives changes at a path, and beneath, a severity.
type SeverityRule struct {
	Scope
	Severity Severity
}

// SensitiveRule marks the value at a path, and beneath, as secret.
type SensitiveRule struct{ Scope }

// NullRule says what null at a path is equal to.
type NullRule struct {
	Scope
	Equals Nothingness
}

// EmptyRule says that an empty text, list or object at a path is the same as a missing one
// (EqualsMissing), or not (EqualsNothing).
type EmptyRule struct {
	Scope
	Equals Nothingness
}

// DefaultRule gives the value that a provider fills in where nothing is declared. Several rules of
// one path are alternatives.
type DefaultRule struct {
	Scope
	Value document.Value
}

// WatchRule says that a live value at a path matters though nobody declared it, unless it is empty,
// a default, or one of Unless. Off takes an earlier watch back.
type WatchRule struct {
	Scope
	Unless []document.Value
	Off    bool
}

// WriteOnlyRule marks a path that a provider takes and never gives back, or gives back changed
// beyond recognition.
type WriteOnlyRule struct{ Scope }

// Rules are everything that a comparison follows. In each list the last matching entry wins; a later
// Rules value wins over an earlier one.
type Rules struct {
	Collections []CollectionRule
	Compare     []CompareRule
	Ignore      []IgnoreRule
	Severity    []SeverityRule
	Sensitive   []SensitiveRule
	Null        []NullRule
	Empty       []EmptyRule
	Defaults    []DefaultRule
	Watch       []WatchRule
	WriteOnly   []WriteOnlyRule
}
