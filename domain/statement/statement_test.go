package statement_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

func TestStatement(t *testing.T) {
	made := stateOf(t, "acme")
	require.Len(t, made.Sections, 1)
	section := made.Sections[0]

	t.Run("it names the revision and the tenant as it was frozen", func(t *testing.T) {
		require.Equal(t, "main/2026-09/1", made.Reference)
		require.Equal(t, time.Date(2026, time.October, 1, 0, 0, 0, 0, time.UTC), made.PeriodEnd)
		require.Equal(t, "Acme <Robotics>", made.Tenant.Name)
	})
	t.Run("direct and shared cost have their sums, in full and posted", func(t *testing.T) {
		require.Equal(t, "10.004", section.DirectTotal.Amount.String())
		require.Equal(t, "4.333333", section.SharedTotal.Amount.String())
		require.Equal(t, "14.337333", section.Total.Amount.String())
		require.Equal(t, "14.34", section.Total.Posted.String())
		posted := section.DirectTotal.Posted.Plus(section.SharedTotal.Posted)
		require.Equal(t, posted.String(), section.Total.Posted.String())
	})
	t.Run("lines are in the order of category and say their rule in words", func(t *testing.T) {
		require.Equal(t, "Control planes", section.Shared[0].Name)
		require.Equal(t, "In proportion to measured use: 70 % by compute, 30 % by storage.", section.Shared[0].Rule)
		require.Equal(t, "r-platform", section.Shared[0].RuleID)
		require.Equal(t, "By plan: free ×0, standard ×1, premium ×2 (this tenant), enterprise ×4, by the time that each tenant existed in the month.", section.Shared[1].Rule)
		require.Equal(t, "logging", section.Shared[1].Name, "a pool without a name goes by its id")
	})
	t.Run("a tenant that owes nothing has a statement without sections", func(t *testing.T) {
		require.Empty(t, stateOf(t, "idle").Sections)
	})
	t.Run("nobody has a statement whom the close did not know", func(t *testing.T) {
		_, err := publish(t, bill()).Statement("nobody", nil)
		require.True(t, fault.Is(err, fault.NotFound))
	})
	t.Run("a foreign cell is refused", func(t *testing.T) {
		_, err := publish(t, bill()).Statement("acme", cellsOf("globex", bill()))
		require.True(t, fault.Is(err, fault.Internal))
	})
	t.Run("currencies stay apart", func(t *testing.T) {
		both := append(bill(), transaction(1, "direct:storage", "JPY", "acme", "1200.5"))
		made, err := publish(t, both).Statement("acme", cellsOf("acme", both))
		require.NoError(t, err)
		require.Equal(t, []string{"JPY", "USD"}, []string{made.Sections[0].Currency, made.Sections[1].Currency})
		require.Equal(t, "1200", made.Sections[0].Total.Posted.String(), "yen have no minor unit")
	})
}

func TestRuleWords(t *testing.T) {
	day := time.Date(2026, time.September, 16, 0, 0, 0, 0, time.UTC)
	tenant := tenancy.Tenant{ID: "acme", Plan: tenancy.PlanStandard, Weight: money("3")}
	rule := func(strategy allocation.AllocationStrategy) *allocation.AllocationRule {
		return &allocation.AllocationRule{PoolID: "p", Category: allocation.CategoryShared, Strategy: strategy}
	}
	own := rule(allocation.StrategyCustom)
	named := rule(allocation.StrategyCustom)
	named.TenantWeights = map[string]decimal.Decimal{"acme": money("2.5"), "globex": money("9")}
	until, from := rule(allocation.StrategyEqual), rule(allocation.StrategyCustom)
	until.EffectiveUntil, from.EffectiveFrom = day, day
	for want, pools := range map[string][]*allocation.AllocationRule{
		"In equal parts among all tenants, by the time that each existed in the month.": {rule(allocation.StrategyEqual)},
		"By agreed weights; this tenant's is 3.":                                        {own},
		"By agreed weights; this tenant's is 2.5.":                                      {named},
		"Until 16 September 2026, 00:00 UTC: In equal parts among all tenants, by the time that each existed in the month. " +
			"From 16 September 2026, 00:00 UTC: By agreed weights; this tenant's is 3.": {until, from},
	} {
		require.Equal(t, want, wordsOf(t, tenant, pools))
	}
}

// wordsOf is what a statement says of pool p under some rules.
func wordsOf(t *testing.T, tenant tenancy.Tenant, pools []*allocation.AllocationRule) string {
	t.Helper()
	var versions []allocation.RuleVersion
	for i, pool := range pools {
		versions = append(versions, allocation.RuleVersion{RuleID: "r", Version: i + 1, Kind: allocation.RuleKindPool, Pool: pool})
	}
	shared := []ledger.Transaction{transaction(2, "p", "USD", "acme", "1")}
	made, err := statement.Publish(statement.Revision{Period: september, Attempts: []int{1}}, []tenancy.Tenant{tenant}, versions, [][]ledger.AccountTotal{totals(shared)})
	require.NoError(t, err)
	stated, err := made.Statement("acme", cellsOf("acme", shared))
	require.NoError(t, err)
	return stated.Sections[0].Shared[0].Rule
}
