package exposure

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// reader walks a document once and collects what it exposes.
type reader struct {
	kind  name
	reach Reach
	// cluster is set for a Kubernetes object, whose "ingress" and "rules" are none of a firewall.
	cluster bool
}

// ruleTypes are parts of the names of resource types that are themselves one network rule.
var ruleTypes = []string{
	"securitygroupingress", "securitygroupegress", "securitygrouprule", "ingressrule", "egressrule",
	"networkaclentry", "networkaclrule", "networksecurityrule", "securityrule", "firewall",
}

func (r *reader) root(config document.Value) {
	if config.Kind() != document.Object {
		return
	}
	if r.cluster = isClusterObject(config); r.cluster {
		r.clusterObject(config)
	} else if slices.ContainsFunc(ruleTypes, func(part string) bool { return strings.Contains(string(r.kind), part) }) {
		r.rootRule(config)
	}
	if r.kind == "aws::ec2::securitygroup" && property(config, "securitygroupegress").IsMissing() {
		r.reach.rules = append(r.reach.rules, rule{
			direction: egress, order: unordered, services: []services{everyService}, addresses: everywhere,
		})
	}
	if strings.HasSuffix(string(r.kind), "permission") {
		r.permission(config)
	}
	r.walk(config, nil)
}

// balances reports whether the resource is a load balancer.
func (r *reader) balances() bool {
	return strings.Contains(string(r.kind), "loadbalanc") || strings.HasSuffix(string(r.kind), "lb")
}

// rootRule reads a resource that is one rule. A firewall rule of Google's that names no sources is
// for everybody.
func (r *reader) rootRule(config document.Value) {
	way := ingress
	if strings.Contains(string(r.kind), "egress") {
		way = egress
	}
	d := readRule(config, way, nil)
	if !d.serviceGiven {
		return
	}
	if !d.audienceGiven && d.nested != nil {
		d.addresses = everywhere
	}
	r.addRule(d)
	for key := range config.Members() {
		if role, known := lookUp(ruleFields, key); known && role != 0 {
			r.understood((*place)(nil).key(key))
		}
	}
}

func (r *reader) addRule(d draft) {
	if !d.disabled {
		r.reach.rules = append(r.reach.rules, d.rule)
	}
}

func (r *reader) understood(at *place) { r.reach.read = append(r.reach.read, at) }

func (r *reader) walk(value document.Value, at *place) {
	switch value.Kind() {
	case document.Object:
		for key, member := range value.Members() {
			r.member(value, key, member, at.key(key))
		}
	case document.Array:
		for index, element := range value.Elements() {
			r.walk(element, at.index(index))
		}
	case document.String:
		r.embedded(value.Text(), at)
	default:
	}
}

// member reads one property of an object, and what lies beneath it.
func (r *reader) member(object document.Value, key string, value document.Value, at *place) {
	if way, known := lookUp(containers, key); known && !r.cluster && r.rules(key, value, way, at) {
		return
	}
	if list, known := lookUp(allowLists, key); known && !r.cluster {
		r.allowList(key, list, value, at)
		return
	}
	switch folded := nameOf(key); folded {
	case "statement", "statements":
		if r.statements(value, at) {
			return
		}
	case "bindings", "binding", "members", "member":
		r.members(object, value, at)
	case "grants", "grant", "accesscontrolpolicy":
		r.grants(value, at)
	case "authtype", "authorizationtype":
		if strings.Contains(string(r.kind), "url") {
			r.level(urlAuth, "functionurlauthtype", value, at)
		}
	case "internal":
		if r.balances() {
			r.level(internalOnly, "loadbalancer", value, at)
		}
	default:
		if scale, known := scales[folded]; known {
			r.level(scale, at.names(), value, at)
		}
	}
	r.walk(value, at)
}

// rules reads a container of network rules and reports whether it was one.
func (r *reader) rules(key string, value document.Value, way direction, at *place) bool {
	if value.Kind() != document.Array && value.Kind() != document.Object {
		return false
	}
	found := value.IsEmpty() && !plainRules[nameOf(key)]
	for index, element := range items(value) {
		if element.Kind() != document.Object {
			continue
		}
		d := readRule(element, way, at.index(index))
		if plainRules[nameOf(key)] && (!d.audienceGiven || !d.serviceGiven) {
			continue
		}
		if d.audienceGiven || d.serviceGiven {
			found = true
			r.addRule(d)
		}
	}
	if found {
		r.understood(at)
	}
	return found
}

