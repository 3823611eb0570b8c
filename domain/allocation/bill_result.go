package allocation

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// The names of pools that are not split by rules: direct cost by category, and what leads from
// effective to billed cost. A colon keeps them apart from the ids of rules' pools.
const (
	DirectPoolPrefix  = "direct:"
	PoolPrepaid       = "bridge:prepaid"
	PoolVariance      = "bridge:variance"
	bridgeDescription = CategoryReserved
)

// Result is an allocated bill.
type Result struct {
	// Version is the arithmetic, "lrm-1".
	Version string
	Basis   CostBasis
	Span    Span
	// Drivers says what proportional pools were split by: "usage", or "direct cost" where no usage
	// was given.
	Drivers string
	// Rules lists the rules that the bill was allocated by.
	Rules []RuleVersion
	// Pools are in the order of stage, pool and currency.
	Pools []PoolResult
	// Totals are in byte order of currency.
	Totals []CurrencyTotal
	Rows   int64
}

// CurrencyTotal sums one currency of a result. Tenants and Accounts together are Billed, exactly.
type CurrencyTotal struct {
	Currency          string
	Billed, Effective decimal.Decimal
	Tenants           decimal.Decimal
	Accounts          map[string]decimal.Decimal
	// Coverage is the share of the allocated cost, by absolute amounts of rows, that reached
	// tenants: 0 to 1, six digits, rounded toward zero; 1 where nothing was allocated.
	Coverage decimal.Decimal
	// Rows counts charges, Mapped those parts of charges that the mapping led somewhere.
	Rows, Mapped int64
	Cells        int64
}

// Drivers of proportional pools.
const (
	DriversUsage      = "usage"
	DriversDirectCost = "direct cost"
)

