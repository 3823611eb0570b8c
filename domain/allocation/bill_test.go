package allocation_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// billed makes a charge of a day in September whose effective cost is its billed cost.
func billed(amount string, change ...func(*charge.Charge)) charge.Charge {
	cost := decimal.RequireFromString(amount)
	c := charge.Charge{
		SourceRow: 1, Currency: "USD", BilledCost: cost, EffectiveCost: cost, BillingPeriod: september,
		ChargePeriodStart: at(10), ChargePeriodEnd: at(11), ChargeCategory: "Usage", ServiceCategory: "Compute",
	}
	for _, apply := range change {
		apply(&c)
	}
	return c
}

func account(id string) func(*charge.Charge) { return func(c *charge.Charge) { c.SubAccountID = id } }

func tagged(pairs ...string) func(*charge.Charge) {
	return func(c *charge.Charge) {
		c.Tags = map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			c.Tags[pairs[i]] = pairs[i+1]
		}
	}
}

func during(from, until time.Time) func(*charge.Charge) {
	return func(c *charge.Charge) { c.ChargePeriodStart, c.ChargePeriodEnd = from, until }
}

func resource(id string) func(*charge.Charge) { return func(c *charge.Charge) { c.ResourceID = id } }

func effective(amount string) func(*charge.Charge) {
	return func(c *charge.Charge) { c.EffectiveCost = decimal.RequireFromString(amount) }
}

func to(entry allocation.MappingEntry) allocation.Mapping {
	return allocation.Mapping{Entries: []allocation.MappingEntry{entry}}
}

func ruleSet(t testing.TB, mapping allocation.Mapping, pools ...allocation.AllocationRule) allocation.RuleSet {
	t.Helper()
	m, err := allocation.NewMappingVersion("mapping", 1, mapping, "someone", at(1))
	require.NoError(t, err)
	versions := []allocation.RuleVersion{m}
	for i, pool := range pools {
		v, err := allocation.NewPoolVersion("rule-"+pool.PoolID, i+1, pool, "someone", at(1))
		require.NoError(t, err)
		versions = append(versions, v)
	}
	set, err := allocation.NewRuleSet(versions)
	require.NoError(t, err)
	return set
}

func allocate(t testing.TB, options allocation.BillOptions, u *allocation.Usage, charges ...charge.Charge) *allocation.Result {
	t.Helper()
	bill, err := allocation.NewBill(options)
	require.NoError(t, err)
	for i := range charges {
		require.NoError(t, bill.Add(&charges[i]))
	}
	result, err := bill.Allocate(u)
	require.NoError(t, err)
	return result
}

// table writes a result as lines of "pool currency: cells", direct cells without trailing zeros.
func table(result *allocation.Result) []string {
	var lines []string
	for i := range result.Pools {
		pool := &result.Pools[i]
		text := cells(pool)
		if pool.Stage != allocation.StageShared {
			var all []string
			for cell := range pool.Cells() {
				all = append(all, cell.Account+"="+cell.Amount.String())
			}
			text = strings.Join(all, " ")
		}
		lines = append(lines, pool.Pool+" "+pool.Currency+": "+text)
	}
	return lines
}

