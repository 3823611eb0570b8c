package allocation_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
)

// pool makes an equally split rule that flows on as "monitoring=0.4 tenants=0.6" says.
func pool(id, flows string, change ...func(*allocation.AllocationRule)) allocation.AllocationRule {
	r := allocation.AllocationRule{PoolID: id, Category: allocation.CategoryShared, Strategy: allocation.StrategyEqual}
	if flows != "" {
		r.FlowsTo = weights[string](flows)
	}
	for _, apply := range change {
		apply(&r)
	}
	return r
}

// bySubAccount leads every row to the pool of its sub-account's name.
func bySubAccount(pools ...allocation.AllocationRule) allocation.Mapping {
	var mapping allocation.Mapping
	for _, pool := range pools {
		mapping.Entries = append(mapping.Entries, allocation.MappingEntry{SubAccountID: allocation.Patterns{pool.PoolID}, Pool: pool.PoolID})
	}
	return mapping
}

// stages writes the shared pools of a result with what they receive, pass on and split.
func stages(result *allocation.Result) []string {
	var lines []string
	for i := range result.Pools {
		p := &result.Pools[i]
		if !p.IsShared() {
			continue
		}
		var line strings.Builder
		fmt.Fprintf(&line, "%d %s %s", p.Stage, p.Pool, p.Amount)
		for _, flow := range p.Received {
			fmt.Fprintf(&line, " +%s=%s", flow.Pool, flow.Amount)
		}
		for _, flow := range p.Passed {
			fmt.Fprintf(&line, " ->%s=%s", flow.Pool, flow.Amount)
		}
		if text := cells(p); text != "" {
			line.WriteString(": " + text)
		}
		lines = append(lines, line.String())
	}
	return lines
}

func TestStages(t *testing.T) {
	june := func(r *allocation.AllocationRule) { r.EffectiveUntil = at(16) }
	later := func(r *allocation.AllocationRule) { r.EffectiveFrom = at(16) }
	residual := func(r *allocation.AllocationRule) {
		r.Strategy, r.OnNoDriver, r.WeightByCategory = allocation.StrategyProportional, allocation.NoDriverResidual, weights[allocation.CostCategory]("compute=1")
	}
	late := during(at(20), at(21))
	for name, test := range map[string]struct {
		pools    []allocation.AllocationRule
		charges  []charge.Charge
		want     []string
		coverage string
	}{
		"a pool flows through another to tenants": {
			[]allocation.AllocationRule{pool("control-plane", "monitoring=0.4 tenants=0.6"), pool("monitoring", "")},
			[]charge.Charge{billed("10", account("control-plane")), billed("1", account("monitoring"))},
			[]string{
				"2 control-plane 10 ->monitoring=4: a=3.00 b=3.00",
				"3 monitoring 5 +control-plane=4: a=2.50 b=2.50",
			},
			"1",
		},
		"a pool may pass everything on": {
			[]allocation.AllocationRule{pool("x", "y=1"), pool("y", "")},
			[]charge.Charge{billed("3", account("x"))},
			[]string{"2 x 3 ->y=3", "3 y 3 +x=3: a=1.50 b=1.50"},
			"1",
		},
		"stages follow flows, not the order of the document": {
			[]allocation.AllocationRule{pool("c", ""), pool("b", "c=0.5 tenants=0.5"), pool("a", "b=0.5 c=0.25 tenants=0.25")},
			[]charge.Charge{billed("8", account("a")), billed("2", account("b"))},
			[]string{
				"2 a 8 ->b=4 ->c=2: a=1.00 b=1.00",
				"3 b 6 +a=4 ->c=3: a=1.50 b=1.50",
				"4 c 5 +a=2 +b=3: a=2.50 b=2.50",
			},
			"1",
		},
		"cents that do not divide go to the largest remainder": {
			[]allocation.AllocationRule{pool("x", "y=0.3333 z=0.3333 tenants=0.3334"), pool("y", ""), pool("z", "")},
			[]charge.Charge{billed("0.01", account("x"))},
			[]string{"2 x 0.01 ->y=0 ->z=0: a=0.01 b=0.00", "3 y 0 +x=0: a=0.00 b=0.00", "3 z 0 +x=0: a=0.00 b=0.00"},
			"1",
		},
		"a refund flows like a charge": {
			[]allocation.AllocationRule{pool("x", "y=0.5 tenants=0.5"), pool("y", "")},
			[]charge.Charge{billed("-2", account("x"))},
			[]string{"2 x -2 ->y=-1: a=-0.50 b=-0.50", "3 y -1 +x=-1: a=-0.50 b=-0.50"},
			"1",
		},
		"tenants alone are what no flow means": {
			[]allocation.AllocationRule{pool("x", "tenants=1")},
			[]charge.Charge{billed("2", account("x"))},
			[]string{"2 x 2: a=1.00 b=1.00"},
			"1",
		},
		"each rule of a pool passes on the charges of its time": {
			[]allocation.AllocationRule{pool("x", "y=1", june), pool("x", "tenants=1", later), pool("y", "")},
			[]charge.Charge{billed("2", account("x")), billed("4", account("x"), late)},
			[]string{"2 x 6 ->y=2: a=2.00 b=2.00", "3 y 2 +x=2: a=1.00 b=1.00"},
			"1",
		},
		"what a receiver leaves to nobody is not covered": {
			[]allocation.AllocationRule{pool("x", "y=0.5 tenants=0.5"), pool("y", "", residual)},
			[]charge.Charge{billed("2", account("x"))},
			[]string{"2 x 2 ->y=1: a=0.50 b=0.50", "3 y 1 +x=1: a=0.00 b=0.00 @unallocated=1.00"},
			"0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			options := allocation.BillOptions{
				Rules: ruleSet(t, bySubAccount(test.pools...), test.pools...), Roster: roster(t, "a", "b"), Span: allocation.SpanOf(september),
			}
			result := allocate(t, options, allocation.NewUsage(options.Roster, options.Rules, options.Span), test.charges...)
			require.Equal(t, test.want, stages(result))
			require.Equal(t, test.coverage, result.Totals[0].Coverage.String())
			last := result.Pools[len(result.Pools)-1]
			require.Equal(t, allocation.PoolPrepaid, last.Pool)
			require.Equal(t, result.BridgeStage, last.Stage)
			require.True(t, result.Totals[0].Tenants.Add(result.Totals[0].Accounts["@unallocated"]).Equal(result.Totals[0].Billed))
		})
	}
}

func TestStagesAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		pools   []allocation.AllocationRule
		message string
	}{
		"a circle":               {[]allocation.AllocationRule{pool("a", "b=1"), pool("b", "a=1")}, "pools flow in a circle: a → b → a; end it at one of them"},
		"a pool into itself":     {[]allocation.AllocationRule{pool("a", "a=0.5 tenants=0.5")}, "pools flow in a circle: a → a; end it at one of them"},
		"a circle behind others": {[]allocation.AllocationRule{pool("a", "b=1"), pool("b", "c=1"), pool("c", "d=1"), pool("d", "b=1")}, "pools flow in a circle: b → c → d → b; end it at one of them"},
		"a missing receiver":     {[]allocation.AllocationRule{pool("a", "ghost=1")}, `pool "a" flows into pool "ghost", which has no rule; add one`},
	} {
		t.Run(name, func(t *testing.T) {
			var versions []allocation.RuleVersion
			for _, pool := range test.pools {
				versions = append(versions, version(t, pool))
			}
			_, err := allocation.NewRuleSet(versions)
			require.EqualError(t, err, test.message)
		})
	}
	for flows, message := range map[string]string{
		"b=0.4 tenants=0.5": "the weights of flows_to sum to 0.9; they must sum to 1",
		"b=-1 tenants=2":    `flows_to gives "b" the weight -1; weights are positive`,
		"b=0 tenants=1":     `flows_to gives "b" the weight 0; weights are positive`,
		"pool:b=1":          `pool id "pool:b" in flows_to is not usable`,
	} {
		t.Run(flows, func(t *testing.T) { require.ErrorContains(t, pool("a", flows).Validate(), message) })
	}
	t.Run("a receiver without a rule at the time", func(t *testing.T) {
		pools := []allocation.AllocationRule{pool("x", "y=1"), pool("y", "", func(r *allocation.AllocationRule) { r.EffectiveFrom = at(20) })}
		bill, err := allocation.NewBill(allocation.BillOptions{Rules: ruleSet(t, bySubAccount(pools...), pools...), Roster: roster(t, "a"), Span: allocation.SpanOf(september)})
		require.NoError(t, err)
		c := billed("1", account("x"))
		require.NoError(t, bill.Add(&c))
		_, err = bill.Allocate(nil)
		require.ErrorContains(t, err, `pool "y" has charges but no rule in effect`)
	})
}

