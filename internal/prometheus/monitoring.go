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

// NewMonitoring returns the metrics as gauges; how a metric is aggregated does not matter, since mean, 95th
// percentile and maximum are all read. The server's warnings go to the logger.
func NewMonitoring(client *Client, metrics []Metric, logger *slog.Logger) *Monitoring {
	m := &Monitoring{client: client, logger: logger, metrics: map[string]Metric{}}
	for _, metric := range metrics {
		gauge := foresight.Gauge{ID: metric.id(), Metric: metric.Resource}
		if _, twice := m.metrics[gauge.ID]; !twice {
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
		found, warnings, err := m.client.History(ctx, metric, forecast.Hourly, from, until)
		if err != nil {
			return nil, err
		}
		for _, warning := range warnings {
			m.logger.Warn("Prometheus warns of a query", "query", metric.Query, "warning", warning)
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
