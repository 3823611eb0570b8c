package sample

import (
	"strconv"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// The billing accounts. Tenants from "r" on are billed through the second.
const (
	AccountPrimary   = "111122223333"
	AccountSecondary = "444455556666"
)

// NoUsage is the tenant that exists all the time and never uses anything.
const NoUsage = "quietwater"

var (
	// beginning lies before the sample: most tenants and resources were there when it starts.
	beginning = time.Date(2025, time.January, 1, 0, 0, 0, 0, time.UTC)

	plans = map[tenancy.Plan][]string{
		tenancy.PlanEnterprise: {"acme", "borealis", "meridian"},
		tenancy.PlanPremium:    {"cobalt", "dune", "kestrel", "pinnacle", "solstice", "zephyr"},
		tenancy.PlanStandard:   {"ember", "finch", "granite", "harbor", "juniper", "lantern", "nimbus", "ravine", "vertex"},
		tenancy.PlanFree:       {"iris", "orchard", NoUsage, "tundra", "umbra", "willow"},
	}
	// weights grow with the plan; they also scale what a tenant uses.
	weights = map[tenancy.Plan]int64{
		tenancy.PlanEnterprise: 8, tenancy.PlanPremium: 4, tenancy.PlanStandard: 2, tenancy.PlanFree: 1,
	}

	// created and deleted are the tenants that exist for part of a month only.
	created = map[string]time.Time{
		"nimbus": time.Date(2026, time.September, 11, 9, 30, 0, 0, time.UTC),
		"harbor": time.Date(2026, time.March, 16, 0, 0, 0, 0, time.UTC),
	}
	deleted = map[string]time.Time{
		"orchard": time.Date(2026, time.September, 18, 15, 0, 0, 0, time.UTC),
		"lantern": time.Date(2026, time.February, 10, 0, 0, 0, 0, time.UTC),
	}

	tenantNames = map[string]string{
		"acme": "Acme Robotics", "borealis": "Borealis Energy", "meridian": "Meridian Health",
		"cobalt": "Cobalt Analytics", "dune": "Dune Logistics", "kestrel": "Kestrel Media",
		"pinnacle": "Pinnacle Retail", "solstice": "Solstice Travel", "zephyr": "Zephyr Games",
		"ember": "Ember Kitchens", "finch": "Finch & Partners", "granite": "Granite Build",
		"harbor": "Harbor Freight Data", "juniper": "Juniper Schools", "lantern": "Lantern Press",
		"nimbus": "Nimbus Weather", "ravine": "Ravine Outdoor", "vertex": "Vertex Legal",
		"iris": "Iris Photo Club", "orchard": "Orchard Market", "quietwater": "Quietwater Trust",
		"tundra": "Tundra Maps", "umbra": "Umbra Theatre", "willow": "Willow Garden",
	}
)

// tenants returns the 24 tenants in byte order of id.
func tenants() []tenancy.Tenant {
	var list []tenancy.Tenant
	for i, id := range sortedKeys(tenantNames) {
		plan := planOf(id)
		from := beginning
		if at, late := created[id]; late {
			from = at
		}
		list = append(list, tenancy.Tenant{
			ID: id, Name: tenantNames[id], Plan: plan,
			ActiveFrom: from, ActiveUntil: deleted[id],
			Weight:     decimal.NewFromInt(weights[plan]),
			GLAccount:  strconv.Itoa(610000 + 10*(i+1)),
			CostCentre: "CC-" + strconv.Itoa(1001+i),
		})
	}
	return list
}

// planOf finds a tenant's plan. The lists are short, and reading them is plainer than a second map.
func planOf(tenant string) tenancy.Plan {
	for plan, ids := range plans {
		for _, id := range ids {
			if id == tenant {
				return plan
			}
		}
	}
	return tenancy.PlanFree
}

// existed reports whether a tenant existed at an instant.
func existed(tenant string, at time.Time) bool {
	if from, late := created[tenant]; late && at.Before(from) {
		return false
	}
	until, gone := deleted[tenant]
	return !gone || at.Before(until)
}

// billingAccount splits the tenants over two payers, so that there are two invoices a month.
func billingAccount(tenant string) string {
	if tenant >= "r" {
		return AccountSecondary
	}
	return AccountPrimary
}
