package allocation

import (
	"iter"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Explanation says how a cell, or what one part of a pool contributes to it, came about.
type Explanation struct {
	Pool     string          `json:"pool_id"`
	TenantID string          `json:"tenant_id"`
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	// PoolAmount is what was split, in quanta of 10^−QuantumDigits. For cost that is not shared it is the
	// amount itself: what others bear directly is no part of the explanation, and their business.
	PoolAmount    decimal.Decimal    `json:"pool_amount"`
	QuantumDigits int                `json:"quantum_digits"`
	Algorithm     string             `json:"algorithm"`
	RuleID        string             `json:"rule_id,omitempty"`
	RuleVersion   int                `json:"rule_version,omitempty"`
	Strategy      AllocationStrategy `json:"strategy,omitempty"`
	Bounds        *Span              `json:"period,omitempty"`
	Fallback      string             `json:"fallback,omitempty"`
	// Share is the exact share as a fraction in lowest terms, such as "7/30"; 1 for cost that is not
	// shared.
	Share string `json:"share"`
	// RoundingRank is the 1-based place of the cell's remainder among all of the pool, 0 without a
	// share; RoundedUp says whether a quantum left over went to the cell.
	RoundingRank int             `json:"rounding_rank"`
	RoundedUp    bool            `json:"rounded_up"`
	Drivers      []DriverReading `json:"drivers,omitempty"`
	// ActiveFraction is the tenant's part of the time, Plan and Factor what that part was multiplied
	// by: the multiplier of its plan, or its weight. They are empty where the strategy does not ask.
	ActiveFraction string           `json:"active_fraction,omitempty"`
	Plan           tenancy.Plan     `json:"plan,omitempty"`
	Factor         *decimal.Decimal `json:"factor,omitempty"`
	// Received lists what other pools passed on to the pool. It is part of what was split.
	Received []Flow `json:"received,omitempty"`
}

// DriverReading is what a tenant and all tenants have of a driver, as exact fractions or decimals.
type DriverReading struct {
	Category CostCategory    `json:"category"`
	Weight   decimal.Decimal `json:"weight"`
	Quantity string          `json:"quantity"`
	Total    string          `json:"total"`
	// Clamped is the tenant's true total where that was below zero and counted as zero.
	Clamped string `json:"clamped,omitempty"`
}

// Explanations yields one explanation per part and tenant of a shared pool, the tenants in the given
// order of places (nil: byte order of id), and one per cell of any other pool.
func (p *PoolResult) Explanations(order []int) iter.Seq[Explanation] {
	return func(yield func(Explanation) bool) {
		for _, cell := range p.direct {
			if !yield(cell.explain(p)) {
				return
			}
		}
		for i := range p.Parts {
			if !p.explainPart(&p.Parts[i], order, yield) {
				return
			}
		}
	}
}

// explain explains a cell of a pool that is not split.
func (c Cell) explain(p *PoolResult) Explanation {
	explanation := Explanation{
		Pool: p.Pool, TenantID: c.Account, Currency: p.Currency, Amount: c.Amount,
		PoolAmount: c.Amount, QuantumDigits: p.Digits(), Algorithm: Version, Share: "1",
	}
	if p.mapping != nil {
		explanation.RuleID, explanation.RuleVersion = p.mapping.RuleID, p.mapping.Version
	}
	return explanation
}

func (p *PoolResult) explainPart(part *Part, order []int, yield func(Explanation) bool) bool {
	explain := p.explainer(part)
	if part.Fallback == FallbackResidual {
		return yield(explain.residual())
	}
	roundings := money.Roundings(money.Units(part.Amount, part.Digits), part.weights)
	for i := range p.roster.Len() {
		place := i
		if order != nil {
			place = order[i]
		}
		if !yield(explain.tenant(place, roundings[place])) {
			return false
		}
	}
	return true
}

func (p *Part) readings(place int, tenant string) []DriverReading {
	readings := make([]DriverReading, len(p.drivers))
	for i := range p.drivers {
		driver := &p.drivers[i]
		readings[i] = DriverReading{
			Category: driver.category, Weight: driver.weight,
			Quantity: quantityText(driver.quantity(place)),
			Total:    quantityText(new(big.Rat).SetFrac(driver.total, driver.denominator)),
		}
		for _, clamped := range driver.clamped {
			if clamped.TenantID == tenant {
				readings[i].Clamped = quantityText(clamped.Total)
			}
		}
	}
	return readings
}

// quantityText writes a number as a decimal where that is exact, and as a fraction elsewhere.
func quantityText(value *big.Rat) string {
	digits, exact := value.FloatPrec()
	if !exact {
		return value.RatString()
	}
	return value.FloatString(digits)
}
