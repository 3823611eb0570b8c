package allocation_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// keptCosts is a sink that keeps what it is given.
type keptCosts struct {
	lines  []allocation.CostLine
	months []allocation.CostMonth
	fails  error
}

func (k *keptCosts) Lines(lines []allocation.CostLine) error {
	k.lines = append(k.lines, lines...)
	return k.fails
}

func (k *keptCosts) Months(months []allocation.CostMonth) error {
	k.months = append(k.months, months...)
	return k.fails
}

// text writes an account's lines and days, days of nothing left out.
func (k *keptCosts) text(account string) []string {
	var all []string
	for _, line := range k.lines {
		if line.Account == account {
			all = append(all, strings.TrimRight(fmt.Sprintf("%s %s/%s/%s %s", line.Category, line.Service, line.Resource, line.Project, line.Amount), " "))
		}
	}
	for _, month := range k.months {
		for _, cell := range month.Shared {
			if month.Account == account {
				all = append(all, fmt.Sprintf("%s %s// %s", month.Category, cell.Pool, cell.Amount))
			}
		}
	}
	for _, month := range k.months {
		if month.Account != account {
			continue
		}
		days := string(month.Category)
		for i := range month.Days.Len() {
			if amount := month.Days.Decimal(i); !amount.IsZero() {
				days += fmt.Sprintf(" %d=%s", i+1, amount)
			}
		}
		all = append(all, days)
	}
	return all
}

// project allocates charges with a projection beside.
func project(t require.TestingT, options allocation.BillOptions, charges []charge.Charge, variances map[string]decimal.Decimal) (*keptCosts, *allocation.Result) {
	kept := &keptCosts{}
	projection := allocation.NewCostProjection(september, options.Owners, kept)
	options.OnPart = projection.Add
	bill, err := allocation.NewBill(options)
	require.NoError(t, err)
	for i := range charges {
		require.NoError(t, bill.Add(&charges[i]))
	}
	result, err := bill.Allocate(nil)
	require.NoError(t, err)
	require.NoError(t, projection.Finish(result, variances))
	return kept, result
}

