package sample

import (
	"cmp"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// ownership returns the owner history in the order of resource and time. Tenants' own resources
// have one owner while the tenant exists; project resources changed hands in the middle of months,
// went without an owner, or never had one (db-project-comet is not listed at all).
func ownership(fleet []resource) []tenancy.Ownership {
	var history []tenancy.Ownership
	for _, r := range fleet {
		if r.tenant != "" {
			from := beginning
			if at, late := created[r.tenant]; late {
				from = at
			}
			history = append(history, tenancy.Ownership{
				ResourceID: r.id, TenantID: r.tenant, ProjectID: r.project, From: from, Until: deleted[r.tenant],
			})
		}
	}
	on := func(m time.Month, day int) time.Time {
		return time.Date(2026, m, day, 0, 0, 0, 0, time.UTC)
	}
	history = append(
		history,
		tenancy.Ownership{ResourceID: "vm-project-atlas", TenantID: "acme", ProjectID: "atlas", From: beginning, Until: on(time.September, 16)},
		tenancy.Ownership{ResourceID: "vm-project-atlas", TenantID: "borealis", ProjectID: "atlas", From: on(time.September, 16)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", TenantID: "borealis", ProjectID: "beacon", From: beginning, Until: on(time.March, 10)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", From: on(time.March, 10), Until: on(time.March, 20)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", TenantID: "cobalt", ProjectID: "beacon", From: on(time.March, 20)},
		tenancy.Ownership{ResourceID: "bkt-project-delta", TenantID: "lantern", ProjectID: "delta", From: beginning, Until: deleted["lantern"]},
		tenancy.Ownership{ResourceID: "bkt-project-delta", From: deleted["lantern"]},
	)
	slices.SortStableFunc(history, func(a, b tenancy.Ownership) int {
		return cmp.Or(cmp.Compare(a.ResourceID, b.ResourceID), a.From.Compare(b.From))
	})
	return history
}
