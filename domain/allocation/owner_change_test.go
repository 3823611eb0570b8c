package allocation_test

import (
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

func second(day, seconds int) time.Time { return at(day).Add(time.Duration(seconds) * time.Second) }

func TestOwnerChanges(t *testing.T) {
	type entry = allocation.MappingEntry
	owners, err := allocation.NewOwners([]tenancy.Ownership{
		{ResourceID: "disk", TenantID: "a", From: at(5), Until: second(10, 1)},
		{ResourceID: "disk", TenantID: "b", From: second(10, 1), Until: at(20)},
		{ResourceID: "disk", TenantID: "gone", From: at(20)},
		{ResourceID: "left", TenantID: "gone", From: at(1)},
	})
	require.NoError(t, err)
	options := allocation.BillOptions{
		Rules:  ruleSet(t, allocation.Mapping{Entries: []entry{{Tenant: "{owner}"}, {Tenant: "{sub_account_id}"}}}),
		Roster: roster(t, "a", "b - - 8 -", "gone - - - 25", "past - - - 1"), Owners: owners, Span: allocation.SpanOf(september),
	}
	for name, test := range map[string]struct {
		charge charge.Charge
		want   string
	}{
		"a change is cut at the second":                     {billed("86400", resource("disk"), during(at(10), at(11))), "a=1 b=86399"},
		"a month of several owners and of nobody":           {billed("30", resource("disk"), during(at(1), at(31))), "@departed=6 @unowned=4 a=5 b=10 gone=5"},
		"a refund is divided like its charge":               {billed("-30", resource("disk"), during(at(1), at(31))), "@departed=-6 @unowned=-4 a=-5 b=-10 gone=-5"},
		"an owner's time after its end is @departed":        {billed("10", resource("left"), during(at(20), at(30))), "@departed=5 gone=5"},
		"a tenant's charge across its end is cut":           {billed("10", account("gone"), during(at(20), at(30))), "@departed=5 gone=5"},
		"a tenant's charge up to its end is its own":        {billed("1", account("gone"), during(at(24), at(25))), "gone=1"},
		"a tenant's charge from its end on is @departed":    {billed("1", account("gone"), during(at(25), at(26))), "@departed=1"},
		"a charge of no length at the end is @departed":     {billed("1", account("gone"), during(at(25), at(25))), "@departed=1"},
		"a charge without times is the tenant's":            {billed("1", account("gone"), during(time.Time{}, time.Time{})), "gone=1"},
		"a charge without an end is of its beginning":       {billed("1", account("gone"), during(at(24), time.Time{})), "gone=1"},
		"a late charge of a tenant that was gone before":    {billed("1", account("past"), during(at(-5), at(-4))), "@departed=1"},
		"a late charge without times of such a tenant":      {billed("1", account("past"), during(time.Time{}, time.Time{})), "@departed=1"},
		"a late charge of a tenant that is there":           {billed("1", account("a"), during(at(-5), at(-4))), "a=1"},
		"time before a tenant's beginning is its own":       {billed("1", account("b"), during(at(1), at(2))), "b=1"},
		"nothing finer than the currency comes of a cut":    {billed("0.01", account("gone"), during(at(24), at(27))), "@departed=0.01 gone=0"},
		"an amount finer than the currency keeps its digit": {billed("0.0003", account("gone"), during(at(24), at(27))), "@departed=0.0002 gone=0.0001"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "direct:compute USD: "+test.want, table(allocate(t, options, nil, test.charge))[0])
		})
	}
	t.Run("a tenant's shared cost ends with it", func(t *testing.T) {
		options := allocation.BillOptions{
			Rules:  ruleSet(t, to(entry{Pool: "pool"}), rule(allocation.StrategyEqual)),
			Roster: roster(t, "a", "new - - 16 -", "gone - - - 16"), Span: allocation.SpanOf(september),
		}
		require.Equal(t, "pool USD: a=2.00 gone=1.00 new=1.00", table(allocate(t, options, nil, billed("4")))[0])
	})
}

