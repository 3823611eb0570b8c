package api

import (
	"context"
	"maps"
	"slices"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// AllocateSharedCosts splits an amount over the tenants of a period by what is known now:
// allocate_shared_costs. Nothing is stored.
func (s *server) AllocateSharedCosts(ctx context.Context, request AllocateSharedCostsRequestObject) (AllocateSharedCostsResponseObject, error) {
	asked := *request.Body
	if _, err := money.MinorDigits(asked.Currency); err != nil {
		return nil, fault.Invalid("/currency", "%s", sentenceOf(err))
	}
	rule, err := sharedRule(asked)
	if err != nil {
		return nil, err
	}
	result, err := s.splitShared(ctx, asked, rule)
	if err != nil {
		return nil, err
	}
	return AllocateSharedCosts200JSONResponse(sharedView(asked, rule, result)), nil
}

// sharedRule makes a rule of the request's strategy and weights.
func sharedRule(asked SharedCostRequest) (allocation.RuleVersion, error) {
	rule := allocation.AllocationRule{
		PoolID: "shared", Category: asked.Category, Strategy: asked.Strategy, OnNoDriver: allocation.NoDriverEqual,
	}
	if rule.Strategy == "" {
		rule.Strategy = allocation.StrategyProportional
	}
	switch rule.Strategy {
	case allocation.StrategyProportional:
		rule.WeightByCategory = keyedBy[allocation.CostCategory](asked.Weights)
		if len(rule.WeightByCategory) == 0 {
			rule.WeightByCategory = map[allocation.CostCategory]decimal.Decimal{asked.Category: decimal.NewFromInt(1)}
		}
	case allocation.StrategyCustom:
		rule.TenantWeights = asked.Weights
	case allocation.StrategyTiered:
		rule.TierMultipliers = keyedBy[tenancy.Plan](asked.Weights)
	default:
		if len(asked.Weights) > 0 {
			return allocation.RuleVersion{}, fault.Invalid("/weights", "the strategy %s takes no weights", rule.Strategy)
		}
	}
	if err := rule.Validate(); err != nil {
		return allocation.RuleVersion{}, fault.Invalid("/weights", "%s", sentenceOf(err))
	}
	return allocation.RuleVersion{Kind: allocation.RuleKindPool, Pool: &rule}, nil
}

func keyedBy[Key ~string](weights map[string]decimal.Decimal) map[Key]decimal.Decimal {
	keyed := make(map[Key]decimal.Decimal, len(weights))
	for name, weight := range weights {
		keyed[Key(name)] = weight
	}
	return keyed
}

func (s *server) splitShared(ctx context.Context, asked SharedCostRequest, rule allocation.RuleVersion) (allocation.PoolResult, error) {
	tenants, err := s.Inputs.tenants(ctx)
	if err != nil {
		return allocation.PoolResult{}, err
	}
	roster, err := allocation.NewRoster(tenants)
	if err != nil {
		return allocation.PoolResult{}, err
	}
	for _, name := range slices.Sorted(maps.Keys(rule.Pool.TenantWeights)) {
		if _, listed := roster.Place(name); !listed {
			return allocation.PoolResult{}, fault.Invalid("/weights/"+name, "there is no tenant %q", name)
		}
	}
	span := allocation.SpanOf(asked.Period)
	usage := allocation.NewUsage(roster, allocation.RuleSet{}, span)
	if err := s.Inputs.usage(ctx, asked.Period, usage.Add); err != nil {
		return allocation.PoolResult{}, err
	}
	results, err := allocation.Split([]allocation.PoolAmount{{Rule: rule, Amount: asked.Amount}}, roster, usage, span, asked.Currency)
	if err != nil {
		return allocation.PoolResult{}, err
	}
	return results[0], nil
}

func sharedView(asked SharedCostRequest, rule allocation.RuleVersion, result allocation.PoolResult) SharedCostResult {
	view := SharedCostResult{
		Amount:            asked.Amount,
		Currency:          asked.Currency,
		Category:          asked.Category,
		Period:            asked.Period,
		Strategy:          rule.Pool.Strategy,
		AllocationVersion: allocation.Version,
		Fallback:          None,
		Allocations:       []TenantAmount{},
	}
	for _, part := range result.Parts {
		if part.Fallback == allocation.FallbackEqual {
			view.Fallback = Equal
		}
	}
	for cell := range result.Cells() {
		view.Allocations = append(view.Allocations, TenantAmount{TenantID: cell.Account, Amount: cell.Amount})
	}
	return view
}
