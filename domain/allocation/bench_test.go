package allocation_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

const (
	benchLines   = 1_000_000
	benchTenants = 10_000
	benchPools   = 20
)

// benchLine is a line of usage as a reader hands it on.
type benchLine struct {
	tenant, category string
	quantity         money.Fixed
}

// benchInput makes lines in random order, with four-digit fractions, and pools of cents split 70/30
// by compute and storage.
func benchInput(tb testing.TB) (*allocation.Roster, []benchLine, []allocation.PoolAmount) {
	random := rand.New(rand.NewPCG(1, 2))
	tenants := make([]tenancy.Tenant, benchTenants)
	for i := range tenants {
		tenants[i] = tenancy.Tenant{ID: fmt.Sprintf("tenant-%06d", i*7919%1_000_000), Plan: tenancy.PlanStandard}
	}
	roster, err := allocation.NewRoster(tenants)
	require.NoError(tb, err)
	lines := make([]benchLine, benchLines)
	categories := []string{"compute", "storage"}
	for i := range lines {
		lines[i] = benchLine{
			tenant:   string([]byte(tenants[random.IntN(benchTenants)].ID)), // a string of its own, as in a file
			category: categories[random.IntN(2)],
			quantity: money.Fixed{Coefficient: random.Int64N(10_000_000), Scale: 4},
		}
	}
	pools := make([]allocation.PoolAmount, benchPools)
	for i := range pools {
		rule := allocation.AllocationRule{
			PoolID: fmt.Sprintf("pool-%02d", i), Category: allocation.CategoryShared, Strategy: allocation.StrategyProportional,
			WeightByCategory: map[allocation.CostCategory]decimal.Decimal{
				allocation.CategoryCompute: decimal.RequireFromString("0.7"),
				allocation.CategoryStorage: decimal.RequireFromString("0.3"),
			},
		}
		version, err := allocation.NewPoolVersion(rule.PoolID, 1, rule, "", time.Time{})
		require.NoError(tb, err)
		pools[i] = allocation.PoolAmount{Rule: version, Amount: decimal.New(random.Int64N(100_000_000), -2)}
	}
	return roster, lines, pools
}

// BenchmarkAggregateApportion1M sums 1,000,000 usage lines of 10,000 tenants and splits 20 pools
// into 200,000 exact cells, on one core.
func BenchmarkAggregateApportion1M(b *testing.B) {
	roster, lines, pools := benchInput(b)
	b.ResetTimer()
	for b.Loop() {
		usage := allocation.NewUsage(roster, allocation.RuleSet{}, allocation.Span{})
		for i := range lines {
			tenant, listed := roster.Place(lines[i].tenant)
			category, known := allocation.CategoryPlace([]byte(lines[i].category))
			if !listed || !known {
				b.Fatal("the input is wrong")
			}
			usage.AddPlaced(tenant, category, lines[i].quantity)
		}
		if _, err := allocation.Split(pools, roster, usage, allocation.Span{}, "USD"); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkApportion splits 20 pools among 10,000 tenants whose usage is summed already.
func BenchmarkApportion(b *testing.B) {
	roster, lines, pools := benchInput(b)
	usage := allocation.NewUsage(roster, allocation.RuleSet{}, allocation.Span{})
	for _, line := range lines {
		tenant, _ := roster.Place(line.tenant)
		category, _ := allocation.CategoryPlace([]byte(line.category))
		usage.AddPlaced(tenant, category, line.quantity)
	}
	b.ResetTimer()
	for b.Loop() {
		if _, err := allocation.Split(pools, roster, usage, allocation.Span{}, "USD"); err != nil {
			b.Fatal(err)
		}
	}
}
