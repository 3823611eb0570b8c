package main

import (
	"errors"
	"log/slog"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/metricsfile"
	"github.com/omnicloud/omnicloud/internal/prometheus"
	"github.com/omnicloud/omnicloud/internal/seriesfile"
	"github.com/omnicloud/omnicloud/internal/tlsfile"
)

// prometheusServerFlags say which Prometheus is asked, and how it lets in.
type prometheusServerFlags struct {
	Prometheus         string `help:"Address of a Prometheus that measurements are read from, such as https://prometheus.example:9090." placeholder:"URL"`
	PrometheusToken    string `help:"Bearer token for Prometheus." placeholder:"TOKEN"`
	PrometheusUser     string `help:"User for Prometheus, with --prometheus-password." placeholder:"NAME"`
	PrometheusPassword string `help:"Password of that user." placeholder:"PASSWORD"`
	PrometheusCA       string `name:"prometheus-ca" help:"PEM file of the authorities that issue Prometheus' certificate; the system's by default." placeholder:"FILE" type:"path"`
	PrometheusCert     string `help:"PEM file of the certificate to show to Prometheus, with --prometheus-key." placeholder:"FILE" type:"path"`
	PrometheusKey      string `help:"PEM file of that certificate's key." placeholder:"FILE" type:"path"`
}

// client connects to nothing yet.
func (f prometheusServerFlags) client() (*prometheus.Client, error) {
	return prometheus.New(prometheus.Options{
		URL: f.Prometheus, BearerToken: f.PrometheusToken, User: f.PrometheusUser, Password: f.PrometheusPassword,
		TLS: tlsfile.Files{Authorities: f.PrometheusCA, Certificate: f.PrometheusCert, Key: f.PrometheusKey},
	})
}

// settings are the flags that are set, for a role that is started with them.
func (f prometheusServerFlags) settings() map[string]string {
	all := map[string]string{
		"prometheus": f.Prometheus, "prometheus-token": f.PrometheusToken, "prometheus-user": f.PrometheusUser,
		"prometheus-password": f.PrometheusPassword, "prometheus-ca": f.PrometheusCA, "prometheus-cert": f.PrometheusCert,
		"prometheus-key": f.PrometheusKey,
	}
	for name, value := range all {
		if value == "" {
			delete(all, name)
		}
	}
	return all
}

// queryOf is a metric of the configuration as a query.
func queryOf(m metricsfile.Metric) prometheus.Metric {
	return prometheus.Metric{
		Resource: m.Metric, Query: m.Query, TenantLabel: m.TenantLabel, Tenant: m.Tenant, Aggregation: prometheus.Aggregation(m.Aggregation),
		CapacityQuery: m.CapacityQuery, Terms: termsOf(m),
	}
}

// termsOf is what is stated of a metric beside its query. Of a capacity that is measured it holds what is planned.
func termsOf(m metricsfile.Metric) foresight.Terms {
	terms := foresight.Terms{Unit: m.Unit, ResourceType: m.ResourceType, LeadTime: m.LeadTime}
	switch {
	case m.Capacity != nil:
		limit := capacity.Constant(*m.Capacity)
		limit.Planned = m.Planned
		terms.Capacity = &limit
	case len(m.Planned) > 0:
		terms.Capacity = &capacity.Capacity{Planned: m.Planned}
	}
	return terms
}

// monitoringFlags say what a worker reads into the platform's store of usage, and from where.
type monitoringFlags struct {
	Server        prometheusServerFlags `embed:""`
	MetricsConfig string                `help:"metrics.yaml: which queries give the usage of whom, and how much there is; read from Prometheus every night and kept." placeholder:"FILE" type:"path"`
	Events        string                `help:"CSV of name,from,until and perhaps series_id (tenant/metric),effect: holidays, launches and the like." placeholder:"FILE" type:"path"`
}

// events reads the file of events; every series that it names must be one of the platform's.
func (f monitoringFlags) events() ([]event.Event, error) {
	if f.Events == "" {
		return nil, nil
	}
	events, err := seriesfile.ReadEvents(f.Events)
	if err != nil {
		return nil, err
	}
	for _, one := range events {
		tenant, metric, _ := strings.Cut(one.SeriesID, "/")
		if one.SeriesID == "" || tenancy.CheckID(tenant) == nil && foresight.CheckMetric("", forecast.ResourceMetric(metric)) == nil {
			continue
		}
		return nil, fault.New(fault.InvalidInput, "%s: the event %q is for the series %q; write series_id as tenant/metric, such as acme/request_rate", f.Events, one.Name, one.SeriesID)
	}
	return events, nil
}

// monitoring returns what the flags name, nil where they name nothing.
func (f monitoringFlags) monitoring(logger *slog.Logger) (foresight.Monitoring, error) {
	if err := f.check(); err != nil || f.MetricsConfig == "" {
		return nil, err
	}
	metrics, err := metricsfile.ReadFile(f.MetricsConfig)
	if err != nil {
		return nil, err
	}
	client, err := f.Server.client()
	if err != nil {
		return nil, err
	}
	queries := make([]prometheus.Metric, len(metrics))
	for i, m := range metrics {
		queries[i] = queryOf(m)
	}
	return prometheus.NewMonitoring(client, queries, logger), nil
}

// check refuses one without the other.
func (f monitoringFlags) check() error {
	if (f.Server.Prometheus == "") != (f.MetricsConfig == "") {
		return usageError{errors.New("--prometheus and --metrics-config go together: the address, and the queries to send there")}
	}
	return nil
}

// settings are the flags that are set, for a role that is started with them.
func (f monitoringFlags) settings() map[string]string {
	settings := map[string]string{}
	if f.MetricsConfig != "" {
		settings = f.Server.settings()
		settings["metrics-config"] = f.MetricsConfig
	}
	if f.Events != "" {
		settings["events"] = f.Events
	}
	return settings
}
