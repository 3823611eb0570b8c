package allocation_test

import (
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// scenario is a random pool with everything that its split depends on.
type scenario struct {
	tenants  []tenancy.Tenant
	lines    []charge.Usage
	rule     allocation.AllocationRule
	amount   decimal.Decimal
	currency string
}

var scenarios = rapid.Custom(func(t *rapid.T) scenario {
	s := scenario{
		tenants:  drawTenants(t),
		rule:     rule(rapid.SampledFrom([]allocation.AllocationStrategy{"proportional", "equal", "tiered", "custom"}).Draw(t, "strategy")),
		currency: rapid.SampledFrom([]string{"USD", "JPY", "KWD"}).Draw(t, "currency"),
		amount:   decimal.New(rapid.Int64().Draw(t, "amount"), -rapid.Int32Range(0, 11).Draw(t, "digits")),
	}
	s.rule.WeightByCategory = weights[allocation.CostCategory](rapid.SampledFrom([]string{
		"compute=0.7 storage=0.3", "compute=1", "compute=0.5 storage=0.25 network=0.25", "compute=0.3333333 storage=0.6666667",
	}).Draw(t, "weights"))
	digits := rapid.SampledFrom([]int64{1e3, 1e9, 1e18}).Draw(t, "size")
	for range rapid.IntRange(0, 40).Draw(t, "lines") {
		s.lines = append(s.lines, charge.Usage{
			TenantID: rapid.SampledFrom(s.tenants).Draw(t, "tenant").ID,
			Category: rapid.SampledFrom([]string{"compute", "storage", "network"}).Draw(t, "category"),
			Quantity: decimal.New(rapid.Int64Range(-digits/20, digits).Draw(t, "quantity"), -rapid.Int32Range(0, 9).Draw(t, "scale")),
		})
	}
	return s
})

func drawTenants(t *rapid.T) []tenancy.Tenant {
	ids := rapid.SliceOfNDistinct(rapid.StringMatching(`[A-Za-z0-9._-]{1,3}`), 1, 25, rapid.ID).Draw(t, "ids")
	all := make([]tenancy.Tenant, len(ids))
	for i, id := range ids {
		all[i] = tenancy.Tenant{
			ID:     id,
			Plan:   rapid.SampledFrom([]tenancy.Plan{"free", "standard", "premium", "enterprise"}).Draw(t, "plan"),
			Weight: decimal.New(rapid.Int64Range(0, 50).Draw(t, "weight"), -1),
		}
		if i == 0 {
			continue // somebody must be there
		}
		instant := september.Start().Add(time.Duration(rapid.Int64Range(0, 30*24*3600-1).Draw(t, "instant")) * time.Second)
		switch rapid.IntRange(0, 5).Draw(t, "life") {
		case 0:
			all[i].ActiveFrom = instant
		case 1:
			all[i].ActiveUntil = instant
		}
	}
	return all
}

func (s scenario) split(t require.TestingT) *allocation.PoolResult {
	r, err := allocation.NewRoster(s.tenants)
	require.NoError(t, err)
	u := allocation.NewUsage(r, allocation.RuleSet{}, allocation.SpanOf(september))
	for _, line := range s.lines {
		require.NoError(t, u.Add(line))
	}
	v, err := allocation.NewPoolVersion("rule", 1, s.rule, "", at(1))
	require.NoError(t, err)
	results, err := allocation.Split([]allocation.PoolAmount{{Rule: v, Amount: s.amount}}, r, u, allocation.SpanOf(september), s.currency)
	require.NoError(t, err)
	return &results[0]
}

func amounts(pool *allocation.PoolResult) map[string]string {
	all := map[string]string{}
	for cell := range pool.Cells() {
		all[cell.Account] = cell.Amount.String()
	}
	return all
}

// shares computes rule lrm-1's first three steps in rational numbers, word by word.
func (s scenario) shares() map[string]*big.Rat {
	active, all := map[string]*big.Rat{}, map[string]*big.Rat{}
	for _, tenant := range s.tenants {
		from, until := september.Start(), september.End()
		if tenant.ActiveFrom.After(from) {
			from = tenant.ActiveFrom
		}
		if !tenant.ActiveUntil.IsZero() && tenant.ActiveUntil.Before(until) {
			until = tenant.ActiveUntil
		}
		active[tenant.ID] = big.NewRat(max(0, int64(until.Sub(from))), int64(september.End().Sub(september.Start())))
		switch s.rule.Strategy {
		case allocation.StrategyEqual:
			all[tenant.ID] = active[tenant.ID]
		case allocation.StrategyTiered:
			all[tenant.ID] = new(big.Rat).Mul(active[tenant.ID], allocation.DefaultMultipliers()[tenant.Plan].Rat())
		case allocation.StrategyCustom:
			all[tenant.ID] = new(big.Rat).Mul(active[tenant.ID], tenant.Weight.Rat())
		default:
			all[tenant.ID] = new(big.Rat)
		}
	}
	if s.rule.Strategy == allocation.StrategyProportional {
		s.addProportional(all, active)
	}
	if normalise(all) {
		return all
	}
	normalise(active)
	return active
}

// addProportional leaves out the usage of those who were not there at all.
func (s scenario) addProportional(all, active map[string]*big.Rat) {
	for category, weight := range s.rule.WeightByCategory {
		drivers := map[string]*big.Rat{}
		for _, line := range s.lines {
			if line.Category == string(category) && active[line.TenantID].Sign() > 0 {
				if drivers[line.TenantID] == nil {
					drivers[line.TenantID] = new(big.Rat)
				}
				drivers[line.TenantID].Add(drivers[line.TenantID], line.Quantity.Rat())
			}
		}
		for _, driver := range drivers {
			if driver.Sign() < 0 {
				driver.SetInt64(0)
			}
		}
		if normalise(drivers) {
			for tenant, driver := range drivers {
				all[tenant].Add(all[tenant], driver.Mul(driver, weight.Rat()))
			}
		}
	}
}

// normalise scales values to sum to 1, or reports that they are all zero.
func normalise(values map[string]*big.Rat) bool {
	sum := new(big.Rat)
	for _, value := range values {
		sum.Add(sum, value)
	}
	if sum.Sign() == 0 {
		return false
	}
	for key, value := range values {
		values[key] = new(big.Rat).Quo(value, sum)
	}
	return true
}

// cells computes the rule's fourth step.
func (s scenario) cells() map[string]string {
	minor, _ := money.MinorDigits(s.currency)
	digits := money.QuantumDigits(minor, s.amount)
	units := new(big.Int).Abs(money.Units(s.amount, digits))
	shares := s.shares()
	parts, rests, left := map[string]*big.Int{}, map[string]*big.Rat{}, new(big.Int).Set(units)
	var order []string
	for tenant, share := range shares {
		ideal := new(big.Rat).Mul(share, new(big.Rat).SetInt(units))
		parts[tenant] = new(big.Int).Quo(ideal.Num(), ideal.Denom())
		rests[tenant] = new(big.Rat).Sub(ideal, new(big.Rat).SetInt(parts[tenant]))
		left.Sub(left, parts[tenant])
		if share.Sign() > 0 {
			order = append(order, tenant)
		}
	}
	slices.SortFunc(order, func(a, b string) int {
		if by := rests[b].Cmp(rests[a]); by != 0 {
			return by
		}
		return strings.Compare(a, b)
	})
	for _, tenant := range order[:left.Int64()] {
		parts[tenant].Add(parts[tenant], big.NewInt(1))
	}
	all := map[string]string{}
	for tenant, part := range parts {
		if s.amount.IsNegative() {
			part.Neg(part)
		}
		all[tenant] = money.FromUnits(part, digits).String()
	}
	return all
}

func TestSplitLaws(t *testing.T) {
	t.Run("equals the rule computed word by word in rational numbers", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		require.Equal(t, s.cells(), amounts(s.split(t)))
	}))
	t.Run("conserves the pool", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		sum := decimal.Zero
		for cell := range s.split(t).Cells() {
			sum = sum.Add(cell.Amount)
		}
		require.True(t, sum.Equal(s.amount), "%s is not %s", sum, s.amount)
	}))
	t.Run("does not depend on any order", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		other := s
		other.tenants = rapid.Permutation(s.tenants).Draw(t, "tenants")
		other.lines = rapid.Permutation(s.lines).Draw(t, "lines")
		require.Equal(t, amounts(s.split(t)), amounts(other.split(t)))
	}))
	t.Run("leaves no cell a quantum or more from its ideal", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		pool := s.split(t)
		quantum := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(pool.Digits())), nil))
		place := 0
		for cell := range pool.Cells() {
			ideal := new(big.Rat).Mul(pool.Parts[0].Share(place), s.amount.Rat())
			off := ideal.Sub(ideal, cell.Amount.Rat())
			require.Negative(t, off.Abs(off).Cmp(quantum), "%s is off by %s", cell.Account, off)
			if pool.Parts[0].Share(place).Sign() == 0 {
				require.True(t, cell.Amount.IsZero(), "%s has no share", cell.Account)
			}
			place++
		}
	}))
	t.Run("gives the same again", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		first, second := s.split(t), s.split(t)
		require.Equal(t, cells(first), cells(second))
	}))
	t.Run("mirrors negative amounts", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		mirrored := s
		mirrored.amount = s.amount.Neg()
		got := map[string]string{}
		for cell := range mirrored.split(t).Cells() {
			got[cell.Account] = cell.Amount.Neg().String()
		}
		require.Equal(t, amounts(s.split(t)), got)
	}))
	t.Run("sums the same in parts and in whole", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		r, err := allocation.NewRoster(s.tenants)
		require.NoError(t, err)
		parts := make([]*allocation.Usage, 3)
		for i := range parts {
			parts[i] = allocation.NewUsage(r, allocation.RuleSet{}, allocation.SpanOf(september))
		}
		for i, line := range s.lines {
			require.NoError(t, parts[i%3].Add(line))
		}
		parts[0].Merge(parts[1])
		parts[0].Merge(parts[2])
		v, err := allocation.NewPoolVersion("rule", 1, s.rule, "", at(1))
		require.NoError(t, err)
		results, err := allocation.Split([]allocation.PoolAmount{{Rule: v, Amount: s.amount}}, r, parts[0], allocation.SpanOf(september), s.currency)
		require.NoError(t, err)
		require.Equal(t, cells(s.split(t)), cells(&results[0]))
	}))
	t.Run("explains every cell", rapid.MakeCheck(func(t *rapid.T) {
		s := scenarios.Draw(t, "scenario")
		pool := s.split(t)
		shares := s.shares()
		for explanation := range pool.Explanations(nil) {
			require.Equal(t, shares[explanation.TenantID].RatString(), explanation.Share, explanation.TenantID)
			require.Equal(t, amounts(pool)[explanation.TenantID], explanation.Amount.String())
			ideal := new(big.Rat).Mul(shares[explanation.TenantID], new(big.Rat).Abs(s.amount.Rat()))
			require.Equal(t, explanation.Amount.Abs().Rat().Cmp(ideal) > 0, explanation.RoundedUp, "%+v", explanation)
		}
	}))
}
