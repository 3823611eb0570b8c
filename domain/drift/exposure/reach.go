package exposure

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// direction is which way traffic goes.
type direction uint8

const (
	ingress direction = iota
	egress
)

// rule is one network rule. Named groups, prefix lists and "self" are opaque: they are not the world,
// and equal only to themselves.
type rule struct {
	direction direction
	// allowList is set for a list of who may reach one endpoint, which is not added to other rules:
	// the name of the list, and whether everybody is let in where there is none.
	allowList   string
	openWithout bool
	deny        bool
	// order is the priority, lower first; rules without one are all equal and only allow.
	order     int64
	services  []services
	addresses Addresses
	names     []string
	place     *place
	signature string
}

// right is what a policy, a grant or a binding allows a principal, or denies it.
type right struct {
	deny      bool
	principal string
	action    string
	resource  string
	// condition is the canonical text of what limits the right, empty where nothing does.
	condition string
	// world is set where anybody may use the right: principal "*" without a limiting condition.
	world bool
	place *place
}

// Reach is what a configuration exposes. The zero value exposes nothing.
type Reach struct {
	rules  []rule
	rights []right
	// levels are the positions of switches and safeguards by name, positions in lists left out.
	levels map[string][]level
	// read lists the parts of the document that were understood.
	read []*place
	// ordered is set where deny rules or priorities make the order of rules matter.
	ordered bool
}

// Of reads what a configuration of a resource type exposes. It never fails: what it cannot read
// exposes nothing that it knows of, and Change.Explains says so for a path.
func Of(resourceType string, config document.Value) Reach {
	reader := reader{kind: nameOf(resourceType)}
	reader.root(config)
	reader.settle()
	return reader.reach
}

// Ordered reports whether rules have an order or deny something, so that each depends on the others.
func (r Reach) Ordered() bool {
	return r.ordered || slices.ContainsFunc(r.rules, func(rule rule) bool { return rule.order != unordered })
}

// Public reports whether anything is exposed to the world.
func (r Reach) Public() bool { return len(Compare(Reach{}, r).Opened) > 0 }

// Summary lists what is exposed to the world, one line each, in a stable order: what a person who
// decides about a change wants to see before and after.
func (r Reach) Summary() []string {
	opened := Compare(Reach{}, r).Opened
	lines := make([]string, len(opened))
	for i, finding := range opened {
		lines[i] = finding.What
	}
	return lines
}