func TestMappingMatches(t *testing.T) {
	type entry = allocation.MappingEntry
	one := func(pattern ...string) allocation.Patterns { return pattern }
	for name, test := range map[string]struct {
		entry  entry
		charge charge.Charge
		want   string
	}{
		"a sub-account by id":                {entry{SubAccount: one("a-1"), Tenant: "t"}, billed("1", account("a-1")), "t"},
		"a sub-account by name":              {entry{SubAccount: one("Team A"), Tenant: "t"}, billed("1", func(c *charge.Charge) { c.SubAccountName = "Team A" }), "t"},
		"a sub-account by glob":              {entry{SubAccountID: one("a-*"), Tenant: "t"}, billed("1", account("a-1")), "t"},
		"no sub-account of another name":     {entry{SubAccount: one("a-1"), Tenant: "t"}, billed("1", account("a-2")), "@unallocated"},
		"only the name where asked":          {entry{SubAccountName: one("a-1"), Tenant: "t"}, billed("1", account("a-1")), "@unallocated"},
		"one of several values":              {entry{SubAccount: one("x", "a-1"), Tenant: "t"}, billed("1", account("a-1")), "t"},
		"a service":                          {entry{Service: one("Amazon *"), Tenant: "t"}, billed("1", func(c *charge.Charge) { c.ServiceName = "Amazon EC2" }), "t"},
		"a service category":                 {entry{ServiceCategory: one("Compute"), Tenant: "t"}, billed("1"), "t"},
		"a resource across slashes":          {entry{Resource: one("arn:x/**"), Tenant: "t"}, billed("1", resource("arn:x/a/b")), "t"},
		"a star that stays between slashes":  {entry{Resource: one("arn:x/*"), Tenant: "t"}, billed("1", resource("arn:x/a/b")), "@unallocated"},
		"a resource by name":                 {entry{Resource: one("db-1"), Tenant: "t"}, billed("1", func(c *charge.Charge) { c.ResourceName = "db-1" }), "t"},
		"a resource type":                    {entry{ResourceType: one("Disk"), Tenant: "t"}, billed("1", func(c *charge.Charge) { c.ResourceType = "Disk" }), "t"},
		"a charge category":                  {entry{ChargeCategory: one("Tax"), Account: "@unowned"}, billed("1", func(c *charge.Charge) { c.ChargeCategory = "Tax" }), "@unowned"},
		"a tag":                              {entry{Tag: map[string]allocation.Patterns{"team": one("core")}, Tenant: "t"}, billed("1", tagged("team", "core")), "t"},
		"a tag however it is spelt":          {entry{Tag: map[string]allocation.Patterns{"Org": one("Core")}, Tenant: "t"}, billed("1", tagged(" org", "CORE ")), "t"},
		"a tag by glob":                      {entry{Tag: map[string]allocation.Patterns{"team": one("c*")}, Tenant: "t"}, billed("1", tagged("team", "core")), "t"},
		"no missing tag":                     {entry{Tag: map[string]allocation.Patterns{"team": one("*")}, Tenant: "t"}, billed("1"), "@unallocated"},
		"an absent tag where asked":          {entry{Tag: map[string]allocation.Patterns{"team": {}}, Account: "@untagged"}, billed("1", tagged("other", "x")), "@untagged"},
		"no present tag where absence asked": {entry{Tag: map[string]allocation.Patterns{"team": {}}, Account: "@untagged"}, billed("1", tagged("team", "x")), "@unallocated"},
		"all conditions together":            {entry{SubAccount: one("a"), ServiceCategory: one("Storage"), Tenant: "t"}, billed("1", account("a")), "@unallocated"},
		"everything without conditions":      {entry{Tenant: "t"}, billed("1"), "t"},
		"a template of the sub-account":      {entry{Tenant: "{sub_account_id}"}, billed("1", account("u")), "u"},
		"a template of a tag":                {entry{Tenant: "{tag:team}"}, billed("1", tagged("Team", " u ")), "u"},
		"a template with text around":        {entry{Tenant: "te-{sub_account_id}"}, billed("1", account("7")), "te-7"},
		"no template without a value":        {entry{Tenant: "{tag:team}"}, billed("1"), "@unallocated"},
		"no template of an unknown tenant":   {entry{Tenant: "{sub_account_id}"}, billed("1", account("ghost")), "@unallocated"},
		"a brace as a value":                 {entry{Service: one(`\{x\}`), Tenant: "t"}, billed("1", func(c *charge.Charge) { c.ServiceName = "{x}" }), "t"},
	} {
		t.Run(name, func(t *testing.T) {
			options := allocation.BillOptions{
				Rules: ruleSet(t, to(test.entry)), Roster: roster(t, "t", "u", "te-7"), Span: allocation.SpanOf(september),
			}
			result := allocate(t, options, nil, test.charge)
			require.Equal(t, "direct:compute USD: "+test.want+"=1", table(result)[0])
		})
	}
	t.Run("the first entry decides", func(t *testing.T) {
		mapping := allocation.Mapping{Entries: []entry{{SubAccount: one("b"), Tenant: "u"}, {SubAccount: one("*"), Tenant: "t"}, {Tenant: "u"}}}
		options := allocation.BillOptions{Rules: ruleSet(t, mapping), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("1", account("a")), billed("2", account("b")), billed("4", account("a")))
		require.Equal(t, []string{"direct:compute USD: t=5 u=2", "bridge:prepaid USD: @prepaid=0"}, table(result))
	})
	t.Run("a template without a tenant leaves the row to later entries", func(t *testing.T) {
		mapping := allocation.Mapping{Entries: []entry{{Tenant: "{tag:team}"}, {Account: "@untagged"}}}
		options := allocation.BillOptions{Rules: ruleSet(t, mapping), Roster: roster(t, "t"), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("1", tagged("team", "t")), billed("2"), billed("4", tagged("team", "ghost")))
		require.Equal(t, "direct:compute USD: @untagged=6 t=1", table(result)[0])
	})
}

