package allocation_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// BenchmarkBill allocates a million charges of 10,000 tenants and 20 pools, without and with the costs
// by day and resource that a close stores beside; run it with -benchtime=1x.
func BenchmarkBill(b *testing.B) {
	const tenantCount, poolCount, charges = 10_000, 20, 1_000_000
	var all []tenancy.Tenant
	for i := range tenantCount {
		all = append(all, tenancy.Tenant{ID: fmt.Sprintf("tenant-%05d", i)})
	}
	r, err := allocation.NewRoster(all)
	require.NoError(b, err)
	mapping := allocation.Mapping{Entries: []allocation.MappingEntry{{SubAccountID: allocation.Patterns{"tenant-*"}, Tenant: "{sub_account_id}"}}}
	var pools []allocation.AllocationRule
	for i := range poolCount {
		pools = append(pools, rule(allocation.StrategyProportional, weighed("compute=1"), func(r *allocation.AllocationRule) { r.PoolID = fmt.Sprintf("pool-%02d", i) }))
		mapping.Entries = append(mapping.Entries, allocation.MappingEntry{SubAccountID: allocation.Patterns{pools[i].PoolID}, Pool: pools[i].PoolID})
	}
	tags := make([]map[string]string, 40)
	for i := range tags {
		tags[i] = map[string]string{"Team": fmt.Sprintf("t%d", i), "environment": "prod"}
	}
	for name, with := range map[string]bool{"alone": false, "with costs": true} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				options := allocation.BillOptions{Rules: ruleSet(b, mapping, pools...), Roster: r, Span: allocation.SpanOf(september)}
				projection := allocation.NewCostProjection(september, allocation.Owners{}, allocation.DiscardCosts{})
				if with {
					options.OnPart = projection.Add
				}
				bill, err := allocation.NewBill(options)
				require.NoError(b, err)
				next := billed("1")
				for i := range charges {
					next.ChargePeriodStart = september.Start().Add(time.Duration(i*7%720) * time.Hour)
					next.ChargePeriodEnd = next.ChargePeriodStart.Add(time.Hour)
					next.SubAccountID = chargedTo(all, pools, i)
					next.ResourceID, next.Tags = resources[i*31%len(resources)], tags[i%len(tags)]
					require.NoError(b, bill.Add(&next))
				}
				result, err := bill.Allocate(nil)
				require.NoError(b, err)
				if with {
					require.NoError(b, projection.Finish(result, nil))
				}
			}
		})
	}
}

// chargedTo leads every fifth charge to a pool.
func chargedTo(all []tenancy.Tenant, pools []allocation.AllocationRule, i int) string {
	if i%5 == 4 {
		return pools[i/5%len(pools)].PoolID
	}
	return all[i%len(all)].ID
}

// resources are the ids of a bill in which a resource is charged several times.
var resources = func() []string {
	ids := make([]string, 200_000)
	for i := range ids {
		ids[i] = fmt.Sprintf("arn:aws:ec2:eu-central-1:111122223333:instance/i-%017x", i)
	}
	return ids
}()
