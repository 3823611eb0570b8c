package sample

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/infra"
)

// The ways in which the observed configuration of some resources differs from the declared one.
// Resources that are not named are as declared, but for spelling: a port as text, rules in another
// order.
var drifted = map[string]func(actual map[string]any){
	"vm-acme-1":     func(actual map[string]any) { actual["instance_type"] = "gp.8xlarge" },
	"vm-dune-1":     func(actual map[string]any) { actual["tags"] = map[string]any{"team": "renamed by hand"} },
	"lb-meridian-5": func(actual map[string]any) { openToWorld(actual) },
	"bkt-borealis-4": func(actual map[string]any) {
		actual["encryption"] = map[string]any{"enabled": false}
	},
	"vm-kestrel-2": func(actual map[string]any) { delete(actual, "monitoring") },
	"bkt-finch-2":  func(actual map[string]any) { actual["public_read"] = true },
}

// One resource is declared and does not exist, another exists and nobody declared it.
const (
	missingResource = "vm-vertex-1" // declared, not observed
	extraResource   = "vm-unknown-7f3a"
)

// openToWorld is the drift that must be noticed at once: a port for everyone, opened by hand.
func openToWorld(actual map[string]any) {
	actual["ingress"] = append(actual["ingress"].([]any), map[string]any{"cidr": "0.0.0.0/0", "port": 22})
}

// states returns every resource with its declared and observed configuration, in byte order of id.
func states(fleet []resource) []infra.Resource {
	var list []infra.Resource
	for _, r := range fleet {
		state := infra.Resource{ID: r.id, Type: r.resourceType, TenantID: r.tenant, Desired: document(declared(r))}
		if r.id != missingResource {
			state.Actual = document(observed(r))
		}
		list = append(list, state)
	}
	list = append(list, infra.Resource{
		ID: extraResource, Type: virtualMachine.resourceType, TenantID: "juniper",
		Actual: document(map[string]any{"instance_type": "gp.large", "monitoring": false}),
	})
	slices.SortFunc(list, func(a, b infra.Resource) int { return cmp.Compare(a.ID, b.ID) })
	return list
}

// declared is what the infrastructure code says of a resource.
func declared(r resource) map[string]any {
	tags := map[string]any{}
	for key, value := range r.tags {
		tags[key] = value
	}
	configuration := map[string]any{
		"name": r.name, "region": r.region, "tags": tags, "monitoring": true,
		"encryption": map[string]any{"enabled": true, "key": "alias/" + r.resourceType},
		"ingress": []any{
			map[string]any{"cidr": "10.0.0.0/8", "port": 443},
			map[string]any{"cidr": "10.20.0.0/16", "port": 8080},
		},
	}
	switch r.resourceType {
	case virtualMachine.resourceType:
		configuration["instance_type"] = "gp.xlarge"
	case objectStore.resourceType:
		configuration["public_read"] = false
		configuration["lifecycle_days"] = 365
	}
	return configuration
}

// observed is what the cloud says: the same in another spelling and order, or drifted.
func observed(r resource) map[string]any {
	actual := declared(r)
	actual["ingress"] = []any{
		map[string]any{"cidr": "10.20.0.0/16", "port": "8080"},
		map[string]any{"cidr": "10.0.0.0/8", "port": 443},
	}
	if change, changed := drifted[r.id]; changed {
		change(actual)
	}
	return actual
}

// document writes a configuration as JSON, with keys in order.
func document(configuration map[string]any) json.RawMessage {
	text, err := json.Marshal(configuration)
	if err != nil {
		panic(fmt.Sprintf("a sample configuration cannot be written as JSON: %v", err))
	}
	return text
}
