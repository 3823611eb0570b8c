package kubernetes

import (
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// Pair is an object as declared and as it runs; a side is missing where the object is not there.
type Pair struct {
	Subject         drift.Subject
	Desired, Actual document.Value
}

// place is what an object is found by, whatever the version of its API.
type place struct{ group, kind, namespace, name string }

func (o Object) place() place { return place{o.Group, o.Kind, o.Namespace, o.Name} }

// Pairs follow what is declared, in its order. An object that declares no namespace is the one in
// none, or in default. A live object that nobody declared is extra only where objects of its kind and
// namespace are declared, and where no controller made it: a listing holds much that is nobody's
// business.
func Pairs(desired, live []Object) []Pair {
	running := make(map[place]Object, len(live))
	for _, object := range live {
		running[object.place()] = object
	}
	declared := map[place]bool{}
	var pairs []Pair
	for _, object := range desired {
		at := object.place()
		if _, found := running[at]; !found && at.namespace == "" {
			at.namespace = "default"
		}
		match, found := running[at]
		delete(running, at)
		subject := drift.Subject{ResourceID: object.ID(), ResourceType: object.Type()}
		if found {
			subject.Schema = ownership(match.Config)
		}
		pairs = append(pairs, Pair{Subject: subject, Desired: object.Config, Actual: match.Config})
		declared[place{at.group, at.kind, at.namespace, ""}] = true
		if !found {
			declared[place{object.Group, object.Kind, "", ""}] = true
		}
	}
	for _, object := range live {
		at := object.place()
		_, left := running[at]
		if left && declared[place{at.group, at.kind, at.namespace, ""}] && !made(object) {
			pairs = append(pairs, Pair{
				Subject: drift.Subject{ResourceID: object.ID(), ResourceType: object.Type()}, Actual: object.Config,
			})
		}
	}
	return pairs
}

// serverMade are objects that the cluster makes by itself.
var serverMade = map[string]map[string]bool{
	"ConfigMap":      {"kube-root-ca.crt": true},
	"ServiceAccount": {"default": true},
	"Service":        {"kubernetes": true},
	"Namespace":      {"default": true, "kube-system": true, "kube-public": true, "kube-node-lease": true},
}

// made reports whether the cluster, and no person, made an object.
func made(object Object) bool {
	metadata := object.Config.Get("metadata")
	if metadata.Get("ownerReferences").Len() > 0 || serverMade[object.Kind][object.Name] {
		return true
	}
	return object.Kind == "Secret" && object.Config.Get("type").Text() == "kubernetes.io/service-account-token" ||
		metadata.Get("annotations").Get("rbac.authorization.kubernetes.io/autoupdate").Text() == "true"
}
