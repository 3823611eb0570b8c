package capacity

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Workload is what something uses, in absolute units; zero where it uses nothing of a kind.
type Workload struct {
	CPU         float64 `json:"cpu,omitempty"` // cores
	MemoryGB    float64 `json:"memory_gb,omitempty"`
	StorageGB   float64 `json:"storage_gb,omitempty"`
	NetworkMbps float64 `json:"network_mbps,omitempty"`
	Instances   float64 `json:"instances,omitempty"`
	RequestRate float64 `json:"request_rate,omitempty"` // requests per second
}

// Scenario is a load other than the one expected. What it says holds together: of the present load the
// removed workload goes first, the rest is multiplied, the new workload comes on top as stated.
type Scenario struct {
	Name string `json:"name,omitempty"`
	// TrafficMultiplier multiplies demand, from 0; nil leaves it as it is.
	TrafficMultiplier *float64  `json:"traffic_multiplier,omitempty"`
	NewWorkload       *Workload `json:"new_workload,omitempty"`
	RemoveWorkloadID  string    `json:"remove_workload_id,omitempty"`
	// Elasticity says for a metric by which power it follows traffic: 1 (unless given) in proportion, 0
	// not at all. Storage that is written once and kept may follow by less.
	Elasticity map[forecast.ResourceMetric]float64 `json:"elasticity,omitempty"`
	// From is when the scenario begins; nil from the first point on.
	From *time.Time `json:"from,omitempty"`
}

// Estate is what a tenant runs on and runs: what cores and gigabytes are to percent.
type Estate struct {
	// Cores and MemoryGB are what a utilisation of 100 percent is; they are needed only where a scenario
	// adds or removes CPU or memory of a tenant whose utilisation is forecast.
	Cores    float64 `json:"cores"`
	MemoryGB float64 `json:"memory_gb"`
	// Workloads are what may be removed, by id.
	Workloads map[string]Workload `json:"workloads,omitempty"`
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

// check refuses what cannot be, as InvalidInput; a workload to remove that is not there is NotFound.
func (s Scenario) check(estate Estate) error {
	if s.TrafficMultiplier == nil && s.NewWorkload == nil && s.RemoveWorkloadID == "" {
		return fault.Invalid("", "the scenario changes nothing; give traffic_multiplier, new_workload or remove_workload_id")
	}
	if m := s.TrafficMultiplier; m != nil && !isQuantity(*m) {
		return fault.Invalid("/traffic_multiplier", "the traffic multiplier %v is not a number from 0 up", *m)
	}
	if w := s.NewWorkload; w != nil {
		for name, v := range map[string]float64{
			"cpu": w.CPU, "memory_gb": w.MemoryGB, "storage_gb": w.StorageGB, "network_mbps": w.NetworkMbps,
			"instances": w.Instances, "request_rate": w.RequestRate,
		} {
			if !isQuantity(v) {
				return fault.Invalid("/new_workload/"+name, "the new workload's %s is %v; it must be a number from 0 up", name, v)
			}
		}
	}
	for metric, power := range s.Elasticity {
		if !isQuantity(power) {
			return fault.Invalid("/elasticity/"+string(metric), "the elasticity of %s is %v; it must be a number from 0 up", metric, power)
		}
	}
	if id := s.RemoveWorkloadID; id != "" {
		if _, known := estate.Workloads[id]; !known {
			return fault.New(fault.NotFound, "there is no workload %q to remove", id)
		}
	}
	return nil
}

func isQuantity(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
