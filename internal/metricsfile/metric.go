package metricsfile

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// Metric is one entry of the file, with its preset and defaults filled in.
type Metric struct {
	// TenantLabel names the label that holds the tenant; empty where Tenant is its name.
	TenantLabel, Tenant string
	Metric              forecast.ResourceMetric
	Query               string
	// CapacityQuery or Capacity say how much there is; neither, and it is not known.
	CapacityQuery string
	Capacity      *float64
	// Planned is capacity that comes on top, or goes, without anybody ordering it anew.
	Planned []capacity.Addition
	Unit    string
	// Aggregation is mean, p95 or max.
	Aggregation string
	// LeadTime is how long it takes from an order to capacity in use.
	LeadTime time.Duration
	// ResourceType names the resource to billing and to the scheduler; empty where it is not stated.
	ResourceType string
}

// presets are queries for what a Kubernetes cluster exports by cAdvisor, the kubelet and
// kube-state-metrics.
var presets = map[string]Metric{
	"kubernetes_cpu": {
		TenantLabel: "namespace", Metric: forecast.CPUUtilization, Unit: "%", Aggregation: "p95",
		Query: `100 * sum by (namespace) (rate(container_cpu_usage_seconds_total{container!=""}[5m]))` +
			` / sum by (namespace) (kube_pod_container_resource_limits{resource="cpu"})`,
		Capacity: number(100),
	},
	"kubernetes_memory": {
		TenantLabel: "namespace", Metric: forecast.MemoryUtilization, Unit: "%", Aggregation: "p95",
		Query: `100 * sum by (namespace) (container_memory_working_set_bytes{container!=""})` +
			` / sum by (namespace) (kube_pod_container_resource_limits{resource="memory"})`,
		Capacity: number(100),
	},
	"kubernetes_volumes": {
		TenantLabel: "namespace", Metric: forecast.StorageUsedGB, Unit: "GB", Aggregation: "max",
		Query:         `sum by (namespace) (kubelet_volume_stats_used_bytes) / 1e9`,
		CapacityQuery: `sum by (namespace) (kubelet_volume_stats_capacity_bytes) / 1e9`,
	},
}

func number(v float64) *float64 { return &v }

// defaultAggregation is p95 of utilisations, whose peaks are what runs out, and the mean of the rest.
func defaultAggregation(metric forecast.ResourceMetric) string {
	if metric == forecast.CPUUtilization || metric == forecast.MemoryUtilization {
		return "p95"
	}
	return "mean"
}
