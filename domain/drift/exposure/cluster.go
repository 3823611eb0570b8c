package exposure

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

func isClusterObject(config document.Value) bool {
	return config.Get("kind").Text() != "" && config.Get("apiVersion").Text() != ""
}

// clusterObject reads a Kubernetes object by its kind. Safeguards of pods are read by the walk.
func (r *reader) clusterObject(config document.Value) {
	spec := (*place)(nil).key("spec")
	switch config.Get("kind").Text() {
	case "Service":
		r.service(config, spec)
	case "NetworkPolicy":
		r.networkPolicy(config.Get("spec"), spec)
	case "RoleBinding", "ClusterRoleBinding":
		r.binding(config)
	case "Role", "ClusterRole":
		r.role(config)
	}
}

// internalAnnotations tell a cloud's controller to keep a load balancer off the internet.
var internalAnnotations = map[string]string{
	"service.beta.kubernetes.io/aws-load-balancer-internal":           "",
	"service.beta.kubernetes.io/aws-load-balancer-scheme":             "internal",
	"service.beta.kubernetes.io/azure-load-balancer-internal":         "true",
	"networking.gke.io/load-balancer-type":                            "internal",
	"cloud.google.com/load-balancer-type":                             "internal",
	"service.beta.kubernetes.io/oci-load-balancer-internal":           "true",
	"service.beta.kubernetes.io/openstack-internal-load-balancer":     "true",
	"service.kubernetes.io/ibm-load-balancer-cloud-provider-ip-type":  "private",
	"service.beta.kubernetes.io/alibaba-cloud-loadbalancer-addr-type": "intranet",
}

const sourceRangesAnnotation = "service.beta.kubernetes.io/load-balancer-source-ranges"

// service reads who may reach a Service: everybody for a load balancer without source ranges, the
// network of the nodes for a node port, the cluster otherwise.
func (r *reader) service(config document.Value, at *place) {
	spec := config.Get("spec")
	entry := rule{order: unordered, place: at, names: []string{"the cluster"}}
	switch spec.Get("type").Text() {
	case "NodePort":
		entry.names = append(entry.names, "the nodes' network")
	case "LoadBalancer":
		entry.names = append(entry.names, "the nodes' network", "the provider's network")
		if !internal(config.Get("metadata").Get("annotations")) {
			entry.addresses = sourceRanges(config)
		}
	}
	for _, port := range items(spec.Get("ports")) {
		entry.services = append(entry.services, clusterPort(port, "port"))
	}
	if external := spec.Get("externalIPs"); external.Len() > 0 {
		entry.names = append(entry.names, "external addresses")
	}
	if len(entry.services) == 0 {
		return
	}
	r.reach.rules = append(r.reach.rules, entry)
	for _, part := range []string{"type", "loadBalancerSourceRanges", "ports", "externalIPs"} {
		r.understood(at.key(part))
	}
	r.understood((*place)(nil).key("metadata").key("annotations"))
}

func internal(annotations document.Value) bool {
	for key, wanted := range internalAnnotations {
		value := strings.ToLower(annotations.Get(key).Text())
		if value != "" && value != "false" && (wanted == "" || value == wanted) {
			return true
		}
	}
	return false
}

func sourceRanges(config document.Value) Addresses {
	var allowed Addresses
	var names []string
	gather(config.Get("spec").Get("loadBalancerSourceRanges"), &allowed, &names)
	gather(config.Get("metadata").Get("annotations").Get(sourceRangesAnnotation), &allowed, &names)
	if len(allowed) == 0 && len(names) == 0 {
		return everywhere
	}
	return allowed
}

// clusterPort reads a port; TCP is Kubernetes' default, and a named port is any of its protocol.
func clusterPort(port document.Value, key string) services {
	protocol := tcp
	if number, known := protocolOf(port.Get("protocol").Text()); known {
		protocol = number
	}
	from := number(port.Get(key), -1)
	return protocolSpan(protocol, portRange{from, number(port.Get("endPort"), from)})
}

// networkPolicy reads who may reach the selected pods, and whom they may reach. An empty or missing
// list of peers is everybody, an empty or missing list of ports every port.
func (r *reader) networkPolicy(spec document.Value, at *place) {
	for _, way := range []struct {
		key, peers string
		direction  direction
	}{{"ingress", "from", ingress}, {"egress", "to", egress}} {
		for index, item := range items(spec.Get(way.key)) {
			r.policyRule(item, item.Get(way.peers), way.direction, at.key(way.key).index(index))
		}
		r.understood(at.key(way.key))
	}
}

func (r *reader) policyRule(item, peers document.Value, way direction, at *place) {
	entry := rule{direction: way, order: unordered, place: at, services: []services{everyService}}
	if ports := item.Get("ports"); ports.Len() > 0 {
		entry.services = nil
		for _, port := range items(ports) {
			entry.services = append(entry.services, clusterPort(port, "port"))
		}
	}
	if peers.Len() == 0 {
		entry.addresses = everywhere
	}
	for _, peer := range items(peers) {
		block := peer.Get("ipBlock")
		if block.IsMissing() {
			entry.names = append(entry.names, peer.String())
			continue
		}
		var allowed, except Addresses
		var names []string
		gather(block.Get("cidr"), &allowed, &names)
		gather(block.Get("except"), &except, &names)
		entry.addresses = entry.addresses.Union(allowed.Minus(except))
	}
	r.reach.rules = append(r.reach.rules, entry)
}

// binding reads who holds a role.
func (r *reader) binding(config document.Value) {
	role := config.Get("roleRef").Get("kind").Text() + " " + config.Get("roleRef").Get("name").Text()
	at := (*place)(nil).key("subjects")
	for index, subject := range items(config.Get("subjects")) {
		name := subject.Get("name").Text()
		who := subject.Get("kind").Text() + " " + subject.Get("namespace").Text() + "/" + name
		_, world := publicGroups[name]
		r.reach.rights = append(r.reach.rights, right{
			principal: who, action: role, resource: anybody, world: world, place: at.index(index),
		})
	}
	r.understood(at)
	r.understood((*place)(nil).key("roleRef"))
}

// role reads what the holders of a role may do.
func (r *reader) role(config document.Value) {
	at := (*place)(nil).key("rules")
	for index, item := range items(config.Get("rules")) {
		groups, resources := texts(item.Get("apiGroups")), texts(item.Get("resources"))
		resources = append(resources, texts(item.Get("nonResourceURLs"))...)
		for _, verb := range texts(item.Get("verbs")) {
			for _, group := range orOne(groups, "") {
				for _, resource := range resources {
					for _, named := range orOne(texts(item.Get("resourceNames")), anybody) {
						r.reach.rights = append(r.reach.rights, right{
							principal: itself, action: verb, resource: group + "/" + resource + "/" + named, place: at.index(index),
						})
					}
				}
			}
		}
	}
	r.understood(at)
}

func orOne(list []string, single string) []string {
	if len(list) == 0 {
		return []string{single}
	}
	return list
}

func texts(value document.Value) []string {
	var list []string
	for _, item := range items(value) {
		list = append(list, item.Text())
	}
	return list
}
