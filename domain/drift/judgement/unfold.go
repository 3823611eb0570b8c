package judgement

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/semantic"
)

// unfolded returns the declared configuration in the form in which the changes were found: JSON that is
// written within a text, and policies in which something stands for a list of one, are taken apart where
// the path of a change goes through them.
func unfolded(declared document.Value, changes []drift.Change) document.Value {
	for _, change := range changes {
		declared = unfold(declared, change.Path)
	}
	return declared
}

func unfold(value document.Value, path configpath.Path) document.Value {
	if len(path) == 0 || leads(value, path) {
		return value
	}
	value = apart(value)
	if value.Len() == 0 {
		return value
	}
	child := path[:1].In(value)
	if child.IsMissing() {
		return value
	}
	return written(value, path[:1], unfold(child, path[1:]))
}

// leads reports whether every step of a path but the last, which may be new, goes into what is there.
func leads(value document.Value, path configpath.Path) bool {
	for i, step := range path {
		_, isIndex := step.Index()
		switch kind := value.Kind(); {
		case kind == document.Missing || kind == document.Null:
			return true
		case isIndex != (kind == document.Array) || value.IsScalar():
			return false
		}
		value = path[i : i+1].In(value)
	}
	return true
}

// apart reads a policy in its one form, and other JSON within a text as it is.
func apart(value document.Value) document.Value {
	for _, name := range []string{"iam-policy", "json"} {
		comparator, _ := semantic.Named(name) // built in
		if _, ofKind := comparator.Normalize(value); !ofKind {
			continue
		}
		if comparator.Spelled != nil {
			return comparator.Spelled(value)
		}
		form, _ := comparator.Normalize(value)
		return form
	}
	return value
}
