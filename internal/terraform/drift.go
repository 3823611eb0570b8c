package terraform

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Pair is a resource as Terraform last knew it and as the provider runs it; a side is missing where
// the resource is not there.
type Pair struct {
	Subject         drift.Subject
	Desired, Actual document.Value
}

// ReadDrift reads what a plan says has changed outside of Terraform (resource_drift), in its order,
// and takes everything that is sensitive anywhere in the plan into secrets. A document that is no
// plan is an InvalidInput error.
func ReadDrift(name string, text []byte, secrets *secrecy.Secrets) ([]Pair, error) {
	root, err := parse(name, text)
	if err != nil {
		return nil, err
	}
	if err := checkFormat(name, root); err != nil {
		return nil, err
	}
	if root.Get("planned_values").IsMissing() && root.Get("resource_changes").IsMissing() && root.Get("resource_drift").IsMissing() {
		return nil, fault.New(fault.InvalidInput, "%s is no plan; make one with terraform plan -out=plan and give terraform show -json plan", name)
	}
	if list := root.Get("resource_drift"); !list.IsMissing() && list.Kind() != document.Array {
		return nil, fault.New(fault.InvalidInput, "%s: resource_drift is %s; it must be a list", name, list.Kind())
	}
	learn(root, secrets)
	var pairs []Pair
	for i, entry := range root.Get("resource_drift").Elements() {
		if entry.Get("mode").Text() == "data" {
			continue
		}
		pair := Pair{Subject: subject(entry), Desired: side(entry, "before"), Actual: side(entry, "after")}
		if pair.Subject.ResourceID == "" || pair.Subject.ResourceType == "" {
			return nil, fault.New(fault.InvalidInput, "%s: resource_drift[%d] has no address or no type", name, i)
		}
		pairs = append(pairs, pair)
	}
	return pairs, nil
}

func subject(entry document.Value) drift.Subject {
	return drift.Subject{ResourceID: entry.Get("address").Text(), ResourceType: entry.Get("type").Text()}
}

func side(entry document.Value, name string) document.Value {
	value := entry.Get("change").Get(name)
	if value.IsNull() {
		return document.Value{}
	}
	return value
}

// learn takes in what is sensitive in a plan or a state: by the marks beside values, by the
// declarations of variables and outputs, and by name and look wherever it stands.
func learn(root document.Value, secrets *secrecy.Secrets) {
	for _, list := range []string{"resource_drift", "resource_changes"} {
		for _, entry := range root.Get(list).Elements() {
			change := entry.Get("change")
			marked(change.Get("before"), change.Get("before_sensitive"), secrets)
			marked(change.Get("after"), change.Get("after_sensitive"), secrets)
		}
	}
	for _, values := range []document.Value{root.Get("values"), root.Get("planned_values"), root.Get("prior_state").Get("values")} {
		outputs(values.Get("outputs"), secrets)
		eachResource(values.Get("root_module"), func(resource document.Value) {
			marked(resource.Get("values"), resource.Get("sensitive_values"), secrets)
		})
	}
	declared := root.Get("configuration").Get("root_module").Get("variables")
	for variable, value := range root.Get("variables").Members() {
		if declared.Get(variable).Get("sensitive").Bool() {
			secrets.Mark(value.Get("value"))
		}
	}
	outputs(root.Get("outputs"), secrets)
}

func outputs(list document.Value, secrets *secrecy.Secrets) {
	for name, output := range list.Members() {
		if output.Get("sensitive").Bool() || secrecy.NameIsSecret(name) {
			secrets.Mark(output.Get("value"))
		}
	}
}

// marked takes in the values that a tree of marks, true where a value is sensitive, lies upon; and
// what else is secret in them.
func marked(value, marks document.Value, secrets *secrecy.Secrets) {
	secrets.Learn(value)
	mark(value, marks, secrets)
}

func mark(value, marks document.Value, secrets *secrecy.Secrets) {
	switch marks.Kind() {
	case document.Bool:
		if marks.Bool() {
			secrets.Mark(value)
		}
	case document.Object:
		for key, inner := range marks.Members() {
			mark(value.Get(key), inner, secrets)
		}
	case document.Array:
		for i, inner := range marks.Elements() {
			if value.Kind() == document.Array && i < value.Len() {
				mark(value.At(i), inner, secrets)
			}
		}
	default:
	}
}
