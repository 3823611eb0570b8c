package allocation

import (
	"math/big"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// explainer explains the cells that one part of a pool made.
type explainer struct {
	pool     *PoolResult
	part     *Part
	template Explanation
}

func (p *PoolResult) explainer(part *Part) explainer {
	e := explainer{pool: p, part: part, template: Explanation{
		Pool: p.Pool, Currency: p.Currency, PoolAmount: part.Amount, QuantumDigits: part.Digits,
		Algorithm: Version, RuleID: part.Rule.RuleID, RuleVersion: part.Rule.Version,
		Strategy: part.Rule.Pool.Strategy, Fallback: part.Fallback, Received: p.Received,
	}}
	if !part.Bounds.IsZero() {
		e.template.Bounds = &part.Bounds
	}
	return e
}

func (e *explainer) residual() Explanation {
	explanation := e.template
	explanation.TenantID, explanation.Amount, explanation.Share = AccountUnallocated, e.part.Amount, "1"
	return explanation
}

func (e *explainer) tenant(place int, rounding money.Rounding) Explanation {
	explanation, tenant := e.template, e.pool.roster.Tenant(place)
	explanation.TenantID, explanation.Amount = tenant.ID, e.part.cell(place)
	explanation.Share = e.part.Share(place).RatString()
	explanation.RoundingRank, explanation.RoundedUp = rounding.Rank, rounding.Raised
	explanation.Drivers = e.part.readings(place, tenant.ID)
	strategy := explanation.Strategy
	if strategy == StrategyProportional && explanation.Fallback == "" {
		return explanation
	}
	explanation.ActiveFraction = activeFraction(tenant, e.part.Bounds).RatString()
	if explanation.Fallback != "" {
		return explanation
	}
	if strategy == StrategyTiered {
		factor := multipliersOf(e.part.Rule.Pool)[tenant.Plan]
		explanation.Plan, explanation.Factor = tenant.Plan, &factor
	}
	if strategy == StrategyCustom {
		factor := customWeight(e.part.Rule.Pool, tenant)
		explanation.Factor = &factor
	}
	return explanation
}

// activeFraction is the part of a span in which a tenant was active; 1 for all time.
func activeFraction(tenant tenancy.Tenant, span Span) *big.Rat {
	if span.IsZero() {
		return big.NewRat(1, 1)
	}
	return big.NewRat(span.inside(tenant.ActiveFrom, tenant.ActiveUntil), span.Until.Sub(span.From).Nanoseconds())
}
