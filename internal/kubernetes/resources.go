package kubernetes

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Resources makes resources of pairs, in byte order of id. What the server alone writes is left out of
// what is observed, so that the same object read twice is the same resource.
func Resources(pairs []Pair) []infra.Resource {
	resources := make([]infra.Resource, len(pairs))
	for i, pair := range pairs {
		resources[i] = infra.Resource{ID: pair.Subject.ResourceID, Type: pair.Subject.ResourceType}
		if !pair.Desired.IsMissing() {
			resources[i].Desired = pair.Desired.AppendJSON(nil)
		}
		if !pair.Actual.IsMissing() {
			resources[i].Actual = bare(pair.Actual).AppendJSON(nil)
		}
	}
	slices.SortFunc(resources, func(a, b infra.Resource) int { return strings.Compare(a.ID, b.ID) })
	return resources
}

// volatile are what changes with every write, whoever made it.
var volatile = []string{"managedFields", "resourceVersion"}

func bare(object document.Value) document.Value {
	var members []document.Member
	for key, value := range object.Members() {
		if key == "status" {
			continue
		}
		if key == "metadata" {
			var kept []document.Member
			for name, entry := range value.Members() {
				if !slices.Contains(volatile, name) {
					kept = append(kept, document.Member{Key: name, Value: entry})
				}
			}
			value = document.ObjectValue(kept...)
		}
		members = append(members, document.Member{Key: key, Value: value})
	}
	return document.ObjectValue(members...)
}
