package sample

import (
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// The sub-accounts that belong to no single tenant.
const (
	subControlPlane = "acct-control-plane"
	subMonitoring   = "acct-monitoring"
	subLogging      = "acct-logging"
	subNetwork      = "acct-network"
	subSupport      = "acct-support"
	subCommitments  = "acct-commitments"
	// subProjects holds resources whose charges follow the owner history.
	subProjects = "acct-projects"
	// subTools holds resources whose charges follow their tenant tag.
	subTools = "acct-tools"
	// subLab is known to no rule: what it costs stays on @unallocated.
	subLab = "acct-lab"
)

// subAccountNames are what people call the sub-accounts of no single tenant.
var subAccountNames = map[string]string{
	subControlPlane: "Control plane", subMonitoring: "Monitoring", subLogging: "Logging",
	subNetwork: "Shared network", subSupport: "Support", subCommitments: "Commitments",
	subProjects: "Shared projects", subTools: "Shared tools", subLab: "Research lab",
}

// resource is one thing that costs money every day.
type resource struct {
	service
	// id is made of the service, the tenant and a number, so that it can be recognised in a result.
	id         string
	name       string
	tenant     string // empty for what tenants share
	project    string
	account    string
	subAccount string
	region     string
	tags       map[string]string
	// base is its usual quantity on a working day of the first month, growth what a month adds to
	// it, in per mille of the base.
	base   milli
	growth int64
}

// subAccountName is the tenant's own id for tenants, so that one mapping entry serves them all.
func (r resource) subAccountName() string {
	if r.tenant != "" {
		return r.tenant
	}
	return subAccountNames[r.subAccount]
}

// sizes says how many of which services a tenant of a plan runs.
var sizes = map[tenancy.Plan][]service{
	tenancy.PlanFree:       {virtualMachine, objectStore},
	tenancy.PlanStandard:   {virtualMachine, objectStore, loadBalancer},
	tenancy.PlanPremium:    {virtualMachine, virtualMachine, objectStore, loadBalancer},
	tenancy.PlanEnterprise: {virtualMachine, virtualMachine, database, objectStore, loadBalancer},
}

// projects are what a tenant's resources belong to, by their place in its list.
var projects = []string{"web", "data", "edge", "batch", "web"}

// newFleet returns every resource, tenants' first.
func newFleet(seed uint64) []resource {
	var fleet []resource
	for _, tenant := range sortedKeys(tenantNames) {
		if tenant == NoUsage {
			continue
		}
		random := draw(seed, "fleet", tenant)
		growth := random.Int64N(55) - 5
		scale := weights[planOf(tenant)]
		for i, service := range sizes[planOf(tenant)] {
			fleet = append(fleet, resource{
				service: service, tenant: tenant, project: projects[i],
				id:      fmt.Sprintf("%s-%s-%d", service.prefix, tenant, i+1),
				name:    fmt.Sprintf("%s-%s", tenant, projects[i]),
				account: billingAccount(tenant), subAccount: "acct-" + tenant,
				region: []string{"eu-central-1", "us-east-1", "us-west-2"}[random.IntN(3)],
				tags:   tenantTags(tenant, projects[i], i),
				base:   milli(around(random, int64(service.daily)*scale/4, 250)), growth: growth,
			})
		}
	}
	fleet = append(fleet, sharedFleet()...)
	return append(fleet, looseFleet()...)
}

// sharedFleet returns what all tenants use together; rules split it.
func sharedFleet() []resource {
	shared := func(service service, subAccount, account, name string) resource {
		return resource{
			service: service, id: service.prefix + "-" + name, name: name,
			account: account, subAccount: subAccount, region: "us-east-1",
			tags: map[string]string{"team": "platform", "environment": "production"},
			base: service.daily, growth: 14,
		}
	}
	return []resource{
		shared(cluster, subControlPlane, AccountPrimary, "control-plane-a"),
		shared(cluster, subControlPlane, AccountSecondary, "control-plane-b"),
		shared(database, subControlPlane, AccountPrimary, "control-plane-state"),
		shared(metricsStore, subMonitoring, AccountPrimary, "metrics"),
		shared(metricsStore, subMonitoring, AccountSecondary, "metrics-eu"),
		shared(logStore, subLogging, AccountPrimary, "logs"),
		shared(logStore, subLogging, AccountSecondary, "logs-eu"),
		shared(transitGateway, subNetwork, AccountPrimary, "transit"),
		shared(natGateway, subNetwork, AccountPrimary, "egress"),
	}
}

// looseFleet returns what no sub-account tells the owner of: project resources that change hands or
// have nobody, tools that only a tag assigns, and a lab that nothing assigns.
func looseFleet() []resource {
	loose := func(service service, subAccount, name string, tags map[string]string) resource {
		return resource{
			service: service, id: service.prefix + "-" + name, name: name,
			account: AccountPrimary, subAccount: subAccount, region: "eu-central-1",
			tags: tags, base: service.daily / 3, growth: 6,
		}
	}
	return []resource{
		loose(virtualMachine, subProjects, "project-atlas", map[string]string{"project": "atlas", "environment": "production"}),
		loose(virtualMachine, subProjects, "project-beacon", map[string]string{"project": "beacon"}),
		loose(database, subProjects, "project-comet", map[string]string{"project": "comet"}),
		loose(objectStore, subProjects, "project-delta", nil),
		loose(virtualMachine, subTools, "tool-ci", map[string]string{"tenant": "cobalt", "team": "ci"}),
		loose(virtualMachine, subTools, "tool-registry", map[string]string{spaced("Tenant"): "dune", "Team": "CI"}),
		loose(objectStore, subTools, "tool-artifacts", map[string]string{"TENANT": "ember ", "TEAM": "ci "}),
		loose(database, subTools, "tool-tickets", map[string]string{"tenant": "skunkworks"}),
		loose(objectStore, subTools, "tool-scratch", nil),
		loose(researchJob, subLab, "lab-simulations", map[string]string{"team": "research"}),
	}
}

// spaced is a key as it comes out of a spreadsheet.
func spaced(key string) string { return " " + key }

// tenantTags returns a resource's tags as people write them: most properly, some with a capital,
// a space or nothing at all. The same key in two spellings is on one resource on purpose.
func tenantTags(tenant, project string, i int) map[string]string {
	environment := []string{"production", "staging", "production", "development", "production"}[i]
	switch (int(tenant[0]) + i) % 6 {
	case 0:
		return map[string]string{spaced("Team"): tenant + "-" + project, "environment": environment}
	case 1:
		return map[string]string{"TEAM": tenant + "-" + project, "Environment": environment, "cost-centre": "shared"}
	case 2:
		return nil
	case 3:
		return map[string]string{"team": tenant + "-" + project, spaced("team"): "legacy", "environment": environment}
	default:
		return map[string]string{"team": tenant + "-" + project, "environment": environment, "project": project}
	}
}

// monthsSince returns how many months after the first one an instant lies.
func monthsSince(at time.Time) int64 {
	start := First.Start()
	return int64(12*(at.Year()-start.Year()) + int(at.Month()) - int(start.Month()))
}
