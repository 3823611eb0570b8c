package capacity

import (
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

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

// NeedsEstate says whether the scenario's outcome depends on the tenant's estate.
func (s Scenario) NeedsEstate() bool {
	return s.RemoveWorkloadID != "" || s.NewWorkload != nil && (s.NewWorkload.CPU > 0 || s.NewWorkload.MemoryGB > 0)
}

// check refuses what cannot be, as InvalidInput; a workload to remove that is not there is NotFound.
func (s Scenario) check(estate Estate) error {
	if s.TrafficMultiplier == nil && s.NewWorkload == nil && s.RemoveWorkloadID == "" {
		return fault.Invalid("", "the scenario changes nothing; give traffic_multiplier, new_workload or remove_workload_id")
	}
	if m := s.TrafficMultiplier; m != nil && !isQuantity(*m) {
		return fault.Invalid("/traffic_multiplier", "the traffic multiplier %v is not a number from 0 up", *m)
	}
	if s.NewWorkload != nil {
		if err := s.NewWorkload.check("/new_workload", "the new workload"); err != nil {
			return err
		}
	}
	for metric, power := range s.Elasticity {
		if !slices.Contains(forecast.ResourceMetrics(), metric) {
			return fault.Invalid("/elasticity/"+string(metric), "the elasticity names the metric %.60q, which there is not", metric)
		}
		if !isQuantity(power) {
			return fault.Invalid("/elasticity/"+string(metric), "the elasticity of %s is %v; it must be a number from 0 up", metric, power)
		}
	}
	if id := s.RemoveWorkloadID; id != "" {
		if _, known := estate.Workloads[id]; !known {
			return fault.New(fault.NotFound, "the tenant runs no workload %q that could be removed", id)
		}
	}
	return nil
}

func isQuantity(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }
