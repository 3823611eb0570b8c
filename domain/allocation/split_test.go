package allocation_test

import (
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

var september = period.New(2026, time.September)

// at returns an instant of September 2026.
func at(day int) time.Time { return september.Start().AddDate(0, 0, day-1) }

// tenants reads "id plan weight from until": days of September, "-" for none.
func tenants(t testing.TB, lines ...string) []tenancy.Tenant {
	t.Helper()
	all := make([]tenancy.Tenant, len(lines))
	for i, line := range lines {
		fields := append(strings.Fields(line), "-", "-", "-", "-")
		all[i].ID = fields[0]
		if fields[1] != "-" {
			all[i].Plan = tenancy.Plan(fields[1])
		}
		if fields[2] != "-" {
			all[i].Weight = decimal.RequireFromString(fields[2])
		}
		all[i].ActiveFrom, all[i].ActiveUntil = day(t, fields[3]), day(t, fields[4])
	}
	return all
}

func day(t testing.TB, text string) time.Time {
	if text == "-" {
		return time.Time{}
	}
	number, err := decimal.NewFromString(text)
	require.NoError(t, err)
	return at(int(number.IntPart()))
}

func roster(t testing.TB, lines ...string) *allocation.Roster {
	t.Helper()
	r, err := allocation.NewRoster(tenants(t, lines...))
	require.NoError(t, err)
	return r
}

// usage reads "tenant category quantity".
func usage(t testing.TB, r *allocation.Roster, lines ...string) *allocation.Usage {
	t.Helper()
	u := allocation.NewUsage(r, allocation.RuleSet{}, allocation.SpanOf(september))
	for _, line := range lines {
		fields := strings.Fields(line)
		require.NoError(t, u.Add(charge.Usage{TenantID: fields[0], Category: fields[1], Quantity: decimal.RequireFromString(fields[2])}))
	}
	return u
}

// weights reads "compute=0.7 storage=0.3".
func weights[K ~string](text string) map[K]decimal.Decimal {
	all := map[K]decimal.Decimal{}
	for _, field := range strings.Fields(text) {
		name, value, _ := strings.Cut(field, "=")
		all[K(name)] = decimal.RequireFromString(value)
	}
	return all
}

func rule(strategy allocation.AllocationStrategy, change ...func(*allocation.AllocationRule)) allocation.AllocationRule {
	r := allocation.AllocationRule{PoolID: "pool", Category: allocation.CategoryShared, Strategy: strategy}
	if strategy == allocation.StrategyProportional {
		r.WeightByCategory = weights[allocation.CostCategory]("compute=0.7 storage=0.3")
	}
	for _, apply := range change {
		apply(&r)
	}
	return r
}

func version(t testing.TB, r allocation.AllocationRule) allocation.RuleVersion {
	t.Helper()
	v, err := allocation.NewPoolVersion("rule-"+r.PoolID, 1, r, "someone", at(1))
	require.NoError(t, err)
	return v
}

// cells writes a pool's cells as "tenant=amount tenant=amount".
func cells(pool *allocation.PoolResult) string {
	var all []string
	for cell := range pool.Text(nil) {
		all = append(all, cell.Account+"="+string(cell.Amount))
	}
	return strings.Join(all, " ")
}

func weighed(text string) func(*allocation.AllocationRule) {
	return func(r *allocation.AllocationRule) { r.WeightByCategory = weights[allocation.CostCategory](text) }
}

func noDriver(choice allocation.NoDriver) func(*allocation.AllocationRule) {
	return func(r *allocation.AllocationRule) { r.OnNoDriver = choice }
}

func TestSplit(t *testing.T) {
	proportional, equal := allocation.StrategyProportional, allocation.StrategyEqual
	tiered, custom := allocation.StrategyTiered, allocation.StrategyCustom
	for name, test := range map[string]struct {
		rule            allocation.AllocationRule
		tenants, usage  []string
		currency        string
		amount, want    string
		fallback, clamp string
	}{
		"70 % by compute and 30 % by storage": {
			rule: rule(proportional), tenants: []string{"a", "b"}, amount: "100",
			usage: []string{"a compute 1", "b compute 3", "a storage 1", "b storage 1"}, want: "a=32.50 b=67.50",
		},
		"usage lines of a tenant and category are summed": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "10",
			usage: []string{"a compute 0.1", "a compute 0.2", "b compute 0.1", "a compute 0.1"}, want: "a=8.00 b=2.00",
		},
		"a category without usage leaves its weight to the others": {
			rule: rule(proportional), tenants: []string{"a", "b"}, amount: "100",
			usage: []string{"a compute 1", "b compute 3"}, want: "a=25.00 b=75.00",
		},
		"a category without weight does not count": {
			rule: rule(proportional, weighed("compute=1 network=0")), tenants: []string{"a", "b"}, amount: "100",
			usage: []string{"a compute 1", "b compute 3", "a network 100"}, want: "a=25.00 b=75.00",
		},
		"a new tenant without usage gets a zero cell": {
			rule: rule(proportional), tenants: []string{"a", "new"}, amount: "10",
			usage: []string{"a compute 5"}, want: "a=10.00 new=0.00",
		},
		"no usage at all falls back to equal": {
			rule: rule(proportional), tenants: []string{"a", "b", "c"}, amount: "10",
			want: "a=3.34 b=3.33 c=3.33", fallback: "equal",
		},
		"the equal fallback counts active time": {
			rule: rule(proportional), tenants: []string{"a", "b - - 16 -"}, amount: "30",
			want: "a=20.00 b=10.00", fallback: "equal",
		},
		"no usage may stay unallocated": {
			rule: rule(proportional, noDriver(allocation.NoDriverResidual)), tenants: []string{"a", "b"}, amount: "10",
			want: "a=0.00 b=0.00 @unallocated=10.00", fallback: "residual",
		},
		"a driver total below zero counts as zero and is listed": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "10",
			usage: []string{"a compute -5", "b compute 3"}, want: "a=0.00 b=10.00", clamp: "a compute -5",
		},
		"a correction that leaves a positive total counts": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "10",
			usage: []string{"a compute 5", "a compute -4", "b compute 1"}, want: "a=5.00 b=5.00",
		},
		"all totals below zero fall back to equal": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "10",
			usage: []string{"a compute -5", "b compute -1"}, want: "a=5.00 b=5.00", fallback: "equal", clamp: "a compute -5; b compute -1",
		},
		"active time does not touch proportional shares": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b - - - 2"}, amount: "10",
			usage: []string{"a compute 1", "b compute 1"}, want: "a=5.00 b=5.00",
		},
		"quantities of different scales are compared exactly": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "0.04",
			usage: []string{"a compute 0.000000000000000001", "b compute 0.000000000000000003"}, want: "a=0.01 b=0.03",
		},
		"quantities beyond 64 bits are exact": {
			rule: rule(proportional, weighed("compute=1")), tenants: []string{"a", "b"}, amount: "0.04",
			usage: []string{"a compute 11111111111111111111111111111111111111", "b compute 33333333333333333333333333333333333333"},
			want:  "a=0.01 b=0.03",
		},
		"equal gives the cent left over to the first id": {
			rule: rule(equal), tenants: []string{"c", "b", "a"}, amount: "1", want: "a=0.34 b=0.33 c=0.33",
		},
		"ids are ordered by bytes": {
			rule: rule(equal), tenants: []string{"a", "B", "_", "9"}, amount: "0.02", want: "9=0.01 B=0.01 _=0.00 a=0.00",
		},
		"equal counts active time": {
			rule: rule(equal), tenants: []string{"a", "b - - 16 -"}, amount: "30", want: "a=20.00 b=10.00",
		},
		"a tenant deleted mid-period bears its part of the time": {
			rule: rule(equal), tenants: []string{"a", "b - - - 11"}, amount: "40", want: "a=30.00 b=10.00",
		},
		"a tenant of another time gets a zero cell": {
			rule: rule(equal), tenants: []string{"a", "b - - -9 -2", "c - - 40 -"}, amount: "7", want: "a=7.00 b=0.00 c=0.00",
		},
		"a tenant that begins and ends at once gets a zero cell": {
			rule: rule(equal), tenants: []string{"a", "b - - 5 5"}, amount: "7", want: "a=7.00 b=0.00",
		},
		"only tenant bears all": {
			rule: rule(equal), tenants: []string{"a - - 30 -"}, amount: "99.99", want: "a=99.99",
		},
		"fewer quanta than tenants": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "0.02", want: "a=0.01 b=0.01 c=0.00",
		},
		"nothing is split into nothing": {
			rule: rule(equal), tenants: []string{"a", "b"}, amount: "0", want: "a=0.00 b=0.00",
		},
		"a credit mirrors the charge": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "-1", want: "a=-0.34 b=-0.33 c=-0.33",
		},
		"plans weigh 0, 1, 2 and 4": {
			rule: rule(tiered), tenants: []string{"e enterprise", "f free", "p premium", "s standard"}, amount: "70",
			want: "e=40.00 f=0.00 p=20.00 s=10.00",
		},
		"a rule's multipliers replace those it names": {
			rule: rule(tiered, func(r *allocation.AllocationRule) {
				r.TierMultipliers = weights[tenancy.Plan]("free=0.5 standard=1.5")
			}),
			tenants: []string{"f free", "p premium", "s standard"}, amount: "8", want: "f=1.00 p=4.00 s=3.00",
		},
		"tiers count active time": {
			rule: rule(tiered), tenants: []string{"p premium - 16 -", "s standard"}, amount: "10", want: "p=5.00 s=5.00",
		},
		"only free tenants fall back to equal": {
			rule: rule(tiered), tenants: []string{"a free", "b free"}, amount: "1", want: "a=0.50 b=0.50", fallback: "equal",
		},
		"a free tenant never gets a quantum": {
			rule: rule(tiered), tenants: []string{"a free", "b standard", "c standard", "d standard"}, amount: "0.01",
			want: "a=0.00 b=0.01 c=0.00 d=0.00",
		},
		"custom uses the tenants' weights": {
			rule: rule(custom), tenants: []string{"a - 1.5", "b - 0.5", "c"}, amount: "10", want: "a=7.50 b=2.50 c=0.00",
		},
		"custom weights of the rule come first": {
			rule:    rule(custom, func(r *allocation.AllocationRule) { r.TenantWeights = weights[string]("a=1 b=4") }),
			tenants: []string{"a - 100", "b", "c - 7"}, amount: "10", want: "a=2.00 b=8.00 c=0.00",
		},
		"custom counts active time": {
			rule: rule(custom), tenants: []string{"a - 1", "b - 2 16 -"}, amount: "10", want: "a=5.00 b=5.00",
		},
		"custom without a weight falls back to equal": {
			rule: rule(custom), tenants: []string{"a", "b"}, amount: "1", want: "a=0.50 b=0.50", fallback: "equal",
		},
		"an amount of many digits is split at its own quantum": {
			rule: rule(equal), tenants: []string{"a", "b"}, amount: "0.00000080001", want: "a=0.00000040001 b=0.00000040000",
		},
		"trailing zeros do not refine the quantum": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "1.0000", want: "a=0.34 b=0.33 c=0.33",
		},
		"a currency without minor unit": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "100", currency: "JPY", want: "a=34 b=33 c=33",
		},
		"a currency of three digits": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "1", currency: "KWD", want: "a=0.334 b=0.333 c=0.333",
		},
		"an amount beyond 64 bits": {
			rule: rule(equal), tenants: []string{"a", "b", "c"}, amount: "10000000000000000000000000000",
			want: "a=3333333333333333333333333333.34 b=3333333333333333333333333333.33 c=3333333333333333333333333333.33",
		},
		"an amount of more than 19 fractional digits": {
			rule: rule(equal), tenants: []string{"a", "b"}, amount: "0.0000000000000000000000003",
			want: "a=0.0000000000000000000000002 b=0.0000000000000000000000001",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := roster(t, test.tenants...)
			currency := test.currency
			if currency == "" {
				currency = "USD"
			}
			pools := []allocation.PoolAmount{{Rule: version(t, test.rule), Amount: decimal.RequireFromString(test.amount)}}
			results, err := allocation.Split(pools, r, usage(t, r, test.usage...), allocation.SpanOf(september), currency)
			require.NoError(t, err)
			require.Equal(t, test.want, cells(&results[0]))
			require.Equal(t, test.fallback, results[0].Parts[0].Fallback)
			var clamped []string
			for _, driver := range results[0].Parts[0].Clamped {
				clamped = append(clamped, driver.TenantID+" "+string(driver.Category)+" "+driver.Total.RatString())
			}
			require.Equal(t, test.clamp, strings.Join(clamped, "; "))
			sum := decimal.Zero
			for cell := range results[0].Cells() {
				sum = sum.Add(cell.Amount)
			}
			require.True(t, sum.Equal(pools[0].Amount), "the cells sum to %s", sum)
		})
	}
}

func TestSplitRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		rule     allocation.AllocationRule
		tenants  []string
		currency string
		forever  bool
		message  string
	}{
		"no active tenant": {
			rule: rule(allocation.StrategyEqual), tenants: []string{"a - - 40 -"}, currency: "USD",
			message: `pool "pool" cannot be split: no tenant is active in the period`,
		},
		"no tenant at all": {
			rule: rule(allocation.StrategyEqual), currency: "USD",
			message: `pool "pool" cannot be split: no tenant is active in the period`,
		},
		"no driver where the rule says error": {
			rule: rule(allocation.StrategyProportional, noDriver(allocation.NoDriverError)), tenants: []string{"a"}, currency: "USD",
			message: `pool "pool" cannot be split: no tenant has a share, and its rule says that this is an error`,
		},
		"an unknown currency": {
			rule: rule(allocation.StrategyEqual), tenants: []string{"a"}, currency: "BTC",
			message: `currency "BTC" is no ISO 4217 code such as USD`,
		},
		"a tenant without a plan where plans count": {
			rule: rule(allocation.StrategyTiered), tenants: []string{"a"}, currency: "USD",
			message: `pool "pool" is split by plan, but tenant "a" has none`,
		},
		"a weight of somebody unknown": {
			rule:    rule(allocation.StrategyCustom, func(r *allocation.AllocationRule) { r.TenantWeights = weights[string]("ghost=1") }),
			tenants: []string{"a"}, currency: "USD", message: `pool "pool" gives a weight to tenant "ghost", who is not listed`,
		},
		"tenants with times and no period": {
			rule: rule(allocation.StrategyEqual), tenants: []string{"a - - 3 -"}, currency: "USD", forever: true,
			message: "tenants begin or end, so that the period matters; name it",
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := roster(t, test.tenants...)
			span := allocation.SpanOf(september)
			if test.forever {
				span = allocation.Span{}
			}
			pools := []allocation.PoolAmount{{Rule: version(t, test.rule), Amount: decimal.NewFromInt(1)}}
			_, err := allocation.Split(pools, r, allocation.NewUsage(r, allocation.RuleSet{}, span), span, test.currency)
			require.EqualError(t, err, test.message)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestUsageRefuses(t *testing.T) {
	u := usage(t, roster(t, "a"))
	err := u.Add(charge.Usage{TenantID: "ghost", Category: "compute"})
	require.EqualError(t, err, `usage names tenant "ghost", who is not listed`)
	err = u.Add(charge.Usage{TenantID: "a", Category: "memory"})
	require.EqualError(t, err, `category "memory" is none of compute, storage, network, shared, reserved, support`)
}

func TestRosterRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		tenants []string
		message string
	}{
		"a tenant listed twice": {[]string{"a", "b", "a"}, `tenant "a" is listed twice`},
		"an unusable id":        {[]string{"a/b"}, `id "a/b" is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -`},
		"an unknown plan":       {[]string{"a gold"}, `tenant "a" has an unknown plan: plan "gold" is none of free, standard, premium, enterprise`},
		"a negative weight":     {[]string{"a - -1"}, `tenant "a" has the negative weight -1`},
		"an end before the beginning": {
			[]string{"a - - 9 3"}, `tenant "a" is active from 2026-09-09T00:00:00Z, which is after its end 2026-09-03T00:00:00Z`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := allocation.NewRoster(tenants(t, test.tenants...))
			require.EqualError(t, err, test.message)
		})
	}
}

func TestRosterFindsEveryLengthOfID(t *testing.T) {
	var lines []string
	for length := 1; length <= 40; length++ {
		lines = append(lines, strings.Repeat("x", length), strings.Repeat("x", length-1)+"y", "y"+strings.Repeat("x", length))
	}
	lines = append(lines, "long-prefix-000000000000-A-suffix-long", "long-prefix-000000000000-B-suffix-long")
	seen := map[string]bool{}
	var distinct []string
	for _, line := range lines {
		if !seen[line] {
			distinct = append(distinct, line)
		}
		seen[line] = true
	}
	r := roster(t, distinct...)
	for _, id := range distinct {
		place, listed := r.Place(id)
		require.True(t, listed, id)
		require.Equal(t, id, r.Tenant(place).ID)
		bytes, listed := r.PlaceOf([]byte(id))
		require.True(t, listed)
		require.Equal(t, place, bytes)
	}
	for _, id := range []string{"", "z", "xz", "xxxz", strings.Repeat("x", 41), "long-prefix-000000000000-C-suffix-long"} {
		_, listed := r.Place(id)
		require.False(t, listed, id)
	}
}
