package sample

import (
	"math"
	"time"
)

// Estate is what a tenant runs on, which is 100 percent of its utilisation, and what it runs.
type Estate struct {
	TenantID  string     `json:"tenant_id"`
	Cores     float64    `json:"cores"`
	MemoryGB  float64    `json:"memory_gb"`
	Workloads []Workload `json:"workloads"`
}

// Workload is what one of a tenant's applications uses in an ordinary hour, in absolute units.
type Workload struct {
	ID          string  `json:"workload_id"`
	CPU         float64 `json:"cpu"`
	MemoryGB    float64 `json:"memory_gb"`
	StorageGB   float64 `json:"storage_gb"`
	NetworkMbps float64 `json:"network_mbps"`
	Instances   float64 `json:"instances"`
	RequestRate float64 `json:"request_rate"`
}

// The size of every instance.
const (
	instanceCores    = 16
	instanceMemoryGB = 64
)

// applications are what every tenant runs, as parts of what it uses. Together they use three fifths at
// most, so that even a weekend leaves something that no workload accounts for.
var applications = []Workload{
	{ID: "api", CPU: 0.15, MemoryGB: 0.15, StorageGB: 0.05, NetworkMbps: 0.15, Instances: 0.15, RequestRate: 0.15},
	{ID: "batch", CPU: 0.10, MemoryGB: 0.05, StorageGB: 0.10, Instances: 0.05},
	{ID: "database", CPU: 0.15, MemoryGB: 0.25, StorageGB: 0.40, NetworkMbps: 0.10, Instances: 0.10},
	{ID: "web", CPU: 0.20, MemoryGB: 0.15, StorageGB: 0.05, NetworkMbps: 0.35, Instances: 0.25, RequestRate: 0.45},
}

// EstateOf returns what a tenant that exists at an instant runs on and runs; one that does not is not
// known. The tenant that uses nothing has nothing.
func EstateOf(seed uint64, tenant string, at time.Time) (estate Estate, known bool) {
	if tenantNames[tenant] == "" || !existed(tenant, at) {
		return Estate{}, false
	}
	estate = Estate{TenantID: tenant, Workloads: []Workload{}}
	if tenant == NoUsage {
		return estate, true
	}
	used := func(metric string) float64 {
		base, _ := usual(seed, tenant, metric)
		return base
	}
	instances := math.Ceil(used("instance_count"))
	estate.Cores, estate.MemoryGB = instances*instanceCores, instances*instanceMemoryGB
	cores := used("cpu_utilization") / 100 * estate.Cores
	memoryGB := used("memory_utilization") / 100 * estate.MemoryGB
	for _, part := range applications {
		estate.Workloads = append(estate.Workloads, Workload{
			ID: tenant + "-" + part.ID, CPU: rounded(part.CPU * cores), MemoryGB: rounded(part.MemoryGB * memoryGB),
			StorageGB:   rounded(part.StorageGB * used("storage_used_gb")),
			NetworkMbps: rounded(part.NetworkMbps * used("network_bandwidth_mbps")),
			Instances:   rounded(part.Instances * instances), RequestRate: rounded(part.RequestRate * used("request_rate")),
		})
	}
	return estate, true
}