// TestStagesConserve draws pools that flow into later ones, and charges: each pool passes on and
// splits exactly what it was charged and received, in the ratio of its rule but for a quantum, and
// tenants bear the whole bill.
func TestStagesConserve(t *testing.T) {
	names := strings.Fields("p q r s u")
	tenants := roster(t, "a", "b", "c")
	rapid.Check(t, func(t *rapid.T) {
		var versions []allocation.RuleVersion
		rules := map[string]allocation.AllocationRule{}
		for i, name := range names {
			receivers := append([]string{allocation.FlowTenants}, names[i+1:]...)
			chosen := rapid.SliceOfNDistinct(rapid.SampledFrom(receivers), 1, len(receivers), rapid.ID).Draw(t, "receivers")
			r := allocation.AllocationRule{PoolID: name, Category: "shared", Strategy: "equal", FlowsTo: map[string]decimal.Decimal{}}
			left := int64(1000)
			for j, receiver := range chosen {
				weight := left
				if j < len(chosen)-1 {
					weight = rapid.Int64Range(1, left-int64(len(chosen)-j-1)).Draw(t, "weight")
				}
				left -= weight
				r.FlowsTo[receiver] = decimal.New(weight, -3)
			}
			rules[name] = r
			v, err := allocation.NewPoolVersion(name, 1, r, "", at(1))
			require.NoError(t, err)
			versions = append(versions, v)
		}
		m, err := allocation.NewMappingVersion("m", 1, allocation.Mapping{Entries: []allocation.MappingEntry{
			{SubAccountID: allocation.Patterns{"p"}, Pool: "p"},
			{SubAccountID: allocation.Patterns{"q"}, Pool: "q"},
			{SubAccountID: allocation.Patterns{"r"}, Pool: "r"},
			{SubAccountID: allocation.Patterns{"s"}, Pool: "s"},
			{Pool: "u"},
		}}, "", at(1))
		require.NoError(t, err)
		set, err := allocation.NewRuleSet(append(versions, m))
		require.NoError(t, err)
		bill, err := allocation.NewBill(allocation.BillOptions{Rules: set, Roster: tenants, Span: allocation.SpanOf(september)})
		require.NoError(t, err)
		charged, whole := map[string]decimal.Decimal{}, decimal.Zero
		for range rapid.IntRange(1, 12).Draw(t, "charges") {
			name := rapid.SampledFrom(names).Draw(t, "pool")
			amount := decimal.New(rapid.Int64Range(-1e9, 1e9).Draw(t, "amount"), -rapid.Int32Range(0, 6).Draw(t, "digits"))
			c := billed(amount.String(), account(name))
			require.NoError(t, bill.Add(&c))
			charged[name], whole = charged[name].Add(amount), whole.Add(amount)
		}
		result, err := bill.Allocate(nil)
		require.NoError(t, err)

		received := map[string]decimal.Decimal{}
		stage := map[string]int{}
		for i := range result.Pools {
			p := &result.Pools[i]
			if !p.IsShared() {
				continue
			}
			stage[p.Pool] = p.Stage
			require.True(t, p.Amount.Equal(charged[p.Pool].Add(received[p.Pool])), "%s has %s", p.Pool, p.Amount)
			left := p.Amount
			for _, flow := range p.Passed {
				require.NotContains(t, stage, flow.Pool, "a receiver stands behind its givers")
				ideal := new(big.Rat).Mul(p.Amount.Rat(), rules[p.Pool].FlowsTo[flow.Pool].Rat())
				off := ideal.Sub(ideal, flow.Amount.Rat())
				require.Negative(t, off.Abs(off).Cmp(big.NewRat(1, 100)))
				received[flow.Pool] = received[flow.Pool].Add(flow.Amount)
				left = left.Sub(flow.Amount)
			}
			for cell := range p.Cells() {
				left = left.Sub(cell.Amount)
			}
			require.True(t, left.IsZero(), "%s keeps %s", p.Pool, left)
		}
		require.True(t, result.Totals[0].Tenants.Equal(whole))
	})
}
