package allocation

import (
	"context"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// SharedCost is an amount to split among the tenants of a period.
type SharedCost struct {
	Amount      decimal.Decimal
	Category    CostCategory
	From, Until time.Time
	// Strategy is proportional where it is empty.
	Strategy AllocationStrategy
	// WeightByCategory is for the proportional strategy; empty means the category alone.
	WeightByCategory map[CostCategory]decimal.Decimal
	// TenantWeights and TierMultipliers are those of the custom and the tiered strategy.
	TenantWeights   map[string]decimal.Decimal
	TierMultipliers map[tenancy.Plan]decimal.Decimal
}

// AllocateSharedCosts splits an amount of shared cost among the tenants active in a period and
// returns what each bears, zero included; the parts sum to the amount exactly. Nothing is stored. A
// value that breaks a rule, and a period in which no tenant is active, are InvalidInput errors.
func (s *CostAllocationService) AllocateSharedCosts(ctx context.Context, cost SharedCost) (map[string]decimal.Decimal, error) {
	span, err := checkPeriod(cost.From, cost.Until)
	if err != nil {
		return nil, err
	}
	rule := AllocationRule{
		PoolID: "shared", Category: cost.Category, Strategy: cost.Strategy, WeightByCategory: cost.WeightByCategory,
		TenantWeights: cost.TenantWeights, TierMultipliers: cost.TierMultipliers,
	}
	if rule.Strategy == "" {
		rule.Strategy = StrategyProportional
	}
	if rule.Strategy == StrategyProportional && len(rule.WeightByCategory) == 0 {
		rule.WeightByCategory = map[CostCategory]decimal.Decimal{cost.Category: decimal.NewFromInt(1)}
	}
	version, err := NewPoolVersion(rule.PoolID, 1, rule, "", time.Time{})
	if err != nil {
		return nil, err
	}
	roster, err := s.roster(ctx)
	if err != nil {
		return nil, err
	}
	usage := NewUsage(roster, RuleSet{}, span)
	if rule.Strategy == StrategyProportional {
		if err := s.Usage.Usage(ctx, cost.From, cost.Until, usage.Add); err != nil {
			return nil, err
		}
	}
	results, err := Split([]PoolAmount{{Rule: version, Amount: cost.Amount}}, roster, usage, span, s.Currency)
	if err != nil {
		return nil, err
	}
	parts := make(map[string]decimal.Decimal, roster.Len())
	for cell := range results[0].Cells() {
		parts[cell.Account] = cell.Amount
	}
	return parts, nil
}
