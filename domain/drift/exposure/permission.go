package exposure

import (
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/drift/document"
)

// permissionLimits are the properties of a permission that tie its principal to a known source.
var permissionLimits = []name{"sourceaccount", "sourcearn", "principalorgid", "organizationid", "eventsourcetoken"}

// permission reads a resource that is a single right: who may call a function, use a layer, or start
// from an image.
func (r *reader) permission(config document.Value) {
	who := property(config, "principal").Text()
	if property(config, "group").Text() == "all" {
		who = anybody
	}
	if who == "" {
		return
	}
	var limits []string
	for _, limit := range permissionLimits {
		if value := property(config, limit); value.Text() != "" {
			limits = append(limits, string(limit)+" "+value.Text())
		}
	}
	action := strings.ToLower(property(config, "action").Text())
	if action == "" {
		action = "use"
	}
	root := (*place)(nil)
	r.reach.rights = append(r.reach.rights, right{
		principal: who, action: action, resource: anybody, condition: strings.Join(limits, "; "),
		world: who == anybody && len(limits) == 0, place: root,
	})
	for key := range config.Members() {
		if name := nameOf(key); name == "principal" || name == "group" || name == "action" || slices.Contains(permissionLimits, name) {
			r.understood(root.key(key))
		}
	}
}
