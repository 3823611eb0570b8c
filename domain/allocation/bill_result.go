package allocation

import (
	"slices"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Allocate splits the pools that the bill's charges were led to and returns every cell. Proportional
// pools are driven by usage; where that is nil or Empty, by the tenants' direct cost per category in
// the pool's currency. An amount in a pool for which no rule is in effect, and a pool that cannot be
// split, are InvalidInput errors.
func (b *Bill) Allocate(usage *Usage) (*Result, error) {
	roster, err := b.roster()
	if err != nil {
		return nil, err
	}
	result := &Result{
		Version: Version, Basis: b.options.Basis, Span: b.options.Span, Drivers: DriversUsage,
		Rules: b.options.Rules.Versions(), Rows: b.rows, BridgeStage: b.options.Rules.bridgeStage(),
	}
	if result.Basis == "" {
		result.Basis = BasisEffective
	}
	if result.leftOut = usage.LeftOut(); usage.Empty() {
		usage, result.Drivers = nil, DriversDirectCost
	}
	for _, currency := range sortedKeys(b.totals) {
		driving := usage
		if driving == nil {
			driving = b.costDrivers(roster, currency)
		}
		shared, err := b.shared(newDivider(roster, driving), currency)
		if err != nil {
			return nil, err
		}
		pools := append(b.directPools(currency), shared...)
		pools = append(pools, b.bridge(currency)...)
		result.Pools = append(result.Pools, pools...)
		result.Totals = append(result.Totals, b.total(currency, pools))
	}
	slices.SortStableFunc(result.Pools, byKey)
	return result, nil
}

// roster returns the tenants: those given, or those that the mapping and custom weights name.
func (b *Bill) roster() (*Roster, error) {
	if b.options.Roster != nil {
		return b.options.Roster, nil
	}
	named := make(map[string]bool)
	for key := range b.sums {
		if key.account != "" && !IsAccount(key.account) {
			named[key.account] = true
		}
	}
	for _, version := range b.options.Rules.pools {
		for tenant := range version.Pool.TenantWeights {
			named[tenant] = true
		}
	}
	var tenants []tenancy.Tenant
	for _, id := range sortedKeys(named) {
		tenants = append(tenants, tenancy.Tenant{ID: id})
	}
	return NewRoster(tenants)
}

// costDrivers makes usage of direct cost, so that a bill alone can drive its pools.
func (b *Bill) costDrivers(roster *Roster, currency string) *Usage {
	usage := newUsage(roster, b.segments)
	for key, sum := range b.sums {
		if key.currency != currency || key.pool != "" || IsAccount(key.account) {
			continue
		}
		tenant, _ := roster.Place(key.account)
		category, _ := categoryPlace(string(key.category))
		usage.column(key.segment*categoryCount+category).AddSum(tenant, sum)
	}
	return usage
}
