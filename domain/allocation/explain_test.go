package allocation_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

func TestExplain(t *testing.T) {
	type entry = allocation.MappingEntry
	shared := rule(allocation.StrategyProportional)
	explain := func(t *testing.T, shared allocation.AllocationRule, u []string, who, pool string) []allocation.CellExplanation {
		options := allocation.BillOptions{
			Rules:  ruleSet(t, allocation.Mapping{Entries: []entry{{SubAccountID: allocation.Patterns{"shared"}, Pool: "pool"}, {Tenant: "{sub_account_id}"}}}, shared),
			Roster: roster(t, "a premium 2", "b standard 1", "c free 0 16 -"), Span: allocation.SpanOf(september),
		}
		result := allocate(t, options, usage(t, options.Roster, u...), billed("100", account("shared")), billed("7", account("a"), effective("5")))
		return result.Explain(who, pool)
	}
	words := func(cells []allocation.CellExplanation) (all []string) {
		for _, cell := range cells {
			for _, part := range cell.Parts {
				all = append(all, part.Words)
			}
		}
		return all
	}
	const by = " of the 100 USD in pool pool, by version 1 of rule rule-pool, from 2026-09-01T00:00:00Z until 2026-10-01T00:00:00Z. "
	for name, test := range map[string]struct {
		rule    allocation.AllocationRule
		usage   []string
		account string
		want    string
	}{
		"by use": {
			shared,
			[]string{"a compute 1", "b compute 2", "b storage 4.5"},
			"a",
			"a bears 23.33" + by + "It is split in proportion to measured use. compute counts 70 %: the tenant used 1 of 3. storage counts 30 %: the tenant used 0 of 4.5. " +
				"The share is exactly 7/30; the ideal amount is rounded toward zero to a multiple of 0.01 USD; its remainder is number 2 in size, too small for one of those that are left over, if any.",
		},
		"by use that nobody has": {
			shared,
			[]string{"a compute 1", "b compute 2"},
			"b",
			"b bears 66.67" + by + "It is split in proportion to measured use. compute counts 70 %: the tenant used 2 of 3. storage would count 30 %, but nobody used any, so the others count for it. " +
				"The share is exactly 2/3; the ideal amount is rounded toward zero to a multiple of 0.01 USD, and as its remainder is number 1 in size it gets one of the multiples that are left over.",
		},
		"without use": {
			shared,
			[]string{"a network 1"},
			"c",
			"c bears 20" + by + "No tenant has a share of what drives the pool, so it is split in equal parts by the time that each tenant was active, which is 1/2 of the time for this one. " +
				"The share is exactly 1/5; the ideal amount is rounded toward zero to a multiple of 0.01 USD; its remainder is number 3 in size, too small for one of those that are left over, if any.",
		},
		"without a share": {
			shared,
			[]string{"a compute 1"},
			"b",
			"b bears 0" + by + "It is split in proportion to measured use. compute counts 70 %: the tenant used 0 of 1. storage would count 30 %, but nobody used any, so the others count for it. The share is 0, so the amount is 0.",
		},
		"use below zero": {
			shared,
			[]string{"a compute 1", "b compute -2"},
			"b",
			"b bears 0" + by + "It is split in proportion to measured use. compute counts 70 %: the tenant's total is -2, which is below zero and counts as zero of 1. storage would count 30 %, but nobody used any, so the others count for it. The share is 0, so the amount is 0.",
		},
		"by plan": {
			rule(allocation.StrategyTiered), nil, "a",
			"a bears 66.67" + by + "It is split by plan: plan premium counts 2 times, for the 1 of the time that the tenant was active. " +
				"The share is exactly 2/3; the ideal amount is rounded toward zero to a multiple of 0.01 USD, and as its remainder is number 1 in size it gets one of the multiples that are left over.",
		},
		"by weight": {
			rule(allocation.StrategyCustom), nil, "b",
			"b bears 33.33" + by + "It is split by agreed weights: the tenant's is 1, for the 1 of the time that it was active. " +
				"The share is exactly 1/3; the ideal amount is rounded toward zero to a multiple of 0.01 USD; its remainder is number 2 in size, too small for one of those that are left over, if any.",
		},
		"a residual pool": {
			rule(allocation.StrategyProportional, noDriver(allocation.NoDriverResidual)),
			[]string{"a network 1"},
			"@unallocated",
			"@unallocated bears 100" + by + "No tenant has a share of what drives the pool, and its rule leaves such cost unallocated.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, []string{test.want}, words(explain(t, test.rule, test.usage, test.account, "pool")))
		})
	}
	t.Run("direct cost and bridges", func(t *testing.T) {
		require.Equal(t, "5 USD is direct compute cost: the sum of the charges that mapping rule mapping, version 1, leads straight to a.", words(explain(t, shared, nil, "a", ""))[0])
		require.Equal(t, []string{"2 USD is billed but not used in this period, or used but billed before or later; it waits on @prepaid."}, words(explain(t, shared, nil, "@prepaid", "")))
	})
	t.Run("direct cost that no tenant bears says why", func(t *testing.T) {
		options := allocation.BillOptions{
			Rules:  ruleSet(t, allocation.Mapping{Entries: []entry{{Tenant: "{sub_account_id}"}}}),
			Roster: roster(t, "a free 0", "gone free 0 - 16"), Span: allocation.SpanOf(september),
		}
		result := allocate(t, options, nil, billed("3", account("gone"), during(at(20), at(21))), billed("4", account("a")))
		cell := result.Explain(allocation.AccountDeparted, "")[0]
		require.Equal(t, "3 USD is direct compute cost that no tenant bears: the sum of charges of tenants that had left by the time of the charge, "+
			"or that an entry of the mapping leads there; the mapping was rule mapping, version 1.", cell.Parts[0].Words)
		require.Equal(t, "3", cell.Parts[0].PoolAmount.String(), "not the 7 of the category")
	})
	t.Run("nobody's cells are not explained", func(t *testing.T) {
		require.Empty(t, explain(t, shared, nil, "ghost", ""))
		require.Empty(t, explain(t, shared, nil, "a", "ghost"))
	})
	t.Run("the details name drivers, and others in sum", func(t *testing.T) {
		details := explain(t, shared, []string{"a compute 1", "b compute 2", "a storage 4.5"}, "a", "pool")[0].Parts[0].Details
		require.Equal(t, []allocation.MethodElement{
			{AllocatedRatio: "0.233333333333333333", Exact: "7/30", Driver: "compute", Quantity: "1", Total: "3", BorneBy: "account"},
			{AllocatedRatio: "0.3", Exact: "3/10", Driver: "storage", Quantity: "4.5", Total: "4.5", BorneBy: "account"},
			{AllocatedRatio: "0.466666666666666667", Exact: "7/15", BorneBy: "others"},
		}, details.Elements)
	})
}

