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
	at := func(year int, m time.Month, day, hour int) time.Time {
		return time.Date(year, m, day, hour, 0, 0, 0, time.UTC)
	}
	history = append(
		history,
		tenancy.Ownership{ResourceID: "vm-project-atlas", TenantID: "acme", ProjectID: "atlas", From: beginning, Until: at(2026, time.September, 16, 0)},
		tenancy.Ownership{ResourceID: "vm-project-atlas", TenantID: "borealis", ProjectID: "atlas", From: at(2026, time.September, 16, 0)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", TenantID: "borealis", ProjectID: "beacon", From: beginning, Until: at(2026, time.March, 10, 0)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", From: at(2026, time.March, 10, 0), Until: at(2026, time.March, 20, 0)},
		tenancy.Ownership{ResourceID: "vm-project-beacon", TenantID: "cobalt", ProjectID: "beacon", From: at(2026, time.March, 20, 0)},
		tenancy.Ownership{ResourceID: "bkt-project-delta", TenantID: "lantern", ProjectID: "delta", From: beginning, Until: deleted["lantern"]},
		tenancy.Ownership{ResourceID: "bkt-project-delta", From: deleted["lantern"]},
	)
	slices.SortStableFunc(history, func(a, b tenancy.Ownership) int {
		return cmp.Or(cmp.Compare(a.ResourceID, b.ResourceID), a.From.Compare(b.From))
	})
	return history
}
