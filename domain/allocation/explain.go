package allocation

import (
	"iter"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/money"
)

// Explanation says how a cell, or what one part of a pool contributes to it, came about.
type Explanation struct {
	Pool     string          `json:"pool_id"`
	TenantID string          `json:"tenant_id"`
	Currency string          `json:"currency"`
	Amount   decimal.Decimal `json:"amount"`
	// PoolAmount is what was split, in quanta of 10^−QuantumDigits.
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
			explanation := Explanation{
				Pool: p.Pool, TenantID: cell.Account, Currency: p.Currency, Amount: cell.Amount,
				PoolAmount: p.Amount, QuantumDigits: p.Digits(), Algorithm: Version, Share: "1",
			}
			if p.mapping != nil {
				explanation.RuleID, explanation.RuleVersion = p.mapping.RuleID, p.mapping.Version
			}
			if !yield(explanation) {
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

func (p *PoolResult) explainPart(part *Part, order []int, yield func(Explanation) bool) bool {
	template := Explanation{
		Pool: p.Pool, Currency: p.Currency, PoolAmount: part.Amount, QuantumDigits: part.Digits,
		Algorithm: Version, RuleID: part.Rule.RuleID, RuleVersion: part.Rule.Version,
		Strategy: part.Rule.Pool.Strategy, Fallback: part.Fallback, Received: p.Received,
	}
	if !part.Bounds.IsZero() {
		template.Bounds = &part.Bounds
	}
	if part.Fallback == FallbackResidual {
		template.TenantID, template.Amount, template.Share = AccountUnallocated, part.Amount, "1"
		return yield(template)
	}
	roundings := money.Roundings(money.Units(part.Amount, part.Digits), part.weights)
	for i := range p.roster.Len() {
		place := i
		if order != nil {
			place = order[i]
		}
		explanation := template
		explanation.TenantID, explanation.Amount = p.roster.Tenant(place).ID, part.cell(place)
		explanation.Share = part.Share(place).RatString()
		explanation.RoundingRank, explanation.RoundedUp = roundings[place].Rank, roundings[place].Raised
		explanation.Drivers = part.readings(place, explanation.TenantID)
		if !yield(explanation) {
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
