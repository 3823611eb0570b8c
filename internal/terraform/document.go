// Package terraform reads what terraform show -json writes of plans and states, and state files: the
// drift that Terraform has seen, what is sensitive in it, and the resources.
package terraform

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// parse decodes a document; name stands for the file in errors, which never tell what it holds.
func parse(name string, text []byte) (document.Value, error) {
	if len(text) == 0 {
		return document.Value{}, fault.New(fault.InvalidInput, "%s is empty; give the output of terraform show -json", name)
	}
	if strings.HasPrefix(string(text[:min(4, len(text))]), "PK") {
		return document.Value{}, fault.New(fault.InvalidInput, "%s is a plan in Terraform's own format; give the output of terraform show -json %s", name, name)
	}
	root, err := document.Parse(text)
	if err != nil {
		return document.Value{}, fault.Wrap(err, fault.InvalidInput, "%s is no JSON; give the output of terraform show -json", name)
	}
	if root.Kind() != document.Object {
		return document.Value{}, fault.New(fault.InvalidInput, "%s is %s; give the output of terraform show -json", name, root.Kind())
	}
	return root, nil
}

// checkFormat refuses a major version of the format that is not known, as its documentation asks.
func checkFormat(name string, root document.Value) error {
	version := root.Get("format_version").Text()
	if major, _, _ := strings.Cut(version, "."); major != "1" && version != "0.1" && version != "0.2" {
		return fault.New(fault.InvalidInput, "%s has format_version %.20q; this program reads version 1, as Terraform 1.0 and later writes it", name, version)
	}
	return nil
}