// allowList reads who may reach an endpoint; an empty list is everybody.
func (r *reader) allowList(key string, list allowList, value document.Value, at *place) {
	entry := rule{order: unordered, services: []services{everyService}, place: at}
	entry.allowList, entry.openWithout = list.endpoint+" ("+key+")", list.open
	gather(value, &entry.addresses, &entry.names)
	if len(entry.addresses) == 0 && len(entry.names) == 0 {
		entry.addresses = everywhere
	}
	r.reach.rules = append(r.reach.rules, entry)
	r.understood(at)
}

func (r *reader) level(scale scale, label string, value document.Value, at *place) {
	if value.IsNull() {
		return
	}
	position := scale.read(value)
	position.text, position.place = value.String(), at
	if r.reach.levels == nil {
		r.reach.levels = map[string][]level{}
	}
	r.reach.levels[label] = append(r.reach.levels[label], position)
	r.understood(at)
}

// embedded reads a policy that is kept as text: statements, or Google's bindings.
func (r *reader) embedded(text string, at *place) {
	statements, bindings := strings.Contains(text, "Statement"), strings.Contains(text, `"bindings"`)
	if !strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{") || (!statements && !bindings) {
		return
	}
	policy, err := document.ParseString(text)
	if err != nil {
		return
	}
	r.statements(policy.Get("Statement"), at)
	r.walk(policy.Get("bindings"), at)
}

// settle applies what one part of the document does to another.
func (r *reader) settle() {
	slices.SortStableFunc(r.reach.rules, byOrder)
	for i := range r.reach.rules {
		r.reach.rules[i].signed()
		r.reach.ordered = r.reach.ordered || r.reach.rules[i].deny
	}
	r.restrainBucket()
	r.guardEndpoint()
}

// endpointSwitches are those of a public endpoint. Who may reach it is for its list to say, if it has
// one: everybody, where that is empty. Nobody does where the endpoint is off.
var endpointSwitches = []string{"endpointpublicaccess", "publicnetworkaccess", "publicnetworkaccessenabled", "ipv4enabled"}

func (r *reader) guardEndpoint() {
	off := slices.ContainsFunc(endpointSwitches, r.protected)
	for i := range r.reach.rules {
		if r.reach.rules[i].allowList == "" {
			continue
		}
		r.quieten(endpointSwitches...)
		if off {
			r.reach.rules[i].addresses, r.reach.rules[i].names = nil, nil
			r.reach.rules[i].signed()
		}
	}
}

// byOrder puts lower priorities first and, among equals, what denies before what allows.
func byOrder(a, b rule) int {
	switch {
	case a.order != b.order && a.order < b.order:
		return -1
	case a.order != b.order:
		return 1
	case a.deny == b.deny:
		return 0
	case a.deny:
		return -1
	default:
		return 1
	}
}

// restrainBucket lets the settings that block public access overrule lists and policies.
func (r *reader) restrainBucket() {
	if r.protected("ignorepublicacls") {
		r.quieten("acl", "accesscontrol", "cannedacl")
	}
	if r.protected("restrictpublicbuckets") {
		for i := range r.reach.rights {
			r.reach.rights[i].world = false
		}
	}
}

// protected reports whether a setting is there and exposes nothing.
func (r *reader) protected(setting string) bool {
	for label, levels := range r.reach.levels {
		if lastName(label) == setting && levels[0].ranked && levels[0].rank == 0 {
			return true
		}
	}
	return false
}

// quieten says of switches that they let nobody in by themselves.
func (r *reader) quieten(settings ...string) {
	for label, levels := range r.reach.levels {
		if slices.Contains(settings, lastName(label)) {
			for i := range levels {
				levels[i].world = false
			}
		}
	}
}

func lastName(label string) string { return label[strings.LastIndexByte(label, '.')+1:] }
