package allocation_test

import (
	"fmt"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// BenchmarkExplain explains all cells of one of 10,000 tenants in 20 pools, with the allocation that
// the first request does and without it.
func BenchmarkExplain(b *testing.B) {
	const tenants, pools = 10_000, 20
	all := make([]tenancy.Tenant, tenants)
	for i := range all {
		all[i] = tenancy.Tenant{ID: fmt.Sprintf("tenant-%05d", i), Plan: tenancy.PlanStandard}
	}
	roster, err := allocation.NewRoster(all)
	require.NoError(b, err)
	var rules []allocation.AllocationRule
	for i := range pools {
		r := rule(allocation.StrategyProportional)
		r.PoolID = fmt.Sprintf("pool-%02d", i)
		rules = append(rules, r)
	}
	options := allocation.BillOptions{Rules: ruleSet(b, bySubAccount(rules...), rules...), Roster: roster, Span: allocation.SpanOf(september)}
	result := func() *allocation.Result {
		u := allocation.NewUsage(roster, options.Rules, options.Span)
		for i, tenant := range all {
			for _, category := range []string{"compute", "storage"} {
				require.NoError(b, u.Add(charge.Usage{TenantID: tenant.ID, Category: category, Quantity: decimal.New(int64(i*7919%100003), -3)}))
			}
		}
		var charges []charge.Charge
		for i, r := range rules {
			charges = append(charges, billed(fmt.Sprintf("%d.37", 1000+i), account(r.PoolID)))
		}
		return allocate(b, options, u, charges...)
	}
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			require.Len(b, result().Explain("tenant-04711", ""), pools)
		}
	})
	b.Run("again", func(b *testing.B) {
		kept := result()
		b.ResetTimer()
		for b.Loop() {
			require.Len(b, kept.Explain("tenant-04711", ""), pools)
		}
	})
}