func TestBill(t *testing.T) {
	type entry = allocation.MappingEntry
	shared := rule(allocation.StrategyProportional, weighed("compute=1"))
	toPool := entry{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"}
	bySubAccount := entry{Tenant: "{sub_account_id}"}
	mapping := allocation.Mapping{Entries: []entry{toPool, bySubAccount}}

	t.Run("all cells together are the bill", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Roster: roster(t, "a", "b"), Span: allocation.SpanOf(september)}
		u := usage(t, options.Roster, "a compute 1", "b compute 2")
		result := allocate(t, options, u,
			billed("10.01", account("a")), billed("0.00000080000", account("b"), func(c *charge.Charge) { c.ServiceCategory = "Storage" }),
			billed("-3", account("b")), billed("100", account("shared"), effective("50")), billed("7", account("ghost")))
		require.Equal(t, []string{
			"direct:compute USD: @unallocated=7 a=10.01 b=-3",
			"direct:storage USD: b=0.0000008",
			"pool USD: a=16.67 b=33.33",
			"bridge:prepaid USD: @prepaid=50",
		}, table(result))
		total := result.Totals[0]
		require.Equal(t, "114.0100008", total.Billed.String())
		require.Equal(t, "64.0100008", total.Effective.String())
		require.Equal(t, "57.0100008", total.Tenants.String())
		require.Equal(t, map[string]string{"@unallocated": "7", "@prepaid": "50"}, written(total.Accounts))
		require.Equal(t, "0.900014", total.Coverage.String())
		require.Equal(t, []int64{5, 4, 7}, []int64{total.Rows, total.Mapped, total.Cells})
		require.Equal(t, "usage", result.Drivers)
	})
	t.Run("billed cost is allocated where asked, without a bridge", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Roster: roster(t, "a"), Span: allocation.SpanOf(september), Basis: allocation.BasisBilled}
		result := allocate(t, options, nil, billed("100", account("a"), effective("50")))
		require.Equal(t, []string{"direct:compute USD: a=100"}, table(result))
	})
	t.Run("without usage, direct cost drives pools", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("30", account("a")), billed("10", account("b")), billed("8", account("shared")))
		require.Equal(t, "pool USD: a=6.00 b=2.00", table(result)[1])
		require.Equal(t, "direct cost", result.Drivers)
	})
	t.Run("currencies do not mix", func(t *testing.T) {
		yen := func(c *charge.Charge) { c.Currency = "JPY" }
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Roster: roster(t, "a", "b"), Span: allocation.SpanOf(september)}
		result := allocate(t, options, usage(t, options.Roster, "a compute 1", "b compute 1"),
			billed("1", account("shared")), billed("101", account("shared"), yen))
		require.Equal(t, []string{
			"pool JPY: a=51 b=50", "pool USD: a=0.50 b=0.50", "bridge:prepaid JPY: @prepaid=0", "bridge:prepaid USD: @prepaid=0",
		}, table(result))
		require.Len(t, result.Totals, 2)
	})
	t.Run("a residual pool is not covered", func(t *testing.T) {
		residual := rule(allocation.StrategyProportional, noDriver(allocation.NoDriverResidual))
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, residual), Roster: roster(t, "a"), Span: allocation.SpanOf(september)}
		result := allocate(t, options, usage(t, options.Roster, "a network 1"), billed("1", account("a")), billed("3", account("shared")))
		require.Equal(t, "pool USD: a=0.00 @unallocated=3.00", table(result)[1])
		require.Equal(t, "0.25", result.Totals[0].Coverage.String())
	})
	t.Run("credits that cancel a pool leave zero cells", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Roster: roster(t, "a"), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("3", account("shared")), billed("-3", account("shared")))
		require.Equal(t, "pool USD: a=0.00", table(result)[0])
	})
	t.Run("a charge after the tenant's end goes to @departed", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Roster: roster(t, "a - - - 10"), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("1", account("a")), billed("2", account("a"), during(at(9), at(10))))
		require.Equal(t, "direct:compute USD: @departed=1 a=2", table(result)[0])
	})
	t.Run("an empty bill has no cells", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Span: allocation.SpanOf(september)}
		require.Empty(t, allocate(t, options, nil).Pools)
	})
	t.Run("a bill without a mapping is unallocated", func(t *testing.T) {
		result := allocate(t, allocation.BillOptions{Span: allocation.SpanOf(september)}, nil, billed("1", account("a")))
		require.Equal(t, "direct:compute USD: @unallocated=1", table(result)[0])
		require.Equal(t, "0", result.Totals[0].Coverage.String())
	})
	t.Run("purchases of commitments are reserved cost", func(t *testing.T) {
		options := allocation.BillOptions{Rules: ruleSet(t, mapping, shared), Span: allocation.SpanOf(september)}
		result := allocate(t, options, nil, billed("1", account("a"), func(c *charge.Charge) {
			c.ChargeCategory, c.CommitmentDiscountID = "Purchase", "ri-1"
		}))
		require.Equal(t, "direct:reserved USD: a=1", table(result)[0])
	})
}

