package serviceclient

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

var _ foresight.Meter = (*Compute)(nil)

// wireHour makes the numbers optional on the wire, so that an hour without one is refused and not
// taken for an idle one.
type wireHour struct {
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
	Hour     time.Time               `json:"hour"`
	Mean     *float64                `json:"mean"`
	P95      *float64                `json:"p95"`
	Peak     *float64                `json:"maximum"`
}

// meteredHour is an hour with the series that it belongs to.
type meteredHour struct {
	key  foresight.Key
	hour foresight.Hour
}

func (w wireHour) accept(tenantID string) (meteredHour, error) {
	switch {
	case w.TenantID != tenantID:
		return meteredHour{}, fmt.Errorf("%w: an hour of tenant %q in the listing of %q", errSchema, w.TenantID, tenantID)
	case foresight.CheckMetric("metric", w.Metric) != nil:
		return meteredHour{}, fmt.Errorf("%w: an hour of the unknown metric %q", errSchema, w.Metric)
	case w.Hour.IsZero() || !w.Hour.Truncate(time.Hour).Equal(w.Hour):
		return meteredHour{}, fmt.Errorf("%w: an hour that begins at %s", errSchema, w.Hour)
	}
	item := meteredHour{foresight.Key{TenantID: w.TenantID, Metric: w.Metric}, foresight.Hour{At: w.Hour.UTC()}}
	for _, member := range []struct {
		name string
		from *float64
		to   *float64
	}{{"mean", w.Mean, &item.hour.Mean}, {"p95", w.P95, &item.hour.P95}, {"maximum", w.Peak, &item.hour.Peak}} {
		if member.from == nil {
			return item, missing(member.name)
		}
		if !(*member.from >= 0) || math.IsInf(*member.from, 0) {
			return item, fmt.Errorf("%w: %q is %v, which nobody can use", errSchema, member.name, *member.from)
		}
		*member.to = *member.from
	}
	return item, nil
}

// HourlyUsage returns what a tenant used since an instant, hour by hour, from all pages.
func (c *Compute) HourlyUsage(ctx context.Context, tenantID string, metric forecast.ResourceMetric, since time.Time) ([]foresight.Usage, error) {
	hours := listing[wireHour, meteredHour]{
		path: "v1/hourly-usage", list: "hourly_usage",
		accept: func(w wireHour) (meteredHour, error) { return w.accept(tenantID) },
	}
	filter := url.Values{"tenant_id": {tenantID}}
	if metric != "" {
		filter.Set("metric", string(metric))
	}
	if !since.IsZero() {
		filter.Set("since", since.UTC().Format(time.RFC3339))
	}
	items, err := hours.all(ctx, c.caller, filter)
	if err != nil {
		return nil, err
	}
	var usage []foresight.Usage
	for _, item := range items {
		if last := len(usage) - 1; last < 0 || usage[last].Key != item.key {
			usage = append(usage, foresight.Usage{Key: item.key})
		}
		last := &usage[len(usage)-1]
		last.Hours = append(last.Hours, item.hour)
	}
	return usage, nil
}
