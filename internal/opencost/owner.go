package opencost

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// owners say whose an allocation is.
type owners struct{ intake.ClusterOptions }

// of returns the tenant of an allocation, or the reason why there is none.
func (o owners) of(allocated *entry) (tenant, reason string) {
	subject := allocated.subject()
	switch {
	case subject == "__idle__":
		return "", "idle capacity of the cluster"
	case special(subject):
		return "", "of no namespace"
	}
	tenant, mapped := o.TenantNames[subject]
	switch {
	case mapped:
		return tenant, ""
	case o.TenantLabel != "":
		if tenant = allocated.label(o.TenantLabel); tenant == "" {
			return "", "has no label " + o.TenantLabel
		}
	case len(o.TenantNames) > 0:
		return "", "is mapped to no tenant"
	default:
		tenant = subject
	}
	if !o.Tenants[tenant] {
		return "", "tenant " + shortened(tenant) + " is not known"
	}
	return tenant, ""
}

// subject is the namespace, or the name where an export was aggregated by something else. What OpenCost
// made up, such as __idle__, has the name alone.
func (e *entry) subject() string {
	if e.Properties.Namespace == "" || special(e.Name) {
		return e.Name
	}
	return e.Properties.Namespace
}

// label returns the value of a label of the workload or else of its namespace. OpenCost writes keys as
// Prometheus does, which knows only letters, digits and underscores.
func (e *entry) label(key string) string {
	spelled := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '_'
	}, key)
	for _, labels := range []map[string]string{e.Properties.Labels, e.Properties.NamespaceLabels} {
		for _, name := range []string{key, spelled} {
			if value := labels[name]; value != "" {
				return value
			}
		}
	}
	return ""
}

// special reports whether OpenCost made a name up: namespaces of a cluster have no underscores.
func special(name string) bool {
	return len(name) > 4 && strings.HasPrefix(name, "__") && strings.HasSuffix(name, "__")
}

// shortened keeps a text from elsewhere from filling a report, which PostgreSQL keeps as JSON: without
// zero bytes.
func shortened(text string) string {
	const longest = 80
	text = strings.ReplaceAll(text, "\x00", "")
	if len(text) <= longest {
		return text
	}
	return strings.ToValidUTF8(text[:longest], "") + "…"
}
