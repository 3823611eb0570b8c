package main

import "strings"

// databaseFlags say where PostgreSQL is. Commands that talk to the database embed them.
type databaseFlags struct {
	DatabaseURL string `name:"database-url" help:"PostgreSQL connection URL." placeholder:"URL" required:""`
}

// temporalFlags say where the Temporal server is.
type temporalFlags struct {
	TemporalAddress   string `help:"Host and port of the Temporal frontend." default:"127.0.0.1:7233"`
	TemporalNamespace string `help:"Temporal namespace of the workflows." default:"default"`
}

// serviceFlags say where the platform's services are. A service without a URL of its own is the
// sandbox's, below the base URL.
type serviceFlags struct {
	ServicesURL   string `name:"services-url" help:"Base URL of the platform services that have no URL of their own; the default is the sandbox." default:"http://127.0.0.1:8090"`
	TenantsURL    string `name:"tenants-url" help:"Tenants service." placeholder:"URL"`
	BillingURL    string `name:"billing-url" help:"Billing service." placeholder:"URL"`
	ComputeURL    string `name:"compute-url" help:"Compute service." placeholder:"URL"`
	StateURL      string `name:"state-url" help:"State service." placeholder:"URL"`
	MonitorURL    string `name:"monitor-url" help:"Monitor service." placeholder:"URL"`
	ComplianceURL string `name:"compliance-url" help:"Compliance service." placeholder:"URL"`
}

// The resolved URL of each service, without a trailing slash.
func (f serviceFlags) tenants() string    { return f.resolve(f.TenantsURL, "tenants") }
func (f serviceFlags) billing() string    { return f.resolve(f.BillingURL, "billing") }
func (f serviceFlags) compute() string    { return f.resolve(f.ComputeURL, "compute") }
func (f serviceFlags) state() string      { return f.resolve(f.StateURL, "state") }
func (f serviceFlags) monitor() string    { return f.resolve(f.MonitorURL, "monitor") }
func (f serviceFlags) compliance() string { return f.resolve(f.ComplianceURL, "compliance") }

func (f serviceFlags) resolve(own, service string) string {
	if own != "" {
		return strings.TrimRight(own, "/")
	}
	return strings.TrimRight(f.ServicesURL, "/") + "/" + service
}

// connectionFlags are all of the above, for the roles that need them all.
type connectionFlags struct {
	Database databaseFlags `embed:""`
	Temporal temporalFlags `embed:""`
	Keys     keyFlags      `embed:""`
	Services serviceFlags  `embed:""`
}
