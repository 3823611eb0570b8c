package sample

import (
	"math"
	"time"
)

// HourlyUsage is what a tenant used of a metric in an hour.
type HourlyUsage struct {
	TenantID string    `json:"tenant_id"`
	Metric   string    `json:"metric"`
	Hour     time.Time `json:"hour"`
	Mean     float64   `json:"mean"`
	P95      float64   `json:"p95"`
	Peak     float64   `json:"maximum"`
}

// HourlyMetrics lists the metrics that are metered by the hour, in byte order.
func HourlyMetrics() []string {
	return []string{"cpu_utilization", "instance_count", "memory_utilization", "network_bandwidth_mbps", "request_rate", "storage_used_gb"}
}

// Tenants whose usage tells a story.
const (
	// FullSoon has storage that fills what it may use some five weeks after the sample was loaded.
	FullSoon = "acme"
	// Moved doubled its traffic at once, 30 days before the sample was loaded.
	Moved = "meridian"
)

// level is where a metric of a tenant of plan free lies, and how it moves over day, week and year.
type level struct {
	base, scale   float64 // base + scale·weight
	daily, weekly float64 // part by which the working day and the working week stand out
	growth        float64 // part by which it grows in 30 days
	noise         float64
	upper         float64
}

var levels = map[string]level{
	"cpu_utilization":        {base: 26, scale: 2.2, daily: 0.45, weekly: 0.25, growth: 0.02, noise: 0.06, upper: 100},
	"instance_count":         {base: 3, scale: 4, daily: 0.25, weekly: 0.15, growth: 0.03, noise: 0.03, upper: math.Inf(1)},
	"memory_utilization":     {base: 40, scale: 2, daily: 0.12, weekly: 0.06, growth: 0.01, noise: 0.03, upper: 100},
	"network_bandwidth_mbps": {base: 40, scale: 60, daily: 0.55, weekly: 0.30, growth: 0.04, noise: 0.10, upper: math.Inf(1)},
	"request_rate":           {base: 20, scale: 90, daily: 0.60, weekly: 0.35, growth: 0.04, noise: 0.08, upper: math.Inf(1)},
	"storage_used_gb":        {base: 200, scale: 650, growth: 0.05, noise: 0.002, upper: math.Inf(1)},
}

// Hourly returns what a tenant used of a metric in the hours from one instant to another, excluded.
// loaded is when the sample was loaded: trends are counted from there, so that they look the same
// whenever somebody tries them, and what was metered once stays. A tenant that uses nothing, or did
// not exist, has no hours.
func Hourly(seed uint64, tenant, metric string, loaded, from, until time.Time) []HourlyUsage {
	shape, known := levels[metric]
	if !known || tenant == NoUsage || tenantNames[tenant] == "" {
		return nil
	}
	base, shift := usual(seed, tenant, metric)
	var hours []HourlyUsage
	for at := from.UTC().Truncate(time.Hour); at.Before(until); at = at.Add(time.Hour) {
		if at.Before(from) || !existed(tenant, at) {
			continue
		}
		random := draw(seed, "hour", tenant, metric, at.Format(time.RFC3339))
		days := at.Sub(loaded).Hours() / 24
		value := base * shape.of(at, shift) * math.Pow(1+shape.growth, days/30)
		value *= story(tenant, metric, days)
		value = min(shape.upper, max(0, value*(1+shape.noise*random.NormFloat64())))
		p95 := min(shape.upper, value*(1+2*shape.noise*random.Float64()))
		hours = append(hours, HourlyUsage{
			TenantID: tenant, Metric: metric, Hour: at,
			Mean: rounded(value), P95: rounded(p95), Peak: rounded(min(shape.upper, p95*(1+shape.noise*random.Float64()))),
		})
	}
	return hours
}

// usual returns what a tenant uses of a metric in an ordinary hour, and by how many hours its day is
// shifted.
func usual(seed uint64, tenant, metric string) (base, shift float64) {
	shape, own := levels[metric], draw(seed, "hourly", tenant, metric)
	base = (shape.base + shape.scale*float64(weights[planOf(tenant)])) * (0.85 + 0.3*own.Float64())
	return base, float64(own.IntN(5)) - 2
}

// of is how an hour compares with the usual one: working hours and working days stand out.
func (l level) of(at time.Time, shift float64) float64 {
	hour := float64(at.Hour()) + shift
	day := 1 + l.daily*math.Sin(2*math.Pi*(hour-8)/24)
	if weekday := at.Weekday(); weekday == time.Saturday || weekday == time.Sunday {
		return day * (1 - l.weekly)
	}
	return day
}

// story is what happens to the tenants that have one.
func story(tenant, metric string, days float64) float64 {
	switch {
	case tenant == FullSoon && metric == "storage_used_gb":
		return 0.80 * math.Pow(1.0055, days)
	case tenant == Moved && (metric == "request_rate" || metric == "network_bandwidth_mbps") && days >= -30:
		return 2
	default:
		return 1
	}
}

func rounded(value float64) float64 { return math.Round(value*1000) / 1000 }
