package main

import (
	"crypto/tls"
	"strings"

	"github.com/omnicloud/omnicloud/internal/tlsfile"
)

// databaseFlags say where PostgreSQL is. Commands that talk to the database embed them.
type databaseFlags struct {
	DatabaseURL string `name:"database-url" help:"PostgreSQL connection URL." placeholder:"URL" required:""`
}

// temporalFlags say where the Temporal server is, and how it lets in.
type temporalFlags struct {
	TemporalAddress    string `help:"Host and port of the Temporal frontend." default:"127.0.0.1:7233"`
	TemporalNamespace  string `help:"Temporal namespace of the workflows." default:"default"`
	TemporalTLS        bool   `name:"temporal-tls" help:"Talk TLS to Temporal, as any of the following does too."`
	TemporalCA         string `name:"temporal-ca" help:"PEM file of the authorities that issue Temporal's certificate; the system's by default." placeholder:"FILE" type:"path"`
	TemporalServerName string `help:"Name that Temporal's certificate is for, where it is not the address." placeholder:"NAME"`
	TemporalCert       string `help:"PEM file of the certificate to show to Temporal, with --temporal-key." placeholder:"FILE" type:"path"`
	TemporalKey        string `help:"PEM file of that certificate's key." placeholder:"FILE" type:"path"`
	TemporalAPIKey     string `name:"temporal-api-key" help:"API key for Temporal Cloud." placeholder:"KEY"`
}

// tls returns how the connection is protected; nil talks in plain.
func (f temporalFlags) tls() (*tls.Config, error) {
	config, err := tlsfile.Files{Authorities: f.TemporalCA, Certificate: f.TemporalCert, Key: f.TemporalKey}.Config("Temporal")
	if err != nil || config == nil && !f.TemporalTLS && f.TemporalServerName == "" && f.TemporalAPIKey == "" {
		return nil, err
	}
	if config == nil {
		config = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	config.ServerName = f.TemporalServerName
	return config, nil
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
