package prometheus

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Monitoring is the foresight.Monitoring of some metrics on a server. It is safe for concurrent use.
type Monitoring struct {
	client  *Client
	logger  *slog.Logger
	gauges  []foresight.Gauge
	metrics map[string]Metric
}

var _ foresight.Monitoring = (*Monitoring)(nil)

// NewMonitoring returns the metrics as gauges, of which mean, 95th percentile and maximum are all read. Of one
// that is there twice the last counts. The server's warnings go to the logger.
func NewMonitoring(client *Client, metrics []Metric, logger *slog.Logger) *Monitoring {
	m := &Monitoring{client: client, logger: logger, metrics: map[string]Metric{}}
	for _, metric := range metrics {
		gauge := metric.gauge()
		if at := slices.IndexFunc(m.gauges, func(g foresight.Gauge) bool { return g.ID == gauge.ID }); at >= 0 {
			m.gauges[at] = gauge
		} else {
			m.gauges = append(m.gauges, gauge)
		}
		m.metrics[gauge.ID] = metric
	}
	return m
}

// id is the same for the same question.
func (m Metric) id() string {
	text, _ := json.Marshal([]string{string(m.Resource), m.TenantLabel, m.Tenant, m.Query}) // strings
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// gauge is a metric as the platform sees it.
func (m Metric) gauge() foresight.Gauge {
	gauge := foresight.Gauge{ID: m.id(), Metric: m.Resource, Terms: m.Terms, MeasuresCapacity: m.CapacityQuery != ""}
	gauge.Terms.Aggregation = foresight.Aggregation(m.Aggregation)
	return gauge
}

// Gauges implements foresight.Monitoring.
func (m *Monitoring) Gauges() []foresight.Gauge { return slices.Clone(m.gauges) }

// HourlyUsage implements foresight.Monitoring. An hour of which the server says nothing finite is left out.
func (m *Monitoring) HourlyUsage(ctx context.Context, gauge foresight.Gauge, from, until time.Time) ([]foresight.Usage, error) {
	metric, known := m.metrics[gauge.ID]
	if !known {
		return nil, fault.New(fault.NotFound, "no query is kept for the gauge %s", gauge.ID)
	}
	hours := hoursByTenant{}
	for _, part := range []struct {
		aggregation Aggregation
		of          func(*foresight.Hour) *float64
	}{
		{Mean, func(h *foresight.Hour) *float64 { return &h.Mean }},
		{P95, func(h *foresight.Hour) *float64 { return &h.P95 }},
		{Max, func(h *foresight.Hour) *float64 { return &h.Peak }},
	} {
		metric.Aggregation = part.aggregation
		found, err := m.history(ctx, metric, from, until)
		if err != nil {
			return nil, err
		}
		for _, history := range found {
			for _, p := range history.Points {
				if !math.IsNaN(p.Value) && !math.IsInf(p.Value, 0) {
					*part.of(hours.at(history.Tenant, p.Timestamp)) = p.Value
				}
			}
		}
	}
	return hours.usage(gauge.Metric), nil
}

// Capacity implements foresight.Monitoring: of an hour the greatest capacity counts.
func (m *Monitoring) Capacity(ctx context.Context, gauge foresight.Gauge, from, until time.Time) (map[string][]capacity.Level, error) {
	metric, known := m.metrics[gauge.ID]
	if !known || metric.CapacityQuery == "" {
		return nil, fault.New(fault.NotFound, "no query of capacity is kept for the gauge %s", gauge.ID)
	}
	metric.Query, metric.Aggregation = metric.CapacityQuery, Max
	found, err := m.history(ctx, metric, from, until)
	if err != nil {
		return nil, err
	}
	levels := make(map[string][]capacity.Level, len(found))
	for _, one := range found {
		levels[one.Tenant] = capacity.Measured(one.Points)
	}
	return levels, nil
}

// history asks for the hours of a metric and logs the server's warnings.
func (m *Monitoring) history(ctx context.Context, metric Metric, from, until time.Time) ([]History, error) {
	found, warnings, err := m.client.History(ctx, metric, forecast.Hourly, from, until)
	for _, warning := range warnings {
		m.logger.Warn("Prometheus warns of a query", "query", metric.Query, "warning", warning)
	}
	return found, err
}

// hoursByTenant gathers what is known of each hour of each tenant.
type hoursByTenant map[string]map[time.Time]*foresight.Hour

func (h hoursByTenant) at(tenant string, at time.Time) *foresight.Hour {
	if h[tenant] == nil {
		h[tenant] = map[time.Time]*foresight.Hour{}
	}
	if h[tenant][at] == nil {
		h[tenant][at] = &foresight.Hour{At: at, Mean: math.NaN(), P95: math.NaN(), Peak: math.NaN()}
	}
	return h[tenant][at]
}

// usage puts them in order of tenant and time.
func (h hoursByTenant) usage(metric forecast.ResourceMetric) []foresight.Usage {
	all := make([]foresight.Usage, 0, len(h))
	for tenant, hours := range h {
		series := foresight.Usage{Key: foresight.Key{TenantID: tenant, Metric: metric}}
		for _, hour := range hours {
			series.Hours = append(series.Hours, *hour)
		}
		slices.SortFunc(series.Hours, func(a, b foresight.Hour) int { return a.At.Compare(b.At) })
		all = append(all, series)
	}
	slices.SortFunc(all, func(a, b foresight.Usage) int { return strings.Compare(a.TenantID, b.TenantID) })
	return all
}
