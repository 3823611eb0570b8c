package allocation

import (
	"maps"
	"math/big"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// FallbackEqual notes that no tenant had a share, so that the pool was split equally over active
// time; FallbackResidual that its amount was left on @unallocated.
const (
	FallbackEqual    = "equal"
	FallbackResidual = "residual"
)

// divider gives the shares of rules among one roster. It remembers what it computed, as pools often
// share their drivers and weights. It is not safe for concurrent use.
type divider struct {
	roster  *Roster
	usage   *Usage
	drivers map[driverKey]*driver
	blends  map[string]money.Weights
}

func newDivider(roster *Roster, usage *Usage) *divider {
	return &divider{
		roster: roster, usage: usage,
		drivers: make(map[driverKey]*driver), blends: make(map[string]money.Weights),
	}
}

// stretch is a run of segments in which one rule is in effect.
type stretch struct {
	first, last int
	bounds      Span
}

// shares returns the exact shares of a rule's strategy over a stretch, before any fallback.
func (d *divider) shares(rule *AllocationRule, over stretch) (money.Weights, error) {
	switch rule.Strategy {
	case StrategyProportional:
		return d.proportional(rule, over), nil
	case StrategyEqual:
		return money.NewWeights(d.roster.activity(over.bounds))
	case StrategyTiered:
		return d.tiered(rule, over)
	default:
		return d.custom(rule, over)
	}
}

// proportional blends usage by category. Active time does not enter: usage already shows how long a
// tenant was there.
func (d *divider) proportional(rule *AllocationRule, over stretch) money.Weights {
	var name []byte
	var terms []money.Term
	for place, category := range Categories() {
		weight, weighed := rule.WeightByCategory[category]
		if !weighed || weight.IsZero() {
			continue
		}
		key := driverKey{over.first, over.last, place}
		name = append(name, weight.String()...)
		name = append(name, byte(place), byte(over.first), byte(over.first>>8), byte(over.last), byte(over.last>>8))
		driver := d.driver(key)
		terms = append(terms, money.Term{Weight: weight, Units: driver.units, Total: driver.total})
	}
	if blend, known := d.blends[string(name)]; known {
		return blend
	}
	blend := money.Blend(d.roster.Len(), terms)
	d.blends[string(name)] = blend
	return blend
}

func (d *divider) driver(key driverKey) *driver {
	if d.drivers[key] == nil {
		summed := d.usage.driver(key)
		d.drivers[key] = &summed
	}
	return d.drivers[key]
}

// tiered weighs a tenant's active time by the multiplier of its plan.
func (d *divider) tiered(rule *AllocationRule, over stretch) (money.Weights, error) {
	multipliers := multipliersOf(rule)
	return d.weighed(over, func(place int) (decimal.Decimal, error) {
		tenant := d.roster.Tenant(place)
		multiplier, known := multipliers[tenant.Plan]
		if !known {
			return multiplier, fault.New(fault.InvalidInput, "pool %q is split by plan, but tenant %q has none", rule.PoolID, tenant.ID)
		}
		return multiplier, nil
	})
}

// custom weighs a tenant's active time by the weight that the rule gives it, or else by its own.
func (d *divider) custom(rule *AllocationRule, over stretch) (money.Weights, error) {
	if err := checkWeighed(rule, d.roster); err != nil {
		return money.Weights{}, err
	}
	return d.weighed(over, func(place int) (decimal.Decimal, error) {
		return customWeight(rule, d.roster.Tenant(place)), nil
	})
}

// checkWeighed refuses weights of tenants who are not listed, where weights count.
func checkWeighed(rule *AllocationRule, roster *Roster) error {
	if rule.Strategy != StrategyCustom {
		return nil
	}
	for _, id := range rule.WeighedTenants() {
		if _, listed := roster.Place(id); !listed {
			return fault.New(fault.InvalidInput, "pool %q gives a weight to tenant %q, who is not listed", rule.PoolID, id)
		}
	}
	return nil
}

// multipliersOf returns the multiplier of every plan under a rule.
func multipliersOf(rule *AllocationRule) map[tenancy.Plan]decimal.Decimal {
	multipliers := DefaultMultipliers()
	maps.Copy(multipliers, rule.TierMultipliers)
	return multipliers
}

func customWeight(rule *AllocationRule, tenant tenancy.Tenant) decimal.Decimal {
	if len(rule.TenantWeights) > 0 {
		return rule.TenantWeights[tenant.ID]
	}
	return tenant.Weight
}

// weighed multiplies active time by a factor per tenant.
func (d *divider) weighed(over stretch, factor func(place int) (decimal.Decimal, error)) (money.Weights, error) {
	factors := make([]decimal.Decimal, d.roster.Len())
	digits := 0
	for place := range factors {
		value, err := factor(place)
		if err != nil {
			return money.Weights{}, err
		}
		factors[place] = value
		digits = max(digits, money.QuantumDigits(0, value))
	}
	weights := d.roster.activity(over.bounds)
	for place, value := range factors {
		weights[place] = new(big.Int).Mul(weights[place], money.Units(value, digits))
	}
	return money.NewWeights(weights)
}
