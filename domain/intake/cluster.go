package intake

import (
	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ClusterOptions say whose a Kubernetes namespace is. Where names and a label are given, names decide
// first; where neither is, a namespace belongs to the tenant of the same id.
type ClusterOptions struct {
	// TenantLabel is the label that holds the tenant's id.
	TenantLabel string
	// TenantNames maps namespaces to ids of tenants.
	TenantNames map[string]string
	// MemoryAs is the category that memory counts as; empty for shared. The categories of cost have
	// none for memory, and hours of bytes cannot be added to hours of cores.
	MemoryAs string
	// Tenants holds the ids that are known. The importer sets it.
	Tenants map[string]bool
}

// Given reports whether anything was asked for.
func (o ClusterOptions) Given() bool {
	return o.TenantLabel != "" || len(o.TenantNames) > 0 || o.MemoryAs != ""
}

// Check returns an InvalidInput error where a name is mapped to a tenant that nobody knows, or where
// no tenant is known at all: every namespace would be left out then.
func (o ClusterOptions) Check() error {
	if len(o.Tenants) == 0 {
		return fault.New(fault.InvalidInput, "no tenant is known yet, so that no namespace could be given to one; import tenants first")
	}
	for namespace, tenant := range o.TenantNames {
		if !o.Tenants[tenant] {
			return fault.New(fault.InvalidInput, "namespace %.80q is mapped to tenant %.140q, who is not known", namespace, tenant)
		}
	}
	return nil
}

// Aside is what a delivery holds of someone who is no tenant. It drives nothing: the cost that it stands
// for is split over the tenants like the rest, as their own usage says.
type Aside struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
	// Quantities sums what was left out by category.
	Quantities map[string]decimal.Decimal `json:"quantities"`
}

// asides adds up what is left out under one name for one reason.
type asides struct {
	list  []Aside
	place map[[2]string]int
}

func (a *asides) add(left Aside) {
	if a.place == nil {
		a.place = map[[2]string]int{}
	}
	key := [2]string{left.Name, left.Reason}
	place, known := a.place[key]
	if !known {
		place = len(a.list)
		a.place[key] = place
		a.list = append(a.list, Aside{Name: left.Name, Reason: left.Reason, Quantities: map[string]decimal.Decimal{}})
	}
	for category, quantity := range left.Quantities {
		a.list[place].Quantities[category] = a.list[place].Quantities[category].Add(quantity)
	}
}
