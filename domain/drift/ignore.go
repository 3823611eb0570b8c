package drift

import (
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// conditionalIgnore is an IgnoreRule that is about some values of its place.
type conditionalIgnore struct {
	where          []memberGlob
	sole           bool
	declared, live string
}

// memberGlob is a glob of keys with one of what their members hold.
type memberGlob struct{ name, value string }

func conditionalOf(r IgnoreRule) conditionalIgnore {
	c := conditionalIgnore{sole: r.Sole, declared: r.Declared, live: r.Live}
	for name, value := range r.Where {
		c.where = append(c.where, memberGlob{name, value})
	}
	return c
}

// ignores reports whether rules keep the place, or these values of it, out of findings.
func (v *verdict) ignores(desired, actual document.Value) bool {
	if v.ignored {
		return true
	}
	objects := desired.Kind() == document.Object || actual.Kind() == document.Object
	scalars := desired.IsScalar() || actual.IsScalar()
	return (objects && anyHolds(v.ofObjects, desired, actual)) || (scalars && anyHolds(v.ofScalars, desired, actual))
}

func anyHolds(rules []conditionalIgnore, desired, actual document.Value) bool {
	for i := range rules {
		if rules[i].holds(desired, actual) {
			return true
		}
	}
	return false
}

// holds reports whether the conditions of a rule are met by the values of both sides.
func (c *conditionalIgnore) holds(desired, actual document.Value) bool {
	switch {
	case c.sole && desired.Len() != 1 && actual.Len() != 1:
		return false
	case len(c.where) > 0 && !c.matches(desired) && !c.matches(actual):
		return false
	case c.declared != "" && !like(c.declared, desired):
		return false
	default:
		return c.live == "" || like(c.live, actual)
	}
}

// matches reports whether for each name an object has a member that is a scalar that the glob matches, or
// anything at all where that is *.
func (c *conditionalIgnore) matches(value document.Value) bool {
	if value.Kind() != document.Object {
		return false
	}
	for _, want := range c.where {
		found := false
		for i := 0; i < value.Len() && !found; i++ {
			found = configpath.Wildcard(want.name, value.Key(i)) && (want.value == "*" || like(want.value, value.At(i)))
		}
		if !found {
			return false
		}
	}
	return true
}

// like reports whether a value is a scalar whose text a glob matches.
func like(glob string, value document.Value) bool {
	return value.IsScalar() && configpath.Wildcard(glob, value.Text())
}