func TestBillByOwner(t *testing.T) {
	type entry = allocation.MappingEntry
	owners, err := allocation.NewOwners([]tenancy.Ownership{
		{ResourceID: "disk", TenantID: "b", From: at(16)},
		{ResourceID: "disk", TenantID: "a", ProjectID: "p", From: at(1), Until: at(16)},
		{ResourceID: "lost", TenantID: "a", From: at(1), Until: at(5)},
		{ResourceID: "sold", TenantID: "stranger", From: at(1)},
	})
	require.NoError(t, err)
	mapping := allocation.Mapping{Entries: []entry{{Tenant: "{owner}"}, {SubAccount: allocation.Patterns{"b"}, Tenant: "b"}}}
	options := allocation.BillOptions{Rules: ruleSet(t, mapping), Roster: roster(t, "a", "b"), Owners: owners, Span: allocation.SpanOf(september)}
	for name, test := range map[string]struct {
		charge charge.Charge
		want   string
	}{
		"the owner at the time bears the charge":    {billed("1", resource("disk")), "a=1"},
		"a later charge is the later owner's":       {billed("1", resource("disk"), during(at(16), at(17))), "b=1"},
		"a charge across a change is cut by time":   {billed("0.30", resource("disk"), during(at(15), at(18))), "a=0.1 b=0.2"},
		"what cannot be cut evenly still sums":      {billed("0.01", resource("disk"), during(at(15), at(17))), "a=0.01 b=0"},
		"whole amounts are cut to the cent":         {billed("1", resource("disk"), during(at(15), at(17))), "a=0.5 b=0.5"},
		"a time without owner is unowned":           {billed("1", resource("lost")), "@unowned=1"},
		"an owner who is no tenant is unowned":      {billed("1", resource("sold")), "@unowned=1"},
		"a resource without history goes on":        {billed("1", resource("new"), account("b")), "b=1"},
		"a resource nobody knows is unallocated":    {billed("1", resource("new")), "@unallocated=1"},
		"a charge of no length is of its beginning": {billed("1", resource("disk"), during(at(16), at(16))), "b=1"},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, "direct:compute USD: "+test.want, table(allocate(t, options, nil, test.charge))[0])
		})
	}
	t.Run("a charge without times cannot find its owner", func(t *testing.T) {
		bill, err := allocation.NewBill(options)
		require.NoError(t, err)
		c := billed("1", resource("disk"), during(time.Time{}, time.Time{}))
		require.EqualError(t, bill.Add(&c), "charge 1 has no charge period, but its resource's owner decides who bears it; date the charges")
	})
	t.Run("two owners at once are refused", func(t *testing.T) {
		_, err := allocation.NewOwners([]tenancy.Ownership{{ResourceID: "r", TenantID: "a", From: at(1)}, {ResourceID: "r", TenantID: "b", From: at(2)}})
		require.EqualError(t, err, `resource "r" belongs to both "a" and "b" at 2026-09-02T00:00:00Z`)
	})
}