// TestExplanationsAddUp draws pools of all kinds: the parts of every cell sum to it, the exact ratios of
// its details to 1 and those of the account to its share, and the decimal ratios to 1 as well.
func TestExplanationsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pool := scenarios.Draw(t, "scenario").split(t)
		result := &allocation.Result{Pools: []allocation.PoolResult{*pool}}
		whole := decimal.Zero
		for cell := range pool.Cells() {
			explained := result.Explain(cell.Account, "")
			require.Len(t, explained, 1)
			require.True(t, explained[0].Amount.Equal(cell.Amount))
			whole = whole.Add(explained[0].Amount)
			for _, part := range explained[0].Parts {
				checkDetails(t, part)
			}
		}
		require.True(t, whole.Equal(pool.Amount))
	})
}

func checkDetails(t require.TestingT, part allocation.ExplainedPart) {
	ratios, exact, own := decimal.Zero, new(big.Rat), new(big.Rat)
	for _, element := range part.Details.Elements {
		ratios = ratios.Add(decimal.RequireFromString(element.AllocatedRatio.String()))
		ratio, written := new(big.Rat).SetString(element.Exact)
		require.True(t, written, element.Exact)
		exact.Add(exact, ratio)
		if element.BorneBy == "account" {
			own.Add(own, ratio)
		}
	}
	require.True(t, ratios.Equal(decimal.NewFromInt(1)), ratios)
	require.Equal(t, "1", exact.RatString())
	require.Equal(t, part.Share, own.RatString())
}
