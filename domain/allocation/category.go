package allocation

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// CostCategory is a class of cloud cost, and of the usage that drives the split of shared cost.
type CostCategory string

// The categories.
const (
	CategoryCompute  CostCategory = "compute"
	CategoryStorage  CostCategory = "storage"
	CategoryNetwork  CostCategory = "network"
	CategoryShared   CostCategory = "shared"
	CategoryReserved CostCategory = "reserved"
	CategorySupport  CostCategory = "support"
)

// Categories returns every category in the order in which results list them.
func Categories() []CostCategory {
	return []CostCategory{
		CategoryCompute, CategoryStorage, CategoryNetwork,
		CategoryShared, CategoryReserved, CategorySupport,
	}
}

// ParseCategory reads a category's name. Anything unknown is an InvalidInput error.
func ParseCategory(name string) (CostCategory, error) {
	switch category := CostCategory(name); category {
	case CategoryCompute, CategoryStorage, CategoryNetwork, CategoryShared, CategoryReserved, CategorySupport:
		return category, nil
	default:
		return "", fault.New(fault.InvalidInput,
			"category %.60q is none of compute, storage, network, shared, reserved, support", name)
	}
}

// CategoryOfCharge derives the cost category of a bill's row from its FOCUS ServiceCategory, in the
// spellings of FOCUS 1.0 to 1.3. Purchases of a commitment and the hours in which nobody used it are
// reserved whatever was bought; services that are none of compute, storage, network or support are
// shared.
func CategoryOfCharge(c *charge.Charge) CostCategory {
	if c.UnusedCommitment() || (c.ChargeCategory == "Purchase" && c.CommitmentDiscountID != "") {
		return CategoryReserved
	}
	switch strings.ToLower(strings.TrimSpace(c.ServiceCategory)) {
	case "compute", "ai and machine learning":
		return CategoryCompute
	case "storage", "databases", "database":
		return CategoryStorage
	case "networking", "network":
		return CategoryNetwork
	case "support":
		return CategorySupport
	default:
		return CategoryShared
	}
}