func TestCostProjection(t *testing.T) {
	owners, err := allocation.NewOwners([]tenancy.Ownership{
		{ResourceID: "vm", TenantID: "a", ProjectID: "shop", From: at(1), Until: at(3)},
		{ResourceID: "vm", TenantID: "b", ProjectID: "ads", From: at(3)},
	})
	require.NoError(t, err)
	mapping := allocation.Mapping{Entries: []allocation.MappingEntry{
		{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"},
		{Resource: allocation.Patterns{"vm"}, Tenant: "{owner}"},
		{SubAccount: allocation.Patterns{"a"}, Tenant: "a"},
	}}
	options := allocation.BillOptions{
		Rules:  ruleSet(t, mapping, rule(allocation.StrategyEqual)),
		Roster: roster(t, "a", "b"), Owners: owners, Span: allocation.SpanOf(september),
	}
	service := func(c *charge.Charge) { c.ServiceName = "EC2" }
	for name, test := range map[string]struct {
		charges []charge.Charge
		account string
		want    []string
	}{
		"sums a resource's charges in one line and by day": {
			[]charge.Charge{
				billed("1", account("a"), resource("disk"), service),
				billed("2.5", account("a"), resource("disk"), service, during(at(30), at(31))),
			},
			"a",
			[]string{"compute EC2/disk/ 3.5", "compute 10=1 30=2.5"},
		},
		"spreads what lasts longer than a day by time": {
			[]charge.Charge{billed("1", account("a"), during(at(1).Add(12*time.Hour), at(3)))},
			"a",
			[]string{"compute // 1", "compute 1=0.33 2=0.67"},
		},
		"takes what begins before the month on the days within it": {
			[]charge.Charge{billed("1", account("a"), during(at(-9), at(3)))},
			"a",
			[]string{"compute // 1", "compute 1=0.5 2=0.5"},
		},
		"takes what lies outside the month on the nearest day": {
			[]charge.Charge{billed("1", account("a"), during(at(-9), at(-8))), billed("2", account("a"), during(at(40), at(41)))},
			"a",
			[]string{"compute // 3", "compute 1=1 30=2"},
		},
		"spreads a term that ends years later over the days left": {
			[]charge.Charge{billed("1", account("a"), during(at(29), at(900)))},
			"a",
			[]string{"compute // 1", "compute 29=0.5 30=0.5"},
		},
		"follows the owner and the project": {
			[]charge.Charge{billed("4", resource("vm"), during(at(1), at(5)))},
			"b",
			[]string{"compute /vm/ads 2", "compute 3=1 4=1"},
		},
		"spreads a shared cell by its pool's own days": {
			[]charge.Charge{
				billed("2", account("shared"), during(at(4), at(5))), billed("6", account("shared"), during(at(5), at(6))),
				billed("-1", account("shared"), during(at(6), at(7))),
			},
			"b",
			[]string{"shared pool// 3.5", "shared 4=0.87 5=2.63"},
		},
		"keeps what nobody bears": {
			[]charge.Charge{billed("1", account("ghost"), resource("x"))},
			allocation.AccountUnallocated,
			[]string{"compute /x/ 1", "compute 10=1"},
		},
		"spreads what is billed for later evenly": {
			[]charge.Charge{billed("0.31", account("a"), effective("0"))},
			allocation.AccountPrepaid,
			[]string{"reserved bridge:prepaid// 0.31", "reserved" + evenly(1, 29) + " 30=0.02"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			kept, _ := project(t, options, test.charges, nil)
			require.Equal(t, test.want, kept.text(test.account))
		})
	}
	t.Run("books a variance", func(t *testing.T) {
		kept, _ := project(t, options, nil, map[string]decimal.Decimal{"USD": decimal.New(3, -1)})
		require.Equal(t, []string{"shared bridge:variance// 0.3", "shared" + evenly(1, 30)}, kept.text(allocation.AccountVariance))
	})
	t.Run("says when nothing can be stored", func(t *testing.T) {
		kept := &keptCosts{fails: fault.New(fault.Unavailable, "the disk is full")}
		projection := allocation.NewCostProjection(september, owners, kept)
		c := billed("1")
		projection.Add(&allocation.PlacedPart{Charge: &c, Account: "a", Start: at(1), Amount: c.BilledCost})
		require.ErrorIs(t, projection.Finish(&allocation.Result{}, nil), kept.fails)
		require.ErrorIs(t, projection.Err(), kept.fails)
	})
}

// evenly writes a cent on each day.
func evenly(from, to int) string {
	var text string
	for i := from; i <= to; i++ {
		text += fmt.Sprintf(" %d=0.01", i)
	}
	return text
}

func TestCostProjectionLaws(t *testing.T) {
	t.Run("days, lines and cells have the same sum for everybody", rapid.MakeCheck(func(t *rapid.T) {
		all := drawTenants(t)
		r, err := allocation.NewRoster(all)
		require.NoError(t, err)
		pools := []allocation.AllocationRule{rule("equal"), rule("tiered", func(r *allocation.AllocationRule) {
			r.PoolID, r.Category, r.OnNoDriver = "other", allocation.CategoryCompute, allocation.NoDriverResidual
		})}
		options := allocation.BillOptions{Roster: r, Span: allocation.SpanOf(september), Rules: drawnRules(t, pools)}
		kept, result := project(t, options, drawCharges(t, all), map[string]decimal.Decimal{"USD": decimal.New(7, -2)})
		cells := map[string]decimal.Decimal{allocation.AccountVariance + " USD": decimal.New(7, -2)}
		for i := range result.Pools {
			for cell := range result.Pools[i].Cells() {
				key := cell.Account + " " + result.Pools[i].Currency
				cells[key] = cells[key].Add(cell.Amount)
			}
		}
		lines, days := map[string]decimal.Decimal{}, map[string]decimal.Decimal{}
		for _, line := range kept.lines {
			key := line.Account + " " + line.Currency
			lines[key] = lines[key].Add(line.Amount)
			own := decimal.Zero
			for i := range line.Days.Len() {
				own = own.Add(line.Days.Decimal(i))
			}
			require.True(t, own.Equal(line.Amount), "%s: days %s, amount %s", line.Resource, own, line.Amount)
		}
		for _, month := range kept.months {
			key := month.Account + " " + month.Currency
			for _, cell := range month.Shared {
				lines[key] = lines[key].Add(cell.Amount)
			}
			for i := range month.Days.Len() {
				days[key] = days[key].Add(month.Days.Decimal(i))
			}
		}
		for _, key := range slices.Sorted(maps.Keys(cells)) {
			require.True(t, cells[key].Equal(lines[key]), "%s: lines %s, cells %s", key, lines[key], cells[key])
			require.True(t, cells[key].Equal(days[key]), "%s: days %s, cells %s", key, days[key], cells[key])
		}
		require.Subset(t, slices.Collect(maps.Keys(cells)), slices.Collect(maps.Keys(lines)))
		require.Subset(t, slices.Collect(maps.Keys(cells)), slices.Collect(maps.Keys(days)))
	}))
}

func drawnRules(t *rapid.T, pools []allocation.AllocationRule) allocation.RuleSet {
	mapping, err := allocation.NewMappingVersion("m", 1, allocation.Mapping{Entries: []allocation.MappingEntry{
		{SubAccount: allocation.Patterns{"pool"}, Pool: "pool"},
		{SubAccount: allocation.Patterns{"other"}, Pool: "other"},
		{Tenant: "{sub_account_id}"},
	}}, "someone", at(1))
	require.NoError(t, err)
	versions := []allocation.RuleVersion{mapping}
	for _, pool := range pools {
		version, err := allocation.NewPoolVersion("rule-"+pool.PoolID, 1, pool, "someone", at(1))
		require.NoError(t, err)
		versions = append(versions, version)
	}
	set, err := allocation.NewRuleSet(versions)
	require.NoError(t, err)
	return set
}

// drawCharges makes charges of every length, inside and outside the month, of tenants and pools.
func drawCharges(t *rapid.T, all []tenancy.Tenant) []charge.Charge {
	accounts := []string{"pool", "other", "nobody!"}
	for _, tenant := range all {
		accounts = append(accounts, tenant.ID)
	}
	charges := make([]charge.Charge, rapid.IntRange(0, 40).Draw(t, "charges"))
	for i := range charges {
		start := at(1).Add(time.Duration(rapid.Int64Range(-50, 800).Draw(t, "start")) * time.Hour)
		amount := decimal.New(rapid.Int64Range(-1e12, 1e15).Draw(t, "amount"), -rapid.Int32Range(0, 20).Draw(t, "digits"))
		charges[i] = billed("1", account(rapid.SampledFrom(accounts).Draw(t, "account")),
			resource(rapid.SampledFrom([]string{"", "x", "y"}).Draw(t, "resource")),
			during(start, start.Add(time.Duration(rapid.Int64Range(0, 900).Draw(t, "hours"))*time.Hour)))
		charges[i].Currency = rapid.SampledFrom([]string{"USD", "JPY"}).Draw(t, "currency")
		charges[i].BilledCost = amount
		charges[i].EffectiveCost = amount.Mul(decimal.New(rapid.Int64Range(0, 2).Draw(t, "prepaid"), 0))
	}
	return charges
}

func TestCanonicalTags(t *testing.T) {
	for name, test := range map[string]struct {
		delivered map[string]string
		want      allocation.Tags
	}{
		"folds keys and keeps their spelling": {
			map[string]string{" Team ": " Platform ", "env": "prod"},
			allocation.Tags{Values: map[string]string{"team": "Platform", "env": "prod"}, Spellings: map[string]string{"team": " Team "}},
		},
		"takes what spells out that there is nothing for nothing": {
			map[string]string{"a": "NULL", "b": "(null)", "c": "null", "d": " ", "e": "", " ": "x"}, allocation.Tags{},
		},
		"prefers the canonical spelling": {
			map[string]string{"TEAM": "b", "Team": "c", "team": "a", "team ": "d"},
			allocation.Tags{Values: map[string]string{"team": "a"}},
		},
		"else takes the first spelling in byte order": {
			map[string]string{"Team": "c", "TEAM": "b"},
			allocation.Tags{Values: map[string]string{"team": "b"}, Spellings: map[string]string{"team": "TEAM"}},
		},
	} {
		t.Run(name, func(t *testing.T) { require.Equal(t, test.want, allocation.CanonicalTags(test.delivered)) })
	}
}