func TestBillAcrossARuleChange(t *testing.T) {
	type entry = allocation.MappingEntry
	until := func(day int) func(*allocation.AllocationRule) {
		return func(r *allocation.AllocationRule) { r.EffectiveUntil = at(day) }
	}
	from := func(day int) func(*allocation.AllocationRule) {
		return func(r *allocation.AllocationRule) { r.EffectiveFrom = at(day) }
	}
	options := allocation.BillOptions{
		Rules: ruleSet(t, to(entry{Pool: "pool"}),
			rule(allocation.StrategyProportional, weighed("compute=1"), until(11)), rule(allocation.StrategyEqual, from(11))),
		Roster: roster(t, "a", "b"), Span: allocation.SpanOf(september),
	}
	dated := func(t *testing.T, lines ...charge.Usage) *allocation.Usage {
		u := allocation.NewUsage(options.Roster, options.Rules, options.Span)
		require.True(t, u.NeedsDates())
		for _, line := range lines {
			require.NoError(t, u.Add(line))
		}
		return u
	}
	line := func(tenant, quantity string, from, until int) charge.Usage {
		return charge.Usage{TenantID: tenant, Category: "compute", Quantity: decimal.RequireFromString(quantity), Start: at(from), End: at(until)}
	}
	t.Run("each rule splits the charges of its time", func(t *testing.T) {
		result := allocate(t, options, dated(t, line("a", "1", 1, 2), line("b", "9", 20, 21)), billed("4"), billed("10", during(at(11), at(12))))
		require.Equal(t, "pool USD: a=9.00 b=5.00", table(result)[0])
		parts := result.Pools[0].Parts
		require.Len(t, parts, 2)
		require.Equal(t, allocation.Span{From: at(1), Until: at(11)}, parts[0].Bounds)
		require.Equal(t, allocation.Span{From: at(11), Until: september.End()}, parts[1].Bounds)
	})
	t.Run("a charge across the change is cut by time", func(t *testing.T) {
		result := allocate(t, options, dated(t, line("a", "1", 1, 2)), billed("4", during(at(10), at(14))))
		require.Equal(t, "pool USD: a=2.50 b=1.50", table(result)[0])
	})
	t.Run("usage across the change is cut by time", func(t *testing.T) {
		result := allocate(t, options, dated(t, line("a", "3", 10, 13), line("b", "1", 1, 2)), billed("4"))
		require.Equal(t, "pool USD: a=2.00 b=2.00", table(result)[0])
		var text []string
		for explanation := range result.Pools[0].Explanations(nil) {
			text = append(text, explanation.TenantID+" "+explanation.Share+" "+explanation.Drivers[0].Quantity)
		}
		require.Equal(t, []string{"a 1/2 1", "b 1/2 1"}, text)
	})
	t.Run("usage cut into thirds stays exact", func(t *testing.T) {
		result := allocate(t, options, dated(t, line("a", "1", 9, 12), line("b", "1", 9, 12), line("b", "1", 1, 2)), billed("7"))
		require.Equal(t, "pool USD: a=2.00 b=5.00", table(result)[0])
		u := dated(t, line("a", "1", 9, 12))
		u.Merge(dated(t, line("b", "1", 9, 12), line("b", "1", 1, 2)))
		require.Equal(t, table(result), table(allocate(t, options, u, billed("7"))))
	})
	t.Run("charges without dates are refused", func(t *testing.T) {
		bill, err := allocation.NewBill(options)
		require.NoError(t, err)
		c := billed("1", during(time.Time{}, time.Time{}))
		require.EqualError(t, bill.Add(&c), "charge 1 has no charge period, but a rule changes at 2026-09-11T00:00:00Z; date the charges")
	})
	t.Run("usage without dates is refused", func(t *testing.T) {
		u := allocation.NewUsage(options.Roster, options.Rules, options.Span)
		err := u.Add(charge.Usage{TenantID: "a", Category: "compute"})
		require.EqualError(t, err, `usage of tenant "a" has no start, but a rule changes at 2026-09-11T00:00:00Z; date the usage`)
	})
	t.Run("a period without the change needs no dates", func(t *testing.T) {
		later := options
		later.Span = allocation.SpanOf(september.Next())
		require.False(t, allocation.NewUsage(later.Roster, later.Rules, later.Span).NeedsDates())
		require.Equal(t, "pool USD: a=0.50 b=0.50", table(allocate(t, later, nil, billed("1", during(time.Time{}, time.Time{}))))[0])
	})
	t.Run("charges before a pool's first rule are refused", func(t *testing.T) {
		gap := options
		gap.Rules = ruleSet(t, to(entry{Pool: "pool"}), rule(allocation.StrategyEqual, from(11)))
		bill, err := allocation.NewBill(gap)
		require.NoError(t, err)
		early, late := billed("1"), billed("1", during(at(12), at(13)))
		require.NoError(t, bill.Add(&late))
		_, err = bill.Allocate(nil)
		require.NoError(t, err)
		require.NoError(t, bill.Add(&early))
		_, err = bill.Allocate(nil)
		require.EqualError(t, err, `pool "pool" has charges but no rule in effect from 2026-09-01T00:00:00Z until 2026-09-11T00:00:00Z; give it a rule for that time`)
	})
	t.Run("a mapping that changes leads each charge by its time", func(t *testing.T) {
		first, err := allocation.NewMappingVersion("m", 1, allocation.Mapping{Entries: []entry{{Tenant: "a"}}, EffectiveUntil: at(11)}, "", at(1))
		require.NoError(t, err)
		second, err := allocation.NewMappingVersion("m", 2, allocation.Mapping{Entries: []entry{{Tenant: "b"}}, EffectiveFrom: at(11)}, "", at(1))
		require.NoError(t, err)
		set, err := allocation.NewRuleSet([]allocation.RuleVersion{second, first})
		require.NoError(t, err)
		changed := options
		changed.Rules = set
		result := allocate(t, changed, nil, billed("4", during(at(10), at(14))))
		require.Equal(t, "direct:compute USD: a=1 b=3", table(result)[0])
	})
}

