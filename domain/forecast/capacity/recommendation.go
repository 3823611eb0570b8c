package capacity

import (
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Urgency says how soon a recommendation wants a decision.
type Urgency string

// The urgencies, the most urgent first.
const (
	// Overdue is an order-by date that is past: what is ordered now comes too late for P90.
	Overdue Urgency = "overdue"
	// Scheduled is an order-by date to come.
	Scheduled Urgency = "scheduled"
	// HeadroomShort is demand that stays below capacity within the horizon but eats the headroom.
	HeadroomShort Urgency = "headroom_short"
	// Release is capacity that the forecast does not need.
	Release Urgency = "release"
)

// rank orders urgencies.
func (u Urgency) rank() int {
	for i, other := range []Urgency{Overdue, Scheduled, HeadroomShort} {
		if u == other {
			return i
		}
	}
	return 3
}

// CapacityRecommendation is a change of capacity that a forecast calls for.
//
//nolint:revive // the name that the engine's interface has had from the start, in contracts and clients
type CapacityRecommendation struct {
	// ID is the same for the same tenant, resource and forecast.
	ID           string                  `json:"recommendation_id"`
	TenantID     string                  `json:"tenant_id"`
	ResourceType string                  `json:"resource_type"`
	Metric       forecast.ResourceMetric `json:"metric"`
	Urgency      Urgency                 `json:"urgency"`
	// CurrentCapacity is what there is now, RecommendedCapacity what there should be when demand peaks,
	// both in the metric's unit; Change is what to add beside all that is planned, negative to release.
	CurrentCapacity     float64 `json:"current_capacity"`
	RecommendedCapacity float64 `json:"recommended_capacity"`
	Change              float64 `json:"change"`
	// Confidence is the forecast's own score, from 0 to 1.
	Confidence float64 `json:"confidence"`
	// Reason says in words what was seen and what to do.
	Reason string `json:"reason"`
	// ProjectedExhaustionDate is the P90 date, nil where none lies within the horizon.
	ProjectedExhaustionDate *time.Time `json:"projected_exhaustion_date"`
	// OrderBy is that date less the lead time.
	OrderBy *time.Time `json:"order_by"`
	// EstimatedMonthlyCostDelta is the change at billing's rate, rounded half to even to the currency's digits;
	// 0 without a currency where billing has no rate.
	EstimatedMonthlyCostDelta decimal.Decimal `json:"estimated_monthly_cost_delta"`
	Currency                  string          `json:"currency,omitempty"`
	// Placement is what the scheduler can place today; nil for a release and where no scheduler was asked.
	Placement *Placement `json:"placement,omitempty"`
}
