package allocationfile

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/csvfile"
)

// open reads a text as a file, or ends the fuzzed call where it is refused.
func open(t *testing.T, text string) *csvfile.Reader {
	file, err := csvfile.NewReader("x.csv", strings.NewReader(text))
	refused(t, err)
	return file
}

// refused skips what is refused, and demands that it is refused as invalid input of the file.
func refused(t *testing.T, err error) {
	if err != nil {
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		require.True(t, strings.HasPrefix(err.Error(), "x.csv "), err.Error())
		t.SkipNow()
	}
}

// FuzzTenants demands that every file that is read makes a roster.
func FuzzTenants(f *testing.F) {
	f.Add("tenant_id,plan,active_from,active_until,weight\na,free,2026-09-01T00:00:00Z,,1.5\n")
	f.Fuzz(func(t *testing.T, text string) {
		tenants, err := readTenants(open(t, text))
		refused(t, err)
		_, err = allocation.NewRoster(tenants)
		require.NoError(t, err)
	})
}

// FuzzPools demands that every pool that is read can be split and is conserved.
func FuzzPools(f *testing.F) {
	f.Add("pool_id,amount,strategy,weights\np,-1.005,proportional,compute=0.7;storage=0.3\nq,1e5,equal,\n")
	roster, err := allocation.NewRoster([]tenancy.Tenant{{ID: "a", Plan: tenancy.PlanFree}, {ID: "b", Plan: tenancy.PlanPremium}})
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, text string) {
		pools, err := readPools(open(t, text))
		refused(t, err)
		usage := allocation.NewUsage(roster, allocation.RuleSet{}, allocation.Span{})
		results, err := allocation.Split(pools, roster, usage, allocation.Span{}, "USD")
		require.NoError(t, err)
		for i := range results {
			sum := decimal.Zero
			for cell := range results[i].Cells() {
				sum = sum.Add(cell.Amount)
			}
			require.True(t, sum.Equal(results[i].Amount))
		}
	})
}

// FuzzUsage demands that one worker and several read the same, or refuse for the same reason.
func FuzzUsage(f *testing.F) {
	f.Add("tenant_id,category,quantity\na,compute,1.5\nb,storage,-2e3\na,compute,12345678901234567890.5\n")
	roster, err := allocation.NewRoster([]tenancy.Tenant{{ID: "a"}, {ID: "b"}})
	require.NoError(f, err)
	empty := func() *allocation.Usage { return allocation.NewUsage(roster, allocation.RuleSet{}, allocation.Span{}) }
	f.Fuzz(func(t *testing.T, text string) {
		one, err := readUsage(open(t, text), empty, roster, 1, nil)
		several, again := readUsage(open(t, text), empty, roster, 3, nil)
		if err != nil {
			require.EqualError(t, again, err.Error())
			refused(t, err)
		}
		require.NoError(t, again)
		rule := allocation.AllocationRule{
			PoolID: "p", Category: allocation.CategoryShared, Strategy: allocation.StrategyProportional,
			WeightByCategory: map[allocation.CostCategory]decimal.Decimal{allocation.CategoryCompute: decimal.NewFromInt(1)},
		}
		pools := []allocation.PoolAmount{{
			Rule: allocation.RuleVersion{Kind: allocation.RuleKindPool, Pool: &rule}, Amount: decimal.NewFromInt(1_000_003),
		}}
		texts := make([]string, 2)
		for i, usage := range []*allocation.Usage{one, several} {
			results, err := allocation.Split(pools, roster, usage, allocation.Span{}, "USD")
			require.NoError(t, err)
			for cell := range results[0].Text(nil) {
				texts[i] += cell.Account + "=" + string(cell.Amount) + " "
			}
		}
		require.Equal(t, texts[0], texts[1])
	})
}

func TestParseWeights(t *testing.T) {
	weights, err := parseWeights(" compute = 0.7 ;storage=0.3")
	require.NoError(t, err)
	require.Equal(t, "0.7", weights[allocation.CategoryCompute].String())
	for text, message := range map[string]string{
		"":                "weights are written as compute=0.7;storage=0.3",
		"compute=0.7;":    "weights are written as compute=0.7;storage=0.3",
		"compute=":        "\"\" is not a decimal number such as 12.34",
		"compute=1;cpu=0": `category "cpu" is none of compute, storage, network, shared, reserved, support`,
	} {
		_, err := parseWeights(text)
		require.EqualError(t, err, message)
	}
}
