package allocation

import (
	"github.com/omnicloud/omnicloud/domain/fault"
)

// AllocationStrategy says how a pool of shared cost is split among tenants.
type AllocationStrategy string //nolint:revive // the name that the interface contract gives it

// The strategies. Rule lrm-1 defines the exact share that each gives a tenant.
const (
	// StrategyProportional splits by metered usage, weighted by category.
	StrategyProportional AllocationStrategy = "proportional"
	// StrategyEqual gives every tenant the same, by the part of the period in which it existed.
	StrategyEqual AllocationStrategy = "equal"
	// StrategyTiered splits by a multiplier per plan.
	StrategyTiered AllocationStrategy = "tiered"
	// StrategyCustom splits by a weight per tenant.
	StrategyCustom AllocationStrategy = "custom"
)

// ParseStrategy reads a strategy's name. Anything unknown is an InvalidInput error.
func ParseStrategy(name string) (AllocationStrategy, error) {
	switch strategy := AllocationStrategy(name); strategy {
	case StrategyProportional, StrategyEqual, StrategyTiered, StrategyCustom:
		return strategy, nil
	default:
		return "", fault.New(fault.InvalidInput,
			"strategy %.60q is none of proportional, equal, tiered, custom", name)
	}
}

// NoDriver says what happens to a pool when no tenant has a share in it.
type NoDriver string

// The choices. The zero value means equal.
const (
	// NoDriverEqual splits equally over the tenants active in the period, by active fraction.
	NoDriverEqual NoDriver = "equal"
	// NoDriverResidual leaves the pool's whole amount on @unallocated.
	NoDriverResidual NoDriver = "residual"
	// NoDriverError refuses the allocation.
	NoDriverError NoDriver = "error"
)

// ParseNoDriver reads a choice; the empty name means equal. Anything unknown is an InvalidInput error.
func ParseNoDriver(name string) (NoDriver, error) {
	switch choice := NoDriver(name); choice {
	case "":
		return NoDriverEqual, nil
	case NoDriverEqual, NoDriverResidual, NoDriverError:
		return choice, nil
	default:
		return "", fault.New(fault.InvalidInput,
			"on_no_driver %.60q is none of equal, residual, error", name)
	}
}
