package allocation

import (
	"context"
	"time"

	"github.com/google/uuid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/reservation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// CostAllocationService allocates cost to tenants from what its ports know now. It is safe for
// concurrent use when its ports are.
//
// Each of its methods is in a file named for it: calculate_tenant_allocation.go and
// allocate_shared_costs.go beside CreateAllocationRule here. Amortised reservations
// (calculate_amortized_reserved_costs.go), cost by tags (get_cost_by_tags.go), anomalies
// (detect_cost_anomalies.go) and history (get_historical_costs.go) belong here too.
type CostAllocationService struct {
	Tenants   tenancy.Directory
	Rules     RuleStore
	Charges   ChargeSource
	Usage     UsageSource
	Ownership OwnershipSource
	// Reservations is needed by CalculateAmortizedReservedCosts alone.
	Reservations reservation.Registry
	// Costs is needed by GetHistoricalCosts and GetCostByTags, which need nothing else.
	Costs CostReader
	// Currency is the one that results are in; charges in others are left out.
	Currency string
	// Basis is the cost that is allocated; effective where it is empty.
	Basis CostBasis
}

// CreateAllocationRule stores a new rule under its own id, or a new one where it has none, and
// returns the id. A rule that is not valid is an InvalidInput error; one that is in effect at the
// same time as another of its pool, a Conflict error that names both.
func (s *CostAllocationService) CreateAllocationRule(ctx context.Context, rule AllocationRule, by string, now time.Time) (string, error) {
	if rule.RuleID == "" {
		rule.RuleID = newID()
	}
	if err := tenancy.CheckID(rule.RuleID); err != nil {
		return "", err
	}
	version, err := NewPoolVersion(rule.RuleID, 1, rule, by, now)
	if err != nil {
		return "", err
	}
	return rule.RuleID, s.Rules.Revise(ctx, RuleChange{RuleID: rule.RuleID, Add: []RuleVersion{version}})
}

// checkPeriod refuses a period without both ends, or that ends before it begins.
func checkPeriod(from, until time.Time) (Span, error) {
	span := Span{From: from, Until: until}
	if span.IsZero() {
		return span, fault.New(fault.InvalidInput, "the period has no beginning and no end; give both")
	}
	return span, span.Validate()
}

// roster returns every tenant that ever existed.
func (s *CostAllocationService) roster(ctx context.Context) (*Roster, error) {
	tenants, err := s.Tenants.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	return NewRoster(tenants)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
