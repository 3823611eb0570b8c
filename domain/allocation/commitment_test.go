package allocation_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// committed makes a charge one of a commitment's: Used, Unused, or with an empty status a purchase.
func committed(status string) func(*charge.Charge) {
	return func(c *charge.Charge) {
		c.CommitmentDiscountID, c.CommitmentDiscountStatus = "ri-1", status
		if status == "" {
			c.ChargeCategory, c.EffectiveCost = "Purchase", decimal.Zero
			return
		}
		c.BilledCost = decimal.Zero
	}
}

func TestUnusedCommitments(t *testing.T) {
	type entry = allocation.MappingEntry
	owners, err := allocation.NewOwners([]tenancy.Ownership{
		{ResourceID: "held", TenantID: "a", From: at(1)},
		{ResourceID: "given-up", TenantID: "a", From: at(1), Until: at(5)},
	})
	require.NoError(t, err)
	mapping := allocation.Mapping{Entries: []entry{
		{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"},
		{SubAccount: allocation.Patterns{"nobody"}, Account: allocation.AccountUnallocated},
		{Resource: allocation.Patterns{"held", "given-up"}, Tenant: "{owner}"},
		{Tenant: "{sub_account_id}"},
	}}
	options := allocation.BillOptions{
		Rules:  ruleSet(t, mapping, rule(allocation.StrategyEqual)),
		Roster: roster(t, "a", "gone - - - 10"), Owners: owners, Span: allocation.SpanOf(september),
	}
	for name, test := range map[string]struct {
		charge charge.Charge
		want   string
	}{
		"are their owner's cost, apart from its use":    {billed("1", committed("Unused"), account("a")), "direct:reserved USD: a=1"},
		"are nobody's where the mapping leads nowhere":  {billed("1", committed("Unused"), account("ghost")), "direct:reserved USD: @unused-commitment=1"},
		"are nobody's where the owner gave them up":     {billed("1", committed("Unused"), resource("given-up")), "direct:reserved USD: @unused-commitment=1"},
		"follow the owner over time":                    {billed("1", committed("Unused"), resource("held")), "direct:reserved USD: a=1"},
		"go where a rule says, be it a pool":            {billed("1", committed("Unused"), account("shared")), "pool USD: a=0.77 gone=0.23"},
		"go where a rule says, be it an account":        {billed("1", committed("Unused"), account("nobody")), "direct:reserved USD: @unallocated=1"},
		"of a tenant that left are on @departed":        {billed("1", committed("Unused"), account("gone")), "direct:reserved USD: @departed=1"},
		"are not what used hours are":                   {billed("1", committed("Used"), account("ghost")), "direct:compute USD: @unallocated=1"},
		"are not what used hours of a known tenant are": {billed("1", committed("Used"), account("a")), "direct:compute USD: a=1"},
		"are not what purchases are":                    {billed("1", committed(""), account("ghost")), "direct:reserved USD: @unallocated=0"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, test.want, table(allocate(t, options, nil, test.charge))[0])
		})
	}
	t.Run("have a home without any mapping", func(t *testing.T) {
		result := allocate(t, allocation.BillOptions{Span: allocation.SpanOf(september)}, nil,
			billed("2", committed("Unused")), billed("1"))
		require.Equal(t, "direct:reserved USD: @unused-commitment=2", table(result)[1])
		require.EqualValues(t, 1, result.Totals[0].Mapped)
		require.Equal(t, "0", result.Totals[0].Coverage.String())
	})
	t.Run("are covered when a bill is imported", func(t *testing.T) {
		version, err := allocation.NewMappingVersion("m", 1, to(entry{SubAccount: allocation.Patterns{"a"}, Tenant: "a"}), "someone", time.Now())
		require.NoError(t, err)
		covers, err := allocation.Coverage([]allocation.RuleVersion{version})
		require.NoError(t, err)
		unused, used := billed("1", committed("Unused")), billed("1", committed("Used"))
		require.True(t, covers(&unused))
		require.False(t, covers(&used))
	})
}

// TestCommitmentsConserve pays for a commitment at once, spreads it over months, and closes each by
// itself: what waits on @prepaid after every month is what was paid and not yet used or wasted, and
// nothing waits after the last.
func TestCommitmentsConserve(t *testing.T) {
	rules := ruleSet(t, to(allocation.MappingEntry{SubAccount: allocation.Patterns{"a"}, Tenant: "a"}))
	rapid.Check(t, func(t *rapid.T) {
		fee := decimal.New(rapid.Int64Range(1, 1e12).Draw(t, "fee"), -rapid.Int32Range(0, 10).Draw(t, "digits"))
		months := rapid.IntRange(1, 12).Draw(t, "months")
		waiting, spent, left := decimal.Zero, decimal.Zero, fee
		for month := range months {
			part := left.DivRound(decimal.NewFromInt(int64(months-month)), 10)
			left = left.Sub(part)
			unused := part.Mul(decimal.New(rapid.Int64Range(0, 100).Draw(t, "unused"), -2))
			bill, err := allocation.NewBill(allocation.BillOptions{Rules: rules, Span: allocation.SpanOf(september)})
			if err != nil {
				t.Fatal(err)
			}
			rows := []charge.Charge{
				billed(part.Sub(unused).String(), committed("Used"), account("a")), billed(unused.String(), committed("Unused"), account("pool")),
			}
			if month == 0 {
				rows = append(rows, billed(fee.String(), committed(""), account("a")))
			}
			for i := range rows {
				if err := bill.Add(&rows[i]); err != nil {
					t.Fatal(err)
				}
			}
			result, err := bill.Allocate(nil)
			if err != nil {
				t.Fatal(err)
			}
			total := result.Totals[0]
			waiting = waiting.Add(total.Accounts[allocation.AccountPrepaid])
			spent = spent.Add(total.Tenants).Add(total.Accounts[allocation.AccountUnusedCommitment])
			if !waiting.Equal(left) || !waiting.Add(spent).Equal(fee) {
				t.Fatalf("after month %d %s waits and %s is spent of %s; %s is left", month, waiting, spent, fee, left)
			}
		}
		if !waiting.IsZero() {
			t.Fatalf("%s waits after the term", waiting)
		}
	})
}
