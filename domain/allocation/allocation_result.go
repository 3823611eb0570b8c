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

// AnomalySeverity grades a cost anomaly.
type AnomalySeverity string

// The severities, from the mildest.
const (
	AnomalyLow    AnomalySeverity = "low"
	AnomalyMedium AnomalySeverity = "medium"
	AnomalyHigh   AnomalySeverity = "high"
)

// CostAnomaly is a cost that lies far from what the tenant's earlier periods lead to expect.
type CostAnomaly struct {
	AnomalyID string          `json:"anomaly_id"`
	TenantID  string          `json:"tenant_id"`
	Severity  AnomalySeverity `json:"severity"`
	Currency  string          `json:"currency"`
	// Actual is the cost of the period; Expected the mean of the lookback.
	Actual   decimal.Decimal `json:"actual"`
	Expected decimal.Decimal `json:"expected"`
	// Deviation is the distance from the mean in standard deviations of the lookback.
	Deviation       decimal.Decimal   `json:"deviation"`
	SuggestedCauses []string          `json:"suggested_causes"`
	Metadata        map[string]string `json:"metadata,omitempty"`
	DetectedAt      time.Time         `json:"detected_at"`
}
