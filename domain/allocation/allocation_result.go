package allocation

import (
	"time"

	"github.com/shopspring/decimal"
)

// CostAllocationResult is what one tenant bears for a period in one currency.
type CostAllocationResult struct {
	AllocationID string    `json:"allocation_id"`
	TenantID     string    `json:"tenant_id"`
	PeriodStart  time.Time `json:"period_start"`
	PeriodEnd    time.Time `json:"period_end"`
	Currency     string    `json:"currency"`
	// Breakdown sums to TotalAllocated. Its keys are cost categories, or projects or resources and
	// the shared pools beside them; see Breakdown.
	Breakdown          map[string]decimal.Decimal `json:"breakdown"`
	TotalAllocated     decimal.Decimal            `json:"total_allocated"`
	AllocationMetadata map[string]string          `json:"allocation_metadata"`
}

// Breakdown says what a tenant's cost is broken down by.
type Breakdown string

// The breakdowns. Direct cost that belongs to no project or resource is under "-"; shared cost, which
// has neither, is under "pool:" and the pool's id in all but the first.
const (
	ByCategory Breakdown = "category"
	ByProject  Breakdown = "project"
	ByResource Breakdown = "resource"
)

// CostTag is a tag by which cost is grouped or filtered.
type CostTag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}
