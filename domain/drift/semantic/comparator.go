// Package semantic knows when two spellings mean the same: numbers in texts, CIDR blocks, durations,
// quantities, times, JSON within texts, policy documents, and what a provider makes of a name.
package semantic

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Comparator says when two values mean the same. It has one of two forms; where it does not
// understand a value, plain equality decides.
type Comparator struct {
	// Name is what rules call it by.
	Name string
	// Normalize returns the one spelling of a value, false where the value is not of its kind. Values
	// with the same spelling are equal. A list or object that it returns is compared further within.
	Normalize func(document.Value) (document.Value, bool)
	// Spelled has the form that Normalize gives a value, with texts as they were written: what is shown
	// where Normalize folds texts. Every value lies at the same place in both. Nil where it folds none.
	Spelled func(document.Value) document.Value
	// Unordered says that lists within what Normalize returns are sets. Their elements are compared
	// whole, also where only what is declared is: in a policy, what nobody declared grants something.
	Unordered bool
	// Label is a key of such elements that only names them, so that nothing is missed where only the
	// live side has it.
	Label string
	// Equal compares where no single spelling exists, such as a name and the ARN that ends in it.
	Equal func(desired, actual document.Value) bool
	// Containers says that the comparator has something to say of two objects or two lists; others are
	// asked about scalars, and about a text beside an object or a list.
	Containers bool
	// Refines says that Equal holds only where plain equality does.
	Refines bool
}

// Same reports whether the comparator, of either form, says that two values are equal.
func (c *Comparator) Same(desired, actual document.Value) bool {
	if c.Equal != nil {
		return c.Equal(desired, actual)
	}
	a, ofKind := c.Normalize(desired)
	if !ofKind {
		return false
	}
	b, ofKind := c.Normalize(actual)
	return ofKind && document.Equal(a, b)
}

// Named returns a built-in comparator.
func Named(name string) (*Comparator, bool) {
	i := slices.IndexFunc(builtIn, func(c *Comparator) bool { return c.Name == name })
	if i < 0 {
		return nil, false
	}
	return builtIn[i], true
}

// Names lists the built-in comparators.
func Names() []string {
	names := make([]string, len(builtIn))
	for i, c := range builtIn {
		names[i] = c.Name
	}
	return names
}

// builtIn lists the comparators that rules may name; docs/drift.md tells what each is for.
var builtIn = []*Comparator{
	{Name: "exact", Equal: document.Equal, Refines: true, Containers: true},
	{Name: "plain", Equal: Plain, Refines: true},
	{Name: "number", Normalize: looseNumber},
	{Name: "float32", Equal: texts(sameSingle)},
	{Name: "boolean", Normalize: looseBoolean},
	{Name: "ignore-case", Normalize: text(foldCase)},
	{Name: "trim", Normalize: text(trimmed)},
	{Name: "spaces", Normalize: text(foldSpaces)},
	{Name: "words", Normalize: text(sortedWords)},
	{Name: "comma-list", Normalize: text(sortedItems)},
	{Name: "attribute-list", Normalize: text(sortedAttributes)},
	{Name: "joined-list", Equal: sameJoined},
	{Name: "cidr", Normalize: text(canonicalCIDR)},
	{Name: "ip", Normalize: text(canonicalIP)},
	{Name: "hostname", Normalize: text(canonicalHost)},
	{Name: "dns-alias", Normalize: text(canonicalAlias)},
	{Name: "ip-protocol", Normalize: protocol},
	{Name: "url", Normalize: text(canonicalURL)},
	{Name: "duration", Normalize: duration},
	{Name: "bytes", Normalize: quantity(byteUnits, true)},
	{Name: "cpu", Normalize: quantity(cpuUnits, false)},
	{Name: "quantity", Normalize: quantity(quantityUnits, false)},
	{Name: "task-size", Normalize: quantity(taskUnits, true)},
	{Name: "time", Normalize: text(canonicalTime)},
	{Name: "epoch", Equal: texts(sameInstant)},
	{Name: "hour", Normalize: startOfHour},
	{Name: "base64", Equal: texts(sameBase64)},
	{Name: "json", Normalize: withinText},
	{Name: "iam-policy", Normalize: policy, Spelled: spelledPolicy, Unordered: true, Label: "Sid", Containers: true},
	{Name: "arn", Equal: texts(sameResource)},
	{Name: "kms-key", Equal: texts(sameKey)},
	{Name: "provider-case", Equal: texts(caseFoldedByProvider)},
	{Name: "generated-suffix", Equal: texts(generatedSuffix)},
	{Name: "version-prefix", Equal: texts(versionPrefix)},
	{Name: "final-mark", Equal: texts(sameButFinalMark)},
	{Name: "lost-characters", Equal: texts(lostCharacters)},
	{Name: "masked", Equal: texts(masked)},
	{Name: "placeholders", Equal: texts(sameButPlaceholders)},
	{Name: "json-pointer", Normalize: text(unescapedSlash)},
	{Name: "redis-acl", Normalize: text(canonicalACL)},
}

// text makes a Normalize of a function over texts.
func text(normalize func(string) (string, bool)) func(document.Value) (document.Value, bool) {
	return func(value document.Value) (document.Value, bool) {
		if value.Kind() != document.String {
			return value, false
		}
		normal, ofKind := normalize(value.Text())
		if !ofKind {
			return value, false
		}
		return respelt(value, normal), true
	}
}

// texts makes an Equal of a function over the texts of scalars.
func texts(equal func(desired, actual string) bool) func(desired, actual document.Value) bool {
	return func(desired, actual document.Value) bool {
		if Plain(desired, actual) {
			return true
		}
		return desired.IsScalar() && actual.IsScalar() && equal(desired.Text(), actual.Text())
	}
}

// Plain is equality where no rule names a comparator: a text equals a number or a boolean only in
// the canonical spelling of it, "8080" and "true"; all else as document.Equal has it.
func Plain(a, b document.Value) bool {
	if a.Kind() == b.Kind() || !a.IsScalar() || !b.IsScalar() {
		return document.Equal(a, b)
	}
	text, other := a, b
	if text.Kind() != document.String {
		text, other = b, a
	}
	switch {
	case text.Kind() != document.String:
		return false
	case other.Kind() == document.Bool:
		return text.Text() == other.Text()
	default:
		return document.CanonicalNumber(text.Text()) && document.EqualNumbers(text.Text(), other.Text())
	}
}
