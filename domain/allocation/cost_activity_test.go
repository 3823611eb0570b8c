package allocation_test

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
)

func TestSharedCostOfTenantsWhoComeAndGo(t *testing.T) {
	mapping := allocation.Mapping{Entries: []allocation.MappingEntry{{SubAccount: allocation.Patterns{"shared"}, Pool: "pool"}}}
	bill := []charge.Charge{
		billed("30", account("shared"), during(at(1), at(31))), // a dollar a day
	}
	for name, test := range map[string]struct {
		tenant string
		bill   []charge.Charge
		want   []string
	}{
		"lies on the days before the tenant left": {
			"b free 1 - 4", bill, []string{"shared pool// 2.73", "shared 1=0.91 2=0.91 3=0.91"},
		},
		"lies on the days since the tenant came": {
			"b free 1 29 -", bill, []string{"shared pool// 1.87", "shared 29=0.93 30=0.94"},
		},
		"lies evenly on the tenant's days where the pool's are all others": {
			"b free 1 - 3",
			[]charge.Charge{billed("32", account("shared"), during(at(20), at(21)))},
			[]string{"shared pool// 2", "shared 1=1 2=1"},
		},
		"follows the pool within the tenant's days": {
			"b free 1 - 16",
			[]charge.Charge{
				billed("1", account("shared"), during(at(2), at(3))), billed("2", account("shared"), during(at(9), at(10))),
				billed("6", account("shared"), during(at(20), at(21))),
			},
			[]string{"shared pool// 3", "shared 2=1 9=2"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			kept, _ := project(t, allocation.BillOptions{
				Rules: ruleSet(t, mapping, rule(allocation.StrategyEqual)), Roster: roster(t, "a", test.tenant), Span: allocation.SpanOf(september),
			}, test.bill, nil)
			require.Equal(t, test.want, kept.text("b"))
		})
	}
}

func TestSharedCostLiesOnActiveDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := drawTenants(t)
		r, err := allocation.NewRoster(all)
		require.NoError(t, err)
		kept, _ := project(t, allocation.BillOptions{
			Roster: r, Span: allocation.SpanOf(september), Rules: drawnRules(t, []allocation.AllocationRule{
				rule("equal"), rule("tiered", func(r *allocation.AllocationRule) { r.PoolID = "other" }),
			}),
		}, drawCharges(t, all), nil)
		for _, month := range kept.months {
			place, listed := r.Place(month.Account)
			if !listed || month.Category != allocation.CategoryShared {
				continue
			}
			tenant := r.Tenant(place)
			for i := range month.Days.Len() {
				start := at(1).AddDate(0, 0, i)
				gone := !tenant.ActiveUntil.IsZero() && !start.Before(tenant.ActiveUntil)
				yetToCome := !tenant.ActiveFrom.IsZero() && !start.Add(24*time.Hour).After(tenant.ActiveFrom)
				if gone || yetToCome {
					require.True(t, month.Days.Decimal(i).Equal(decimal.Zero), "%s bears %s on day %d", month.Account, month.Days.Decimal(i), i+1)
				}
			}
		}
	})
}
