package allocation_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// sumsOf takes a result apart into what its charges came to.
func sumsOf(result *allocation.Result) []allocation.PlacedSum {
	var sums []allocation.PlacedSum
	for i := range result.Pools {
		p := &result.Pools[i]
		if p.IsShared() {
			charged := p.Amount
			for _, flow := range p.Received {
				charged = charged.Sub(flow.Amount)
			}
			sums = append(sums, allocation.PlacedSum{Pool: p.Pool, Currency: p.Currency, Amount: charged})
			continue
		}
		for cell := range p.Cells() {
			sums = append(sums, allocation.PlacedSum{Pool: p.Pool, Account: cell.Account, Currency: p.Currency, Amount: cell.Amount})
		}
	}
	return sums
}

func TestRestore(t *testing.T) {
	type entry = allocation.MappingEntry
	driven := rule(allocation.StrategyProportional, weighed("compute=1"))
	driven.FlowsTo = weights[string]("logs=0.25 tenants=0.75")
	logs := pool("logs", "")
	mapping := allocation.Mapping{Entries: []entry{
		{SubAccountID: allocation.Patterns{"shared"}, Pool: "pool"}, {SubAccountID: allocation.Patterns{"logs"}, Pool: "logs"}, {Tenant: "{sub_account_id}"},
	}}
	options := allocation.BillOptions{Rules: ruleSet(t, mapping, driven, logs), Roster: roster(t, "a", "b", "c"), Span: allocation.SpanOf(september)}
	original := allocate(t, options, nil,
		billed("10.01", account("a")), billed("3", account("b")), billed("-3", account("c")), billed("100", account("shared"), effective("33.337")),
		billed("0.01", account("logs")), billed("5", account("nobody")))

	t.Run("gives the same cells and explanations", func(t *testing.T) {
		bill, err := allocation.NewBill(options)
		require.NoError(t, err)
		for _, sum := range sumsOf(original) {
			require.NoError(t, bill.Restore(sum))
		}
		restored, err := bill.Allocate(nil)
		require.NoError(t, err)
		require.Equal(t, table(original), table(restored))
		require.Equal(t, stages(original), stages(restored))
		for _, account := range []string{"a", "b", "c", "@unallocated", "@prepaid"} {
			was, err := json.Marshal(original.Explain(account, ""))
			require.NoError(t, err)
			is, err := json.Marshal(restored.Explain(account, ""))
			require.NoError(t, err)
			require.JSONEq(t, string(was), string(is))
		}
	})
	t.Run("asks for charges where a rule changes within the period", func(t *testing.T) {
		dated := logs
		dated.EffectiveFrom = at(10)
		bill, err := allocation.NewBill(allocation.BillOptions{Rules: ruleSet(t, mapping, driven, dated), Span: allocation.SpanOf(september)})
		require.NoError(t, err)
		require.True(t, bill.NeedsDates())
		require.Equal(t, fault.Internal, fault.CodeOf(bill.Restore(allocation.PlacedSum{Pool: "logs", Currency: "USD", Amount: decimal.NewFromInt(1)})))
	})
}

func TestCompare(t *testing.T) {
	type entry = allocation.MappingEntry
	mapping := allocation.Mapping{Entries: []entry{{SubAccountID: allocation.Patterns{"shared"}, Pool: "pool"}, {Tenant: "{sub_account_id}"}}}
	with := func(mapping allocation.Mapping, r allocation.AllocationRule) *allocation.Result {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, r), Roster: roster(t, "a standard", "b premium"), Span: allocation.SpanOf(september)}
		return allocate(t, options, nil, billed("9", account("shared")), billed("4", account("a")), billed("1", account("nobody")))
	}
	before := with(mapping, rule(allocation.StrategyEqual))
	t.Run("lists the cells that differ, the greatest change first", func(t *testing.T) {
		compared := allocation.Compare(before, with(mapping, rule(allocation.StrategyTiered)))
		require.Len(t, compared.Accounts, 2)
		require.Equal(t, []string{"a", "-1.5", "b", "1.5"}, []string{
			compared.Accounts[0].Account, compared.Accounts[0].Difference.String(), compared.Accounts[1].Account, compared.Accounts[1].Difference.String(),
		})
		require.Len(t, compared.Pools, 1)
		require.Equal(t, "9 9 0", compared.Pools[0].Before.String()+" "+compared.Pools[0].After.String()+" "+compared.Pools[0].Difference.String())
		require.Equal(t, 2, compared.Pools[0].Cells)
		require.Equal(t, compared.Totals[0].CoverageBefore, compared.Totals[0].CoverageAfter)
	})
	t.Run("counts cells that only one has as zero in the other", func(t *testing.T) {
		compared := allocation.Compare(before, with(allocation.Mapping{Entries: []entry{{Account: "@untagged"}}}, rule(allocation.StrategyEqual)))
		require.Equal(t, "@untagged", compared.Accounts[0].Account)
		require.Equal(t, "14", compared.Accounts[0].Difference.String())
		require.Equal(t, "-13", compared.Totals[0].Tenants.Difference.String())
		require.Equal(t, "13", compared.Totals[0].Accounts.Difference.String())
		require.Equal(t, "0", compared.Totals[0].CoverageAfter.String())
	})
	t.Run("finds nothing between equals", func(t *testing.T) {
		compared := allocation.Compare(before, with(mapping, rule(allocation.StrategyEqual)))
		require.Empty(t, compared.Accounts)
		require.Empty(t, compared.Pools)
	})
}
