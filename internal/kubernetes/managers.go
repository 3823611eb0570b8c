package kubernetes

import (
	"maps"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/configpath"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// ownership reads metadata.managedFields, which says who set which field: what a controller alone
// owns, such as the replicas of an autoscaler, is its to change; what a person set by hand matters
// though nobody declared it. It returns nil where the server was not asked for them.
func ownership(live document.Value) *drift.Schema {
	owners := map[string]uint8{}
	for _, entry := range live.Get("metadata").Get("managedFields").Elements() {
		if entry.Get("subresource").Text() == "status" {
			continue
		}
		w := fieldWalk{owners: owners, kind: kindOf(entry)}
		w.visit(nil, entry.Get("fieldsV1"))
	}
	var schema drift.Schema
	for _, path := range slices.Sorted(maps.Keys(owners)) {
		switch kinds := owners[path]; kinds {
		case byController:
			schema.ReadOnly = append(schema.ReadOnly, path)
		case byHand:
			schema.Watched = append(schema.Watched, path)
		}
	}
	if schema.ReadOnly == nil && schema.Watched == nil {
		return nil
	}
	return &schema
}

// The kinds of managers, as bits.
const (
	// byApplier is a tool that applies manifests: kubectl apply, Helm, Argo CD, Flux, Terraform.
	byApplier uint8 = 1 << iota
	byController
	// byHand is a person: kubectl edit, patch, scale, set.
	byHand
)

func kindOf(entry document.Value) uint8 {
	manager := strings.ToLower(entry.Get("manager").Text())
	switch {
	case strings.HasPrefix(manager, "kubectl-edit"), strings.HasPrefix(manager, "kubectl-patch"), strings.HasPrefix(manager, "kubectl-set"),
		strings.HasPrefix(manager, "kubectl-scale"), strings.HasPrefix(manager, "kubectl-label"), strings.HasPrefix(manager, "kubectl-annotate"),
		strings.HasPrefix(manager, "kubectl-replace"), strings.HasPrefix(manager, "k9s"), strings.HasPrefix(manager, "lens"):
		return byHand
	case entry.Get("subresource").Text() == "scale", strings.HasSuffix(manager, "-controller"), strings.HasSuffix(manager, "controller-manager"),
		strings.HasSuffix(manager, "-scheduler"), strings.Contains(manager, "autoscaler"), manager == "kubelet",
		strings.HasSuffix(manager, "-operator"), strings.HasSuffix(manager, "-injector"), manager == "kube-apiserver":
		return byController
	default:
		return byApplier
	}
}

// fieldWalk goes through a set of fields (fieldsV1): f:name is a field, k:{…} the element of a list
// with these keys, v:… a value of a set.
type fieldWalk struct {
	owners map[string]uint8
	kind   uint8
}

func (w fieldWalk) visit(path configpath.Path, fields document.Value) {
	leaf := true
	for key, inner := range fields.Members() {
		name, isField := strings.CutPrefix(key, "f:")
		switch {
		case isField:
			leaf = false
			w.visit(path.With(configpath.Key(name)), inner)
		case strings.HasPrefix(key, "k:"):
			leaf = false
			// A pattern without a position holds for every element; the engine pairs elements itself.
			w.visit(path, inner)
		}
	}
	if !leaf || len(path) == 0 {
		return
	}
	if first, _ := path[0].Key(); first == "status" {
		return
	}
	w.owners[path.String()] |= w.kind
}
