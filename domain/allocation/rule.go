package allocation

import (
	"sort"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// AllocationRule says how one pool of shared cost is split among tenants while the rule is in
// effect: from EffectiveFrom (included; zero: since ever) to EffectiveUntil (excluded; zero: for good).
// A rule is a value; a stored one is held by a RuleVersion and never changes.
type AllocationRule struct { //nolint:revive // the name that the interface contract gives it
	RuleID string `json:"rule_id,omitempty"`
	Name   string `json:"name,omitempty"`
	// PoolID names the pool; the mapping leads charges to it.
	PoolID   string             `json:"id"`
	Category CostCategory       `json:"category"`
	Strategy AllocationStrategy `json:"strategy"`
	// WeightByCategory weighs usage categories for the proportional strategy; the weights are
	// not negative and sum to 1. Other strategies ignore it.
	WeightByCategory map[CostCategory]decimal.Decimal `json:"weight_by_category,omitempty"`
	// TenantWeights are the weights of the custom strategy; a tenant not named has none. An empty
	// map means that each tenant's own weight counts.
	TenantWeights map[string]decimal.Decimal `json:"tenant_weights,omitempty"`
	// TierMultipliers replace the default multiplier of the plans that they name.
	TierMultipliers map[tenancy.Plan]decimal.Decimal `json:"tier_multipliers,omitempty"`
	OnNoDriver      NoDriver                         `json:"on_no_driver,omitempty"`
	// FlowsTo divides the pool, before its strategy does, among other pools and FlowTenants; the
	// weights are positive and sum to 1. Empty means that all of it is split among tenants.
	FlowsTo        map[string]decimal.Decimal `json:"flows_to,omitempty"`
	EffectiveFrom  time.Time                  `json:"effective_from,omitzero"`
	EffectiveUntil time.Time                  `json:"effective_until,omitzero"`
	IsActive       bool                       `json:"-"`
}

// Overlaps reports whether two rules are about the same pool at some same time.
func (r AllocationRule) Overlaps(other AllocationRule) bool {
	return r.PoolID == other.PoolID && overlap(r.EffectiveFrom, r.EffectiveUntil, other.EffectiveFrom, other.EffectiveUntil)
}

// WeighedTenants lists the tenants that the rule gives a weight, in byte order of id.
func (r AllocationRule) WeighedTenants() []string { return sortedKeys(r.TenantWeights) }

// DefaultMultipliers are the multipliers of the tiered strategy where a rule gives none.
func DefaultMultipliers() map[tenancy.Plan]decimal.Decimal {
	return map[tenancy.Plan]decimal.Decimal{
		tenancy.PlanFree:       decimal.NewFromInt(0),
		tenancy.PlanStandard:   decimal.NewFromInt(1),
		tenancy.PlanPremium:    decimal.NewFromInt(2),
		tenancy.PlanEnterprise: decimal.NewFromInt(4),
	}
}

// Validate returns an InvalidInput error that names the pool and the first value that breaks a rule.
func (r AllocationRule) Validate() error {
	if err := tenancy.CheckID(r.PoolID); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool id %.140q is not usable", r.PoolID)
	}
	if _, err := ParseCategory(string(r.Category)); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool %q has an unknown category", r.PoolID)
	}
	if _, err := ParseStrategy(string(r.Strategy)); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool %q has an unknown strategy", r.PoolID)
	}
	if _, err := ParseNoDriver(string(r.OnNoDriver)); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool %q has an unknown on_no_driver", r.PoolID)
	}
	if err := checkSpan(r.EffectiveFrom, r.EffectiveUntil); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool %q is never in effect", r.PoolID)
	}
	if r.Strategy == StrategyProportional {
		if err := CheckWeights(r.WeightByCategory); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "pool %q cannot be split", r.PoolID)
		}
	}
	if err := r.checkFlows(); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "pool %q cannot flow on", r.PoolID)
	}
	return r.checkFactors()
}

func (r AllocationRule) checkFactors() error {
	for _, tenant := range sortedKeys(r.TenantWeights) {
		if err := tenancy.CheckID(tenant); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "pool %q has a weight for no tenant", r.PoolID)
		}
		if r.TenantWeights[tenant].IsNegative() {
			return fault.New(fault.InvalidInput, "pool %q gives tenant %q the negative weight %s",
				r.PoolID, tenant, r.TenantWeights[tenant])
		}
	}
	for _, plan := range sortedKeys(r.TierMultipliers) {
		if _, err := tenancy.ParsePlan(string(plan)); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "pool %q has a multiplier for no plan", r.PoolID)
		}
		if r.TierMultipliers[plan].IsNegative() {
			return fault.New(fault.InvalidInput, "pool %q gives plan %s the negative multiplier %s",
				r.PoolID, plan, r.TierMultipliers[plan])
		}
	}
	return nil
}

// CheckWeights returns an InvalidInput error, with the sum where that is what is wrong, unless the
// weights name known categories, are not negative and sum to exactly 1.
func CheckWeights(weights map[CostCategory]decimal.Decimal) error {
	sum := decimal.Zero
	for _, category := range sortedKeys(weights) {
		if _, err := ParseCategory(string(category)); err != nil {
			return fault.Wrap(err, fault.InvalidInput, "a weight names an unknown category")
		}
		weight := weights[category]
		if weight.IsNegative() {
			return fault.New(fault.InvalidInput, "the weight of %s is %s; weights are not negative", category, weight)
		}
		sum = sum.Add(weight)
	}
	if !sum.Equal(decimal.NewFromInt(1)) {
		return fault.New(fault.InvalidInput, "the weights sum to %s; they must sum to 1", sum)
	}
	return nil
}

// checkSpan refuses a span that ends before or when it begins.
func checkSpan(from, until time.Time) error {
	if !from.IsZero() && !until.IsZero() && !from.Before(until) {
		return fault.New(fault.InvalidInput, "effective_from %s is not before effective_until %s",
			from.UTC().Format(time.RFC3339), until.UTC().Format(time.RFC3339))
	}
	return nil
}

func sortedKeys[K ~string, V any](values map[K]V) []K {
	keys := make([]K, 0, len(values))
	for key := range values {
		keys = append(keys, key)
	}
	sort.Slice(keys, func(i, j int) bool { return keys[i] < keys[j] })
	return keys
}