func TestBillRefuses(t *testing.T) {
	type entry = allocation.MappingEntry
	dated := rule(allocation.StrategyEqual, func(r *allocation.AllocationRule) { r.EffectiveFrom = at(3) })
	for name, test := range map[string]struct {
		options allocation.BillOptions
		message string
	}{
		"a mapping to somebody unknown": {
			allocation.BillOptions{Rules: ruleSet(t, to(entry{Tenant: "ghost"})), Roster: roster(t, "a")},
			`mapping entry 1 leads to tenant "ghost", who is not listed`,
		},
		"rules with times and no period": {
			allocation.BillOptions{Rules: ruleSet(t, to(entry{Pool: "pool"}), dated)},
			"rules begin or end, so that the period matters; name it",
		},
		"tenants with times and no period": {
			allocation.BillOptions{Roster: roster(t, "a - - 3 -")},
			"tenants begin or end, so that the period matters; name it",
		},
		"a period that ends before it begins": {
			allocation.BillOptions{Span: allocation.Span{From: at(3), Until: at(2)}},
			"a period from 2026-09-03T00:00:00Z until 2026-09-02T00:00:00Z is none; from must lie before until",
		},
		"a period longer than a century": {
			allocation.BillOptions{Span: allocation.Span{From: at(1), Until: at(1).AddDate(101, 0, 0)}},
			"a period from 2026-09-01T00:00:00Z until 2127-09-01T00:00:00Z is longer than a century",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := allocation.NewBill(test.options)
			require.EqualError(t, err, test.message)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	t.Run("an unknown currency", func(t *testing.T) {
		bill, err := allocation.NewBill(allocation.BillOptions{})
		require.NoError(t, err)
		c := billed("1", func(c *charge.Charge) { c.Currency = "BTC" })
		require.EqualError(t, bill.Add(&c), `charge 1 cannot be allocated: currency "BTC" is no ISO 4217 code such as USD`)
	})
}

func written(amounts map[string]decimal.Decimal) map[string]string {
	all := map[string]string{}
	for _, key := range slices.Sorted(maps.Keys(amounts)) {
		all[key] = amounts[key].String()
	}
	return all
}

func TestMappingsBesideEachOther(t *testing.T) {
	mapping := func(id string, m allocation.Mapping) allocation.RuleVersion {
		v, err := allocation.NewMappingVersion(id, 1, m, "someone", at(1))
		require.NoError(t, err)
		return v
	}
	older := mapping("m1", allocation.Mapping{Entries: []allocation.MappingEntry{
		{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"},
		{SubAccount: allocation.Patterns{"both", "old", "edge"}, Tenant: "old"},
	}})
	newer := mapping("m2", allocation.Mapping{Entries: []allocation.MappingEntry{
		{SubAccount: allocation.Patterns{"both"}, Tenant: "new"},
		{Resource: allocation.Patterns{"vm"}, Tenant: "{owner}"},
	}})
	ending := mapping("m3", allocation.Mapping{
		Entries:        []allocation.MappingEntry{{SubAccount: allocation.Patterns{"edge"}, Tenant: "new"}},
		EffectiveUntil: at(15),
	})
	set, err := allocation.NewRuleSet([]allocation.RuleVersion{older, ending, newer, version(t, rule(allocation.StrategyEqual))})
	require.NoError(t, err)
	result := allocate(t, allocation.BillOptions{Rules: set, Span: allocation.SpanOf(september)}, nil,
		billed("1", account("both")), billed("2", account("old")), billed("4", account("shared")),
		billed("8", account("other")), billed("16", account("old"), resource("vm")),
		billed("64", account("edge"), during(at(14), at(16))),
	)

	t.Run("the newest rule wins, and what it does not match falls to the older", func(t *testing.T) {
		sums := map[string]string{}
		for i := range result.Pools {
			if result.Pools[i].Pool == "direct:compute" {
				for cell := range result.Pools[i].Cells() {
					sums[cell.Account] = cell.Amount.String()
				}
			}
		}
		// 32 of the 64 lie before the third mapping ends. Nobody is known to own vm, so that the older
		// mapping decides about it.
		require.Equal(t, map[string]string{"new": "33", "old": "50", "@unallocated": "8"}, sums)
	})
	t.Run("pools are found in the rules of any author", func(t *testing.T) {
		place := slices.IndexFunc(result.Pools, func(p allocation.PoolResult) bool { return p.Pool == "pool" })
		require.Equal(t, "4", result.Pools[place].Amount.String())
	})
	t.Run("the order in which rules were read does not matter", func(t *testing.T) {
		again, err := allocation.NewRuleSet([]allocation.RuleVersion{version(t, rule(allocation.StrategyEqual)), newer, older, ending})
		require.NoError(t, err)
		require.Equal(t, set.Versions(), again.Versions())
	})
	t.Run("an unlisted tenant is named with its rule", func(t *testing.T) {
		roster, err := allocation.NewRoster([]tenancy.Tenant{{ID: "old"}})
		require.NoError(t, err)
		_, err = allocation.NewBill(allocation.BillOptions{Rules: set, Span: allocation.SpanOf(september), Roster: roster})
		require.ErrorContains(t, err, "rule m3 version 1 until")
		require.ErrorContains(t, err, `mapping entry 1 leads to tenant "new", who is not listed`)
	})
	t.Run("coverage counts what any of them matches", func(t *testing.T) {
		covers, err := allocation.Coverage(set.Versions())
		require.NoError(t, err)
		for id, covered := range map[string]bool{"both": true, "shared": true, "other": false} {
			c := billed("1", account(id))
			require.Equal(t, covered, covers(&c), id)
		}
	})
}
