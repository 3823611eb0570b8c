package capacity

import (
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Estate is what a tenant runs on and runs: what cores and gigabytes are to percent.
type Estate struct {
	// Cores and MemoryGB are what a utilisation of 100 percent is; they are needed only where a scenario
	// adds or removes CPU or memory of a tenant whose utilisation is forecast.
	Cores    float64 `json:"cores"`
	MemoryGB float64 `json:"memory_gb"`
	// Workloads are what may be removed, by id.
	Workloads map[string]Workload `json:"workloads,omitempty"`
}

// Check refuses sizes and workloads that cannot be, as InvalidInput.
func (e Estate) Check() error {
	if !isQuantity(e.Cores) {
		return fault.Invalid("/cores", "there are %v cores; it must be a number from 0 up", e.Cores)
	}
	if !isQuantity(e.MemoryGB) {
		return fault.Invalid("/memory_gb", "there are %v GB of memory; it must be a number from 0 up", e.MemoryGB)
	}
	for id, workload := range e.Workloads {
		if err := workload.check("/workloads/"+id, "the workload "+id); err != nil {
			return err
		}
	}
	return nil
}

// Workload is what something uses, in absolute units; zero where it uses nothing of a kind.
type Workload struct {
	CPU         float64 `json:"cpu,omitempty"` // cores
	MemoryGB    float64 `json:"memory_gb,omitempty"`
	StorageGB   float64 `json:"storage_gb,omitempty"`
	NetworkMbps float64 `json:"network_mbps,omitempty"`
	Instances   float64 `json:"instances,omitempty"`
	RequestRate float64 `json:"request_rate,omitempty"` // requests per second
}

// in returns a workload in a metric's unit; what no installed size is known for is InvalidInput.
func (w Workload) in(metric forecast.ResourceMetric, estate Estate) (float64, error) {
	percent := func(used, installed float64, what string) (float64, error) {
		if used == 0 {
			return 0, nil
		}
		if !(installed > 0) {
			return 0, fault.New(fault.InvalidInput, "a workload's %s cannot be turned into %s, since the tenant's installed %s is not known", what, metric, what)
		}
		return 100 * used / installed, nil
	}
	switch metric {
	case forecast.CPUUtilization:
		return percent(w.CPU, estate.Cores, "cpu")
	case forecast.MemoryUtilization:
		return percent(w.MemoryGB, estate.MemoryGB, "memory_gb")
	case forecast.StorageUsedGB:
		return w.StorageGB, nil
	case forecast.NetworkBandwidthMbps:
		return w.NetworkMbps, nil
	case forecast.InstanceCount:
		return w.Instances, nil
	case forecast.RequestRate:
		return w.RequestRate, nil
	default:
		return 0, nil
	}
}

// check refuses a quantity that cannot be, as InvalidInput at a pointer.
func (w Workload) check(pointer, name string) error {
	for member, v := range map[string]float64{
		"cpu": w.CPU, "memory_gb": w.MemoryGB, "storage_gb": w.StorageGB, "network_mbps": w.NetworkMbps,
		"instances": w.Instances, "request_rate": w.RequestRate,
	} {
		if !isQuantity(v) {
			return fault.Invalid(pointer+"/"+member, "%s's %s is %v; it must be a number from 0 up", name, member, v)
		}
	}
	return nil
}
