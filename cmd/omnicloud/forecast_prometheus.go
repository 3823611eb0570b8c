package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/internal/metricsfile"
	"github.com/omnicloud/omnicloud/internal/prometheus"
)

// prometheusFlags say which Prometheus is read, and what of it.
type prometheusFlags struct {
	prometheusServerFlags
	Config   string `help:"metrics.yaml: which queries to Prometheus give the usage and capacity of whom." placeholder:"FILE"`
	Lookback string `help:"How much history to ask Prometheus for." default:"90d" placeholder:"SPAN"`
	Until    string `help:"Where that history ends, RFC 3339; now by default." placeholder:"TIME"`
}

// check refuses flags that do not go together.
func (f prometheusFlags) check(in string) error {
	switch {
	case in != "" && f.Prometheus != "":
		return usageError{errors.New("--in and --prometheus are two sources; give one of them")}
	case in == "" && f.Prometheus == "":
		return usageError{errors.New("give --in a file of series, or --prometheus an address with --config")}
	case (f.Prometheus == "") != (f.Config == ""):
		return usageError{errors.New("--prometheus and --config go together: the address, and the queries to send there")}
	}
	return nil
}

// watched is a series with what is known of its metric: how much there is, nil where nobody knows, the
// unit, and how long more takes to get.
type watched struct {
	series   forecast.Series
	limit    *capacity.Capacity
	unit     string
	leadTime time.Duration
}

// read asks for every metric of the configuration.
func (f prometheusFlags) read(ctx context.Context, std streams, granularity forecast.ForecastGranularity) ([]watched, error) {
	span, err := parseSpan("--lookback", f.Lookback)
	if err != nil {
		return nil, err
	}
	until := time.Now()
	if f.Until != "" {
		if until, err = time.Parse(time.RFC3339, f.Until); err != nil {
			return nil, usageError{fmt.Errorf("--until %q is no time; write it as 2026-09-01T00:00:00Z", f.Until)}
		}
	}
	metrics, err := metricsfile.ReadFile(f.Config)
	if err != nil {
		return nil, err
	}
	client, err := f.client()
	if err != nil {
		return nil, err
	}
	if granularity == "" {
		granularity = forecast.Hourly
	}
	reading := prometheusReading{client: client, granularity: granularity, from: until.Add(-span), until: until, std: std}
	var all []watched
	known := map[string]bool{}
	for _, m := range metrics {
		found, err := reading.metric(ctx, m)
		if err != nil {
			return nil, err
		}
		for _, w := range found {
			if known[w.series.ID] {
				return nil, fault.New(fault.InvalidInput, "two entries of %s give %s; narrow the query of one", f.Config, w.series.ID)
			}
			known[w.series.ID] = true
		}
		all = append(all, found...)
	}
	return all, nil
}

// prometheusReading is what the metrics of a run have in common.
type prometheusReading struct {
	client      *prometheus.Client
	granularity forecast.ForecastGranularity
	from, until time.Time
	std         streams
}

// metric reads usage and capacity of one metric for every tenant.
func (r prometheusReading) metric(ctx context.Context, m metricsfile.Metric) ([]watched, error) {
	query := queryOf(m)
	usage, err := r.history(ctx, query)
	if err != nil {
		return nil, err
	}
	if len(usage) == 0 {
		return nil, fault.New(fault.InvalidInput, "the query %q gives no series from %s to %s; does Prometheus keep that long, and is the metric scraped?",
			m.Query, r.from.UTC().Format(time.RFC3339), r.until.UTC().Format(time.RFC3339))
	}
	limits, err := r.limits(ctx, m)
	if err != nil {
		return nil, err
	}
	all := make([]watched, 0, len(usage))
	for _, h := range usage {
		w := watched{
			series: forecast.Series{ID: h.Tenant + "/" + string(m.Metric), Points: h.Points}, limit: limits[h.Tenant],
			unit: cmp.Or(m.Unit, m.Metric.Unit()), leadTime: m.LeadTime,
		}
		if m.Capacity != nil {
			w.limit = query.Terms.Capacity
		}
		all = append(all, w)
	}
	return all, nil
}

// limits measures how much each tenant has of a metric, where there is a query for that.
func (r prometheusReading) limits(ctx context.Context, m metricsfile.Metric) (map[string]*capacity.Capacity, error) {
	if m.CapacityQuery == "" {
		return nil, nil //nolint:nilnil // nothing is measured
	}
	query := queryOf(m)
	query.Query, query.Aggregation = m.CapacityQuery, prometheus.Max
	found, err := r.history(ctx, query)
	if err != nil {
		return nil, err
	}
	limits := map[string]*capacity.Capacity{}
	for _, h := range found {
		if levels := capacity.Measured(h.Points); levels != nil {
			// What was measured until now holds all that was planned before.
			limits[h.Tenant] = &capacity.Capacity{Levels: levels, Planned: capacity.PlannedAfter(m.Planned, h.Points[len(h.Points)-1].Timestamp)}
		}
	}
	return limits, nil
}

// history reads a query and tells the server's warnings.
func (r prometheusReading) history(ctx context.Context, m prometheus.Metric) ([]prometheus.History, error) {
	found, warnings, err := r.client.History(ctx, m, r.granularity, r.from, r.until)
	for _, w := range warnings {
		fmt.Fprintf(r.std.Err, "Prometheus warns of the query %q: %s\n", m.Query, w)
	}
	return found, err
}
