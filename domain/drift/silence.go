package drift

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// equal reports whether two scalars are equal by the comparators of their place.
func (v *verdict) equal(a, b document.Value) bool {
	if document.Equal(a, b) || (!v.onlyThese && semantic.Plain(a, b)) {
		return true
	}
	return slices.ContainsFunc(v.comparators, func(c *semantic.Comparator) bool { return c.Same(a, b) })
}

// fills reports whether a text is a template's with something for each <name>, and eight hexadecimal
// digits for each <hash>, as CDK ends the names that it makes.
func fills(template, text string) bool {
	if !strings.Contains(template, "<") {
		return false
	}
	known, made := templates.Load(template)
	if !made {
		known, _ = templates.LoadOrStore(template, templateForm(template))
	}
	form, _ := known.(*regexp.Regexp)
	return form != nil && form.MatchString(text)
}

// templates are the forms of the templates that rules hold, nil for a text that is none.
var templates sync.Map // map[string]*regexp.Regexp

func templateForm(template string) *regexp.Regexp {
	var form strings.Builder
	form.WriteString("(?s)^")
	isTemplate := false
	for {
		before, rest, opens := strings.Cut(template, "<")
		name, after, closes := strings.Cut(rest, ">")
		if !opens || !closes {
			break
		}
		isTemplate = true
		form.WriteString(regexp.QuoteMeta(before))
		if name == "hash" {
			form.WriteString("[0-9A-F]{8}")
		} else {
			form.WriteString(".+")
		}
		template = after
	}
	if !isTemplate {
		return nil
	}
	return regexp.MustCompile(form.String() + regexp.QuoteMeta(template) + "$")
}

// isNothing reports whether a value, null or an empty one, means the same as a missing one.
func (v *verdict) isNothing(value document.Value) bool {
	return (value.IsNull() && v.null == EqualsMissing) || (value.IsEmpty() && v.empty == EqualsMissing)
}

// plainlyAbsent is absent without asking comparators.
func (v *verdict) plainlyAbsent(value document.Value) bool {
	return v.isNothing(value) || slices.ContainsFunc(v.defaults, func(fallback document.Value) bool { return semantic.Plain(fallback, value) })
}

// absent reports whether a value of one side means the same as its absence on the other.
func (w *walker) absent(state *configpath.State, v *verdict, value document.Value) bool {
	if value.IsNull() || v.isNothing(value) {
		return v.isNothing(value)
	}
	return slices.ContainsFunc(v.defaults, func(fallback document.Value) bool { return w.meets(state, fallback, value) })
}

// holds reports whether the rule is about a value that lies in something undeclared, or in something declared.
func (r *WatchRule) holds(undeclared bool) bool {
	return !r.Off && (!r.Beside || !undeclared) && (!r.Apart || undeclared)
}

// alarming reports whether a watched live value matters.
func (w *walker) alarming(state *configpath.State, watch *WatchRule, actual document.Value) bool {
	if nothing(actual) || actual.IsEmpty() {
		return false
	}
	same := func(value document.Value) bool { return w.meets(state, value, actual) }
	if len(watch.Only) > 0 && !slices.ContainsFunc(watch.Only, same) {
		return false
	}
	return !slices.ContainsFunc(watch.Unless, same)
}

// meets reports whether a value has all that an expected one names.
func (w *walker) meets(state *configpath.State, expected, value document.Value) bool {
	if expected.IsScalar() {
		v := w.program.at(state)
		return value.IsScalar() && (v.equal(expected, value) || fills(expected.Text(), value.Text()))
	}
	probing := stance{mode: Declared, template: true, unordered: w.unordered, whole: w.whole, label: w.label}
	return w.taking(probing, func() int { return w.diff(state, expected, value) }) == 0
}
