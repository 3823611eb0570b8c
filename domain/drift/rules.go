package drift

import (
	"slices"

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
// of a keyed list. Open says that in Declared mode live elements which nobody declared do not matter,
// unless they are watched: a list of settings of which a declaration names a few.
type CollectionRule struct {
	Scope
	As   Collection
	Keys []string
	Open bool
	// stated says that a schema has the list open, whatever later rules say of its elements.
	stated bool
}

// CompareRule names the comparators of a path and, where that is a list, of its elements. Values are
// equal where one of the comparators says so.
type CompareRule struct {
	Scope
	With []string
}

// IgnoreRule keeps a path, and what lies beneath, out of findings and out of fixes. Off takes earlier
// ignores back.
type IgnoreRule struct {
	Scope
	Reason string
	Off    bool
	// Where narrows the rule to objects whose members match these globs, on either side: elements of a
	// list that a provider adds, such as tags of its own.
	Where map[string]string
	// Sole narrows it further to objects with a single member.
	Sole bool
	// Declared and Live narrow the rule to scalars whose text matches a glob, on that side: markers of
	// values that are known only after deployment.
	Declared, Live string
}

func (r IgnoreRule) conditional() bool { return r.Declared != "" || r.Live != "" || len(r.Where) > 0 }

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

// DefaultRule gives the value that a provider fills in where nothing is declared, as far as it goes:
// keys that it does not name may have any value, and <name> within a text stands for some text, as in
// the documentation of providers. Several rules of one path are alternatives. Watched paths have their
// own list.
type DefaultRule struct {
	Scope
	Value document.Value
}

// WatchRule says that a live value at a path matters though nobody declared it, unless it is empty or
// one of Unless; where Only is given, it matters only if it is one of these. Both are matched as
// defaults are. Beside narrows the rule to what lies in something that was declared, Apart to what lies in
// something that was not. Off takes earlier watches back.
type WatchRule struct {
	Scope
	Unless []document.Value
	Only   []document.Value
	Beside bool
	Apart  bool
	Off    bool
	// stated says that a schema states the default. Which choice a provider falls back on changes with
	// the years, so a live text that elsewhere is as good as none counts as one of them.
	stated bool
}

// WriteOnlyRule marks a path, and what lies beneath, that a provider takes and never gives back, or
// gives back changed beyond recognition. Alone narrows the rule to the path itself, which is returned whole
// or was not read; it says nothing of a resource that a schema shows to have been read whole.
type WriteOnlyRule struct {
	Scope
	Alone bool
	// fixed says that a schema has the path settled when the resource is made: what a list has beyond the
	// declared elements came with it then.
	fixed bool
}

// MovedRule says that a declared value which is not there may come back beside its place: under a
// longer name, as the same member of something that nobody declared, or, for a text of some length,
// anywhere in it.
type MovedRule struct{ Scope }

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
	Moved       []MovedRule
}

// And returns the rules followed by later ones, which win over them.
func (r Rules) And(later Rules) Rules {
	return Rules{
		Collections: slices.Concat(r.Collections, later.Collections),
		Compare:     slices.Concat(r.Compare, later.Compare),
		Ignore:      slices.Concat(r.Ignore, later.Ignore),
		Severity:    slices.Concat(r.Severity, later.Severity),
		Sensitive:   slices.Concat(r.Sensitive, later.Sensitive),
		Null:        slices.Concat(r.Null, later.Null),
		Empty:       slices.Concat(r.Empty, later.Empty),
		Defaults:    slices.Concat(r.Defaults, later.Defaults),
		Watch:       slices.Concat(r.Watch, later.Watch),
		WriteOnly:   slices.Concat(r.WriteOnly, later.WriteOnly),
		Moved:       slices.Concat(r.Moved, later.Moved),
	}
}
