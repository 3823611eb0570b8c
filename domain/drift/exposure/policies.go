package exposure

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

const (
	// anybody is the principal that stands for everyone.
	anybody = "*"
	// itself is the principal of a policy that names none, such as one attached to a role.
	itself = "its holder"
	// mostRights bounds how far one statement is multiplied out.
	mostRights = 4096
)

// statements reads the statements of a policy and reports whether they are such.
func (r *reader) statements(value document.Value, at *place) bool {
	found := false
	for index, statement := range items(value) {
		effect := property(statement, "effect").Text()
		if effect != "Allow" && effect != "Deny" {
			continue
		}
		found = true
		r.statement(statement, effect == "Deny", at.index(index))
	}
	if found {
		r.understood(at)
	}
	return found
}

func (r *reader) statement(statement document.Value, deny bool, at *place) {
	condition := ""
	limited := false
	if conditions := property(statement, "condition"); conditions.Len() > 0 {
		condition, limited = canonicalConditions(conditions), limiting(conditions)
	}
	principals, everyone := principalsOf(statement)
	actions := patternsOf(statement, true, "action", "notaction")
	resources := patternsOf(statement, false, "resource", "notresource")
	if len(principals)*len(actions)*len(resources) > mostRights {
		principals, actions, resources = []string{strings.Join(principals, " ")}, []string{strings.Join(actions, " ")},
			[]string{strings.Join(resources, " ")}
	}
	for _, principal := range principals {
		for _, action := range actions {
			for _, resource := range resources {
				r.reach.rights = append(r.reach.rights, right{
					deny: deny, principal: principal, action: action, resource: resource, condition: condition,
					world: !deny && !limited && (principal == anybody || everyone), place: at,
				})
			}
		}
	}
}

// principalsOf lists the principals of a statement as type:name, and whether they include everybody:
// "*" for any type that stands for people or accounts, and everybody but some.
func principalsOf(statement document.Value) (principals []string, everyone bool) {
	if except := property(statement, "notprincipal"); !except.IsMissing() {
		return []string{"all but " + except.String()}, true
	}
	value := property(statement, "principal", "principals")
	if value.IsMissing() {
		return []string{itself}, false
	}
	if value.Kind() != document.Object {
		for _, item := range items(value) {
			principals = append(principals, item.Text())
		}
		return principals, slices.Contains(principals, anybody)
	}
	for kind, names := range value.Members() {
		for _, item := range items(names) {
			switch text := item.Text(); {
			case text == anybody && (kind == "AWS" || kind == anybody || kind == "Federated"):
				principals = append(principals, anybody)
			default:
				principals = append(principals, kind+":"+text)
			}
		}
	}
	return principals, slices.Contains(principals, anybody)
}

// patternsOf lists what a statement applies to; the complement of a list is opaque.
func patternsOf(statement document.Value, lower bool, plain, complement name) []string {
	var patterns []string
	for _, item := range items(property(statement, plain, plain+"s")) {
		patterns = append(patterns, item.Text())
	}
	if except := property(statement, complement, complement+"s"); !except.IsMissing() {
		var left []string
		for _, item := range items(except) {
			left = append(left, item.Text())
		}
		slices.Sort(left)
		patterns = append(patterns, "all but "+strings.Join(left, " "))
	}
	if len(patterns) == 0 {
		patterns = []string{anybody}
	}
	if lower {
		for i := range patterns {
			patterns[i] = strings.ToLower(patterns[i])
		}
	}
	return patterns
}

// limitingKeys are condition keys that tie a caller to known accounts, networks or sources.
var limitingKeys = map[string]bool{
	"aws:sourceip": true, "aws:vpcsourceip": true, "aws:sourcevpc": true, "aws:sourcevpce": true, "aws:sourcearn": true,
	"aws:sourceaccount": true, "aws:sourceorgid": true, "aws:sourceorgpaths": true, "aws:sourceowner": true,
	"aws:principalorgid": true, "aws:principalorgpaths": true, "aws:principalaccount": true, "aws:principalarn": true,
	"aws:userid": true, "aws:username": true, "kms:calleraccount": true, "s3:dataaccesspointaccount": true,
	"s3:dataaccesspointarn": true, "elasticfilesystem:accessedviamounttarget": true, "aws:calledvia": true,
}

// limiting reports whether any condition keeps the public out. Only operators that demand a value
// do: one that excludes values, or that passes where the key is absent, does not.
func limiting(conditions document.Value) bool {
	for operator, keys := range conditions.Members() {
		folded := strings.ToLower(operator)
		if strings.HasSuffix(folded, "ifexists") || strings.Contains(folded, "not") ||
			strings.HasPrefix(folded, "forallvalues:") || strings.HasPrefix(folded, "null") {
			continue
		}
		for key, values := range keys.Members() {
			if limitingKeys[strings.ToLower(key)] && !slices.ContainsFunc(items(values), boundless) {
				return true
			}
		}
	}
	return false
}

// boundless reports whether a condition's value lets everything through.
func boundless(value document.Value) bool {
	text := strings.TrimSpace(value.Text())
	if strings.Trim(text, "*?") == "" || strings.HasPrefix(text, "arn:*") || strings.HasPrefix(text, "arn:aws:*") {
		return true
	}
	addresses, known := ParseAddresses(text)
	ipv4, ipv6 := addresses.World()
	return known && (ipv4 || ipv6)
}

// canonicalConditions writes conditions so that spelling and order of values do not matter.
func canonicalConditions(conditions document.Value) string {
	var parts []string
	for operator, keys := range conditions.Members() {
		for key, values := range keys.Members() {
			var texts []string
			for _, item := range items(values) {
				texts = append(texts, item.Text())
			}
			slices.Sort(texts)
			parts = append(parts, strings.ToLower(operator+" "+key)+" "+strings.Join(texts, ","))
		}
	}
	slices.Sort(parts)
	return strings.Join(parts, "; ")
}

// publicGroups are names that stand for everybody in lists of members and grants.
var publicGroups = map[string]string{
	"allUsers": "everybody", "allAuthenticatedUsers": "everybody with an account",
	"http://acs.amazonaws.com/groups/global/AllUsers":           "everybody",
	"http://acs.amazonaws.com/groups/global/AuthenticatedUsers": "everybody with an account",
	"system:unauthenticated":                                    "everybody", "system:anonymous": "everybody",
}

// members reads Google's bindings of a role to members, beside each other in one object.
func (r *reader) members(object, value document.Value, at *place) {
	role := property(object, "role").Text()
	if role == "" {
		return
	}
	for _, member := range items(value) {
		if text := member.Text(); text != "" {
			r.grant(text, role, at)
		}
	}
}

// grants reads the grants of an access control list, however deep they lie.
func (r *reader) grants(value document.Value, at *place) {
	for _, item := range items(value) {
		if item.Kind() != document.Object {
			continue
		}
		grantee := item
		if named := items(property(item, "grantee")); len(named) > 0 {
			grantee = named[0]
		}
		who := property(grantee, "uri", "id", "emailaddress").Text()
		for _, permission := range items(property(item, "permission", "permissions")) {
			r.grant(who, permission.Text(), at)
		}
	}
}

func (r *reader) grant(who, what string, at *place) {
	_, world := publicGroups[who]
	r.reach.rights = append(r.reach.rights, right{principal: who, action: what, resource: anybody, world: world, place: at})
	r.understood(at)
}