// Allocate splits the pools that the bill's charges were led to and returns every cell. Proportional
// pools are driven by usage; where that is nil, by the tenants' direct cost per category in the
// pool's currency. An amount in a pool for which no rule is in effect, and a pool that cannot be
// split, are InvalidInput errors.
func (b *Bill) Allocate(usage *Usage) (*Result, error) {
	roster, err := b.roster()
	if err != nil {
		return nil, err
	}
	result := &Result{
		Version: Version, Basis: b.options.Basis, Span: b.options.Span, Drivers: DriversUsage,
		Rules: b.options.Rules.Versions(), Rows: b.rows,
	}
	if result.Basis == "" {
		result.Basis = BasisEffective
	}
	if usage == nil {
		result.Drivers = DriversDirectCost
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

// directPools gathers direct cost into a pool per category.
func (b *Bill) directPools(currency string) []PoolResult {
	cells := make(map[CostCategory]map[string]*money.Sum)
	for key, sum := range b.sums {
		if key.currency != currency || key.pool != "" {
			continue
		}
		if cells[key.category] == nil {
			cells[key.category] = make(map[string]*money.Sum)
		}
		if cells[key.category][key.account] == nil {
			cells[key.category][key.account] = &money.Sum{}
		}
		cells[key.category][key.account].AddSum(sum)
	}
	var pools []PoolResult
	for category, accounts := range cells {
		pool := PoolResult{
			Stage: StageDirect, Pool: DirectPoolPrefix + string(category), Category: category, Currency: currency,
		}
		var amount money.Sum
		for account, sum := range accounts {
			amount.AddSum(sum)
			pool.direct = append(pool.direct, Cell{account, sum.Decimal()})
		}
		slices.SortFunc(pool.direct, func(a, b Cell) int { return strings.Compare(a.Account, b.Account) })
		pool.Amount = amount.Decimal()
		pools = append(pools, pool)
	}
	return pools
}

// bridge leads from effective to billed cost: what is paid now and used in other periods.
func (b *Bill) bridge(currency string) []PoolResult {
	if b.options.Basis == BasisBilled {
		return nil
	}
	total := b.totals[currency]
	prepaid := total.billed.Decimal().Sub(total.effective.Decimal())
	return []PoolResult{{
		Stage: StageBridge, Pool: PoolPrepaid, Category: bridgeDescription, Currency: currency,
		Amount: prepaid, direct: []Cell{{AccountPrepaid, prepaid}},
	}}
}

// shared splits every pool that has charges in a currency.
func (b *Bill) shared(divider *divider, currency string) ([]PoolResult, error) {
	minorDigits, err := money.MinorDigits(currency)
	if err != nil {
		return nil, err
	}
	var results []PoolResult
	for _, pool := range b.options.Rules.Pools() {
		result := PoolResult{Stage: StageShared, Pool: pool, Currency: currency, roster: divider.roster}
		for _, run := range b.runs(pool, currency) {
			if run.version == nil {
				return nil, fault.New(fault.InvalidInput, "pool %q has charges but no rule in effect%s; give it a rule for that time", pool, during(run.bounds))
			}
			part, err := divider.part(*run.version, run.stretch, run.amount, minorDigits)
			if err != nil {
				return nil, err
			}
			result.Category = part.Rule.Pool.Category
			result.Amount = result.Amount.Add(part.Amount)
			result.Parts = append(result.Parts, part)
		}
		if len(result.Parts) > 0 {
			results = append(results, result)
		}
	}
	return results, nil
}

func (b *Bill) total(currency string, pools []PoolResult) CurrencyTotal {
	sums := b.totals[currency]
	total := CurrencyTotal{
		Currency: currency, Billed: sums.billed.Decimal(), Effective: sums.effective.Decimal(),
		Accounts: make(map[string]decimal.Decimal), Rows: sums.rows, Mapped: sums.mapped,
	}
	var tenants, borne money.Sum
	borne.AddSum(&sums.borne)
	for i := range pools {
		for cell := range pools[i].Cells() {
			total.Cells++
			if IsAccount(cell.Account) {
				total.Accounts[cell.Account] = total.Accounts[cell.Account].Add(cell.Amount)
				continue
			}
			tenants.AddDecimal(cell.Amount)
		}
		if _, left := pools[i].residual(); pools[i].Stage == StageShared && !left {
			borne.AddSum(sums.pools[pools[i].Pool])
		}
	}
	total.Tenants = tenants.Decimal()
	total.Coverage = coverage(&borne, &sums.magnitude)
	return total
}

const coverageDigits = 6

func coverage(borne, magnitude *money.Sum) decimal.Decimal {
	if magnitude.Sign() == 0 {
		return decimal.NewFromInt(1)
	}
	share := new(big.Rat).Quo(borne.Decimal().Rat(), magnitude.Decimal().Rat())
	scaled := new(big.Int).Mul(share.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(coverageDigits), nil))
	return money.FromUnits(scaled.Quo(scaled, share.Denom()), coverageDigits)
}

// ruleRun is a pool's amount over the time in which one rule, or none, is in effect.
type ruleRun struct {
	stretch
	version *RuleVersion
	amount  decimal.Decimal
}

// runs joins the segments of a pool's charges by the rule in effect; segments without charges and
// without a rule are passed over.
func (b *Bill) runs(pool, currency string) []ruleRun {
	rules := b.options.Rules.rulesOf(pool)
	var runs []ruleRun
	charged := false
	for segment := range b.segments.count() {
		sum := b.sums[sumKey{pool: pool, currency: currency, segment: segment}]
		charged = charged || sum != nil
		version, found := inEffect(rules, b.segments.bounds(segment, segment))
		if sum == nil {
			sum = &money.Sum{}
			if !found {
				continue
			}
		}
		last := len(runs) - 1
		if found && last >= 0 && runs[last].version != nil && runs[last].last == segment-1 &&
			cmp.Compare(runs[last].version.RuleID, version.RuleID) == 0 && runs[last].version.Version == version.Version {
			runs[last].last = segment
			runs[last].amount = runs[last].amount.Add(sum.Decimal())
			runs[last].bounds = b.segments.bounds(runs[last].first, segment)
			continue
		}
		run := ruleRun{stretch: stretch{segment, segment, b.segments.bounds(segment, segment)}, amount: sum.Decimal()}
		if found {
			run.version = &version
		}
		runs = append(runs, run)
	}
	if !charged {
		return nil
	}
	// Of runs without an amount only the first is kept, and that only where there is no other.
	kept := slices.DeleteFunc(slices.Clone(runs), func(run ruleRun) bool { return run.version != nil && run.amount.IsZero() })
	if len(kept) == 0 {
		return runs[:1]
	}
	return kept
}

func during(bounds Span) string {
	const form = "2006-01-02T15:04:05Z"
	text := ""
	if !bounds.From.IsZero() {
		text += " from " + bounds.From.UTC().Format(form)
	}
	if !bounds.Until.IsZero() {
		text += " until " + bounds.Until.UTC().Format(form)
	}
	return text
}
