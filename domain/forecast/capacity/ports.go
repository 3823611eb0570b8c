package capacity

import (
	"context"

	"github.com/shopspring/decimal"
)

// Rates knows what billing charges. Its methods return Unavailable errors when trying again can help
// and Upstream errors when it cannot; they may be used concurrently.
type Rates interface {
	// MonthlyRate returns what one unit of a resource costs a tenant for a month on demand. A resource
	// without a rate is a NotFound error, and is recommended without a price.
	MonthlyRate(ctx context.Context, tenantID, resourceType string) (Rate, error)
}

// Rate is the price of one unit for a month.
type Rate struct {
	PerUnit  decimal.Decimal `json:"per_unit"`
	Currency string          `json:"currency"`
}

// Scheduler knows where the compute service can put more. Errors are as for Rates.
type Scheduler interface {
	// Place returns how much of an amount of a resource, in the metric's unit, can be placed for a
	// tenant today. Nothing is reserved by asking. A resource that it does not place is a NotFound error.
	Place(ctx context.Context, tenantID, resourceType string, amount float64) (Placement, error)
}

// Placement is where an amount would go.
type Placement struct {
	// Placed is how much of the amount fits today, from 0 to the amount.
	Placed float64 `json:"placed"`
	// Spots are the pools it would go to, in the scheduler's order.
	Spots []Spot `json:"spots,omitempty"`
}

// Spot is a part of a placement.
type Spot struct {
	Pool   string  `json:"pool"`
	Amount float64 `json:"amount"`
}
