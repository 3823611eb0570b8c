package allocation

import (
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

// Part is what one rule made of a pool's amount over the time in which it was in effect. A pool has
// more than one part only when its rule changes within the period.
type Part struct {
	Rule   RuleVersion
	Bounds Span
	// Amount is split in units of 10^−Digits.
	Amount decimal.Decimal
	Digits int
	// Fallback is empty, FallbackEqual or FallbackResidual.
	Fallback string
	// Clamped lists driver totals below zero, in the order of category and tenant.
	Clamped []ClampedDriver

	weights  money.Weights
	portions money.Portions
	drivers  []partDriver
}

// partDriver is a driver that a proportional part was split by.
type partDriver struct {
	category CostCategory
	weight   decimal.Decimal
	*driver
}

// part splits an amount by a rule.
func (d *divider) part(version RuleVersion, over stretch, amount decimal.Decimal, minorDigits int) (Part, error) {
	rule := version.Pool
	weights, err := d.shares(rule, over)
	if err != nil {
		return Part{}, err
	}
	part := Part{
		Rule: version, Bounds: over.bounds, Amount: amount,
		Digits: money.QuantumDigits(minorDigits, amount),
	}
	if rule.Strategy == StrategyProportional {
		d.attachDrivers(&part, over)
	}
	if weights.IsZero() {
		if weights, err = d.fallback(&part, over); err != nil {
			return Part{}, err
		}
	}
	part.weights = weights
	if part.Fallback == FallbackResidual {
		return part, nil
	}
	part.portions, err = money.Apportion(money.Units(amount, part.Digits), weights)
	return part, err
}

// fallback decides what becomes of a pool in which no tenant has a share.
func (d *divider) fallback(part *Part, over stretch) (money.Weights, error) {
	rule := part.Rule.Pool
	if rule.OnNoDriver == NoDriverResidual {
		part.Fallback = FallbackResidual
		return money.Weights{}, nil
	}
	if rule.OnNoDriver == NoDriverError {
		return money.Weights{}, fault.New(fault.InvalidInput,
			"pool %q cannot be split: no tenant has a share, and its rule says that this is an error", rule.PoolID)
	}
	weights, err := money.NewWeights(d.roster.activity(over.bounds))
	if err != nil {
		return money.Weights{}, err
	}
	if weights.IsZero() {
		return money.Weights{}, fault.New(fault.InvalidInput, "pool %q cannot be split: no tenant is active in the period", rule.PoolID)
	}
	part.Fallback = FallbackEqual
	return weights, nil
}

func (d *divider) attachDrivers(part *Part, over stretch) {
	for place, category := range Categories() {
		weight := part.Rule.Pool.WeightByCategory[category]
		if weight.IsZero() {
			continue
		}
		driver := d.driver(driverKey{over.first, over.last, place})
		part.drivers = append(part.drivers, partDriver{category, weight, driver})
		part.Clamped = append(part.Clamped, driver.clamped...)
	}
}

// Share returns the exact share of the tenant at a place of the roster; 0 for a residual part.
func (p *Part) Share(place int) *big.Rat {
	if p.Fallback == FallbackResidual {
		return new(big.Rat)
	}
	return p.weights.Share(place)
}

// cell returns what the tenant at a place of the roster bears; 0 for a residual part.
func (p *Part) cell(place int) decimal.Decimal {
	if p.Fallback == FallbackResidual {
		return decimal.Zero
	}
	return p.portions.Decimal(place, p.Digits)
}
