package forecast

// ResourceMetric is a quantity that a tenant uses and that may run out.
type ResourceMetric string

// The metrics. Utilisations are percent, 0 to 100.
const (
	CPUUtilization       ResourceMetric = "cpu_utilization"
	MemoryUtilization    ResourceMetric = "memory_utilization"
	StorageUsedGB        ResourceMetric = "storage_used_gb"
	NetworkBandwidthMbps ResourceMetric = "network_bandwidth_mbps"
	InstanceCount        ResourceMetric = "instance_count"
	RequestRate          ResourceMetric = "request_rate"
)

// ResourceMetrics lists every metric.
func ResourceMetrics() []ResourceMetric {
	return []ResourceMetric{CPUUtilization, MemoryUtilization, StorageUsedGB, NetworkBandwidthMbps, InstanceCount, RequestRate}
}

// Unit is what a metric is measured in, as it is written beside numbers.
func (m ResourceMetric) Unit() string {
	switch m {
	case CPUUtilization, MemoryUtilization:
		return "%"
	case StorageUsedGB:
		return "GB"
	case NetworkBandwidthMbps:
		return "Mbit/s"
	case InstanceCount:
		return "instances"
	case RequestRate:
		return "requests/s"
	default:
		return ""
	}
}
