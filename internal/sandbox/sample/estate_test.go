package sample

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestEstateOf(t *testing.T) {
	const seed = 1
	loaded := time.Date(2026, time.November, 2, 0, 0, 0, 0, time.UTC)
	// day is a tenant's mean of a metric on the Sunday before the sample was loaded, when least is used.
	day := func(tenant, metric string) (mean float64) {
		hours := Hourly(seed, tenant, metric, loaded, loaded.AddDate(0, 0, -1), loaded)
		for _, hour := range hours {
			mean += hour.Mean / float64(len(hours))
		}
		return mean
	}
	for _, tenant := range sortedKeys(tenantNames) {
		if tenant == NoUsage || !existed(tenant, loaded) {
			continue
		}
		t.Run(tenant+" runs less than it uses, on what it has", func(t *testing.T) {
			estate, known := EstateOf(seed, tenant, loaded)
			require.True(t, known)
			var sum Workload
			for _, one := range estate.Workloads {
				sum.CPU += one.CPU
				sum.MemoryGB += one.MemoryGB
				sum.StorageGB += one.StorageGB
				sum.NetworkMbps += one.NetworkMbps
				sum.Instances += one.Instances
				sum.RequestRate += one.RequestRate
			}
			for metric, used := range map[string]float64{
				"cpu_utilization": 100 * sum.CPU / estate.Cores, "memory_utilization": 100 * sum.MemoryGB / estate.MemoryGB,
				"storage_used_gb": sum.StorageGB, "network_bandwidth_mbps": sum.NetworkMbps,
				"instance_count": sum.Instances, "request_rate": sum.RequestRate,
			} {
				require.Positive(t, used, metric)
				require.Less(t, used, day(tenant, metric), metric)
			}
			for _, granted := range capacity(seed) {
				if granted.TenantID == tenant && granted.Metric == "instance_count" {
					require.LessOrEqual(t, estate.Cores/instanceCores, granted.Capacity.InexactFloat64())
				}
			}
			again, _ := EstateOf(seed, tenant, loaded)
			require.Equal(t, estate, again)
		})
	}
	t.Run("the tenant that uses nothing has nothing", func(t *testing.T) {
		estate, known := EstateOf(seed, NoUsage, loaded)
		require.True(t, known)
		require.Equal(t, Estate{TenantID: NoUsage, Workloads: []Workload{}}, estate)
	})
	t.Run("a tenant that does not exist, or not yet, is not known", func(t *testing.T) {
		_, known := EstateOf(seed, "nobody", loaded)
		require.False(t, known)
		_, known = EstateOf(seed, "nimbus", created["nimbus"].Add(-time.Hour))
		require.False(t, known)
	})
}
