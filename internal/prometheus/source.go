package prometheus

import (
	"context"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Aggregation says what of a period stands for it.
type Aggregation string

// The aggregations: the mean, the 95th percentile and the greatest of what was measured in the period.
const (
	Mean Aggregation = "mean"
	P95  Aggregation = "p95"
	Max  Aggregation = "max"
)

// Metric is a query whose answer has a series for each tenant.
type Metric struct {
	// Resource is what the query measures.
	Resource forecast.ResourceMetric
	// Query is in PromQL; it gives an instant's value.
	Query string
	// TenantLabel names the label that holds the tenant; empty where Tenant is the tenant of the one series.
	TenantLabel, Tenant string
	Aggregation         Aggregation
	// CapacityQuery gives how much there is, as Query gives how much is used; empty where it is not measured.
	CapacityQuery string
	// Terms are what else is stated of every series.
	Terms foresight.Terms
}

// History is what one tenant used.
type History struct {
	Tenant string
	Points []forecast.UsageDataPoint
}

// resolution is how far apart a period is looked at: often enough for a percentile, and no more often
// than most servers scrape.
const resolution = 5 * time.Minute

// overTime wraps a query so that each point is the aggregate of the period before it, worked out by
// the server.
func (m Metric) overTime(period time.Duration) string {
	window := fmt.Sprintf("(%s)[%ds:%ds]", m.Query, int(period.Seconds()), int(resolution.Seconds()))
	switch m.Aggregation {
	case P95:
		return "quantile_over_time(0.95, " + window + ")"
	case Max:
		return "max_over_time(" + window + ")"
	default:
		return "avg_over_time(" + window + ")"
	}
}

// History returns what each tenant used in the whole periods of an hour or a day from an instant until
// another, stamped with the period's begin; the tenants are in order of their labels. A series without
// the tenant's label, and a second series of one tenant, are InvalidInput; other errors are those of
// QueryRange.
func (c *Client) History(ctx context.Context, m Metric, granularity forecast.ForecastGranularity, from, until time.Time) ([]History, []string, error) {
	period := time.Hour
	if granularity == forecast.Daily {
		period = 24 * time.Hour
	} else if granularity != forecast.Hourly {
		return nil, nil, fault.New(fault.InvalidInput, "Prometheus is read by the hour or by the day, not %s", granularity)
	}
	from, until = from.UTC().Truncate(period), until.UTC().Truncate(period)
	found, err := c.QueryRange(ctx, m.overTime(period), from.Add(period), until, period)
	if err != nil {
		return nil, nil, err
	}
	histories := make([]History, 0, len(found.Series))
	seen := map[string]bool{}
	for _, series := range found.Series {
		tenant := m.Tenant
		if m.TenantLabel != "" {
			if tenant = series.Labels[m.TenantLabel]; tenant == "" {
				return nil, nil, fault.New(fault.InvalidInput, "the query %q gives a series {%s} without the label %q that names its tenant; aggregate by (%s)",
					m.Query, labelKey(series.Labels), m.TenantLabel, m.TenantLabel)
			}
		}
		if seen[tenant] {
			return nil, nil, fault.New(fault.InvalidInput, "the query %q gives several series for the tenant %q; aggregate them, such as by sum", m.Query, tenant)
		}
		seen[tenant] = true
		points := make([]forecast.UsageDataPoint, len(series.Points))
		for i, p := range series.Points {
			points[i] = forecast.UsageDataPoint{Timestamp: p.At.Add(-period), Value: p.Value}
		}
		histories = append(histories, History{tenant, points})
	}
	return histories, found.Warnings, nil
}