// TestOwnerChangesConserve lets a resource change hands at random seconds: whoever bears the charge,
// each bears it for its own time but for rounding, and together they bear all of it.
func TestOwnerChangesConserve(t *testing.T) {
	options := allocation.BillOptions{
		Rules: ruleSet(t, to(allocation.MappingEntry{Tenant: "{owner}"})), Span: allocation.SpanOf(september),
		Roster: roster(t, "a", "b", "c - - - 15"),
	}
	rapid.Check(t, func(t *rapid.T) {
		offsets := rapid.SliceOfNDistinct(rapid.IntRange(0, 30*86400), 2, 12, rapid.ID).Draw(t, "changes")
		slices.Sort(offsets)
		var records []tenancy.Ownership
		for i := 1; i < len(offsets); i++ {
			if owner := rapid.SampledFrom([]string{"a", "b", "c", ""}).Draw(t, "owner"); owner != "" {
				records = append(records, tenancy.Ownership{ResourceID: "r", TenantID: owner, From: second(1, offsets[i-1]), Until: second(1, offsets[i])})
			}
		}
		records = append(records, tenancy.Ownership{ResourceID: "r", TenantID: "a", From: second(60, 0)})
		owners, err := allocation.NewOwners(records)
		require.NoError(t, err)
		options.Owners = owners
		begin := rapid.IntRange(0, 30*86400-1).Draw(t, "begin")
		length := rapid.IntRange(1, 30*86400-begin).Draw(t, "length")
		amount := decimal.New(rapid.Int64Range(-1e12, 1e12).Draw(t, "amount"), -rapid.Int32Range(0, 10).Draw(t, "digits"))
		start, end := second(1, begin), second(1, begin+length)
		c := billed(amount.String(), resource("r"), during(start, end))

		ideal := idealShares(records, start, end, at(15), amount)
		sum := decimal.Zero
		bill, err := allocation.NewBill(options)
		require.NoError(t, err)
		require.NoError(t, bill.Add(&c))
		result, err := bill.Allocate(nil)
		require.NoError(t, err)
		for cell := range result.Pools[0].Cells() {
			sum = sum.Add(cell.Amount)
			off := new(big.Rat).Sub(cell.Amount.Rat(), ideal[cell.Account])
			// One quantum per cut at most, and there are no more cuts than changes and one end.
			require.LessOrEqual(t, off.Abs(off).Cmp(big.NewRat(int64(len(offsets)+1), 100)), 0, "%s bears %s", cell.Account, cell.Amount)
			delete(ideal, cell.Account)
		}
		require.True(t, sum.Equal(amount), "%s is not %s", sum, amount)
		for account, share := range ideal {
			require.LessOrEqual(t, share.Abs(share).Cmp(big.NewRat(int64(len(offsets)+1), 100)), 0, "%s has no cell", account)
		}
	})
}

// idealShares counts seconds one owner at a time.
func idealShares(records []tenancy.Ownership, start, end, gone time.Time, amount decimal.Decimal) map[string]*big.Rat {
	perSecond := new(big.Rat).Quo(amount.Rat(), big.NewRat(int64(end.Sub(start)/time.Second), 1))
	shares := map[string]*big.Rat{}
	add := func(account string, from, until time.Time) {
		if from.Before(start) {
			from = start
		}
		if until.IsZero() || until.After(end) {
			until = end
		}
		if from.Before(until) {
			if shares[account] == nil {
				shares[account] = new(big.Rat)
			}
			part := big.NewRat(int64(until.Sub(from)/time.Second), 1)
			shares[account].Add(shares[account], part.Mul(part, perSecond))
		}
	}
	last := start
	for _, record := range records {
		add("@unowned", last, record.From)
		last = record.Until
		if record.TenantID != "c" {
			add(record.TenantID, record.From, record.Until)
			continue
		}
		add("c", record.From, earlier(record.Until, gone))
		if record.From.Before(gone) {
			record.From = gone
		}
		add("@departed", record.From, record.Until)
	}
	return shares
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
