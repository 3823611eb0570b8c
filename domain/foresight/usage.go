package foresight

import (
	"context"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Key names a series: one metric of one tenant.
type Key struct {
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
}

// Hour is what was measured of a metric within an hour, in the metric's unit. A value is NaN where
// nothing is known of it.
type Hour struct {
	// At is the beginning of the hour, in UTC.
	At              time.Time
	Mean, P95, Peak float64
}

// Usage is a series in hours.
type Usage struct {
	Key
	Hours []Hour
}

// UsageStore keeps hourly usage for good. Its methods return Unavailable errors when trying again can
// help, and may be used concurrently.
type UsageStore interface {
	// Keep adds hours, all or none; what is known of an hour is replaced by what is given of it.
	Keep(ctx context.Context, usage []Usage) error
	// Hours returns the hours from an instant (included) to another (excluded), in order; those that
	// nothing is known of are left out.
	Hours(ctx context.Context, key Key, from, until time.Time) ([]Hour, error)
	// Latest returns the last hour that is known of a series, the zero time where none is.
	Latest(ctx context.Context, key Key) (time.Time, error)
	// Keys lists the series with an hour since an instant, in byte order of tenant and metric, those
	// after a key, no more than limit.
	Keys(ctx context.Context, since time.Time, after Key, limit int) ([]Key, error)
	// Count returns how many series have an hour since an instant.
	Count(ctx context.Context, since time.Time) (int, error)
}

// Meter is where usage is measured: the compute service. Errors are Unavailable (with a retry delay
// where known) when trying again can help, and Upstream when it cannot.
type Meter interface {
	// HourlyUsage returns what a tenant used of a metric (of all where it is empty) since an instant,
	// hour by hour, in order of metric and time.
	HourlyUsage(ctx context.Context, tenantID string, metric forecast.ResourceMetric, since time.Time) ([]Usage, error)
}

// CheckMetric returns an InvalidInput error, for the field that a pointer names, unless the metric is
// one that there is.
func CheckMetric(pointer string, metric forecast.ResourceMetric) error {
	known := forecast.ResourceMetrics()
	if slices.Contains(known, metric) {
		return nil
	}
	names := make([]string, len(known))
	for i, one := range known {
		names[i] = string(one)
	}
	return fault.Invalid(pointer, "the metric %.60q is unknown; it is one of %s", metric, strings.Join(names, ", "))
}

// IsUtilization reports whether a metric is a share of what there is, in percent.
func IsUtilization(metric forecast.ResourceMetric) bool {
	return metric == forecast.CPUUtilization || metric == forecast.MemoryUtilization
}

// BoundsOf returns the bounds of a metric: a utilisation is a percentage, nothing is below zero.
func BoundsOf(metric forecast.ResourceMetric) forecast.Bounds {
	if IsUtilization(metric) {
		return forecast.Bounds{Lower: 0, Upper: 100}
	}
	return forecast.Bounds{Lower: 0, Upper: math.Inf(1)}
}
