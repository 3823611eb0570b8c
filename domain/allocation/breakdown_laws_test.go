package allocation_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
)

// TestBreakdownLaw draws bills of a month with and without usage. What a close makes of one, and what a
// tenant is shown of it by category, project or resource, must be the same money.
func TestBreakdownLaw(outer *testing.T) {
	for name, lines := range map[string]int{"with usage": 6, "without usage": 0} {
		outer.Run(name, rapid.MakeCheck(func(t *rapid.T) {
			s, p := service(outer)
			p.charges, p.usage = drawBill(t), nil
			for range rapid.IntRange(min(1, lines), lines).Draw(t, "lines") {
				p.usage = append(p.usage, charge.Usage{
					TenantID: rapid.SampledFrom(p.tenants).Draw(t, "user").ID,
					Category: rapid.SampledFrom([]string{"compute", "storage"}).Draw(t, "category"),
					Quantity: decimal.NewFromInt(rapid.Int64Range(-2, 9).Draw(t, "quantity")),
				})
			}
			published := publishedTotals(t, p)
			for _, tenant := range p.tenants {
				for _, by := range []allocation.Breakdown{"", allocation.ByCategory, allocation.ByProject, allocation.ByResource} {
					result, err := s.CalculateTenantAllocation(t.Context(), allocation.TenantQuery{
						TenantID: tenant.ID, From: september.Start(), Until: september.End(), By: by,
					})
					require.NoError(t, err)
					var sum decimal.Decimal
					for _, amount := range result.Breakdown {
						sum = sum.Add(amount)
					}
					require.True(t, published[tenant.ID].Equal(sum), "%s by %q: published %s, broken down %s", tenant.ID, by, published[tenant.ID], sum)
					require.True(t, published[tenant.ID].Equal(result.TotalAllocated), "%s by %q: published %s, total %s", tenant.ID, by, published[tenant.ID], result.TotalAllocated)
				}
			}
		}))
	}
}

func drawBill(t *rapid.T) []charge.Charge {
	var charges []charge.Charge
	for range rapid.IntRange(1, 8).Draw(t, "charges") {
		amount := decimal.New(rapid.Int64Range(-999, 99_999).Draw(t, "amount"), -rapid.Int32Range(0, 4).Draw(t, "digits"))
		next := billed(amount.String(), account(rapid.SampledFrom([]string{"a", "b", "c", "shared"}).Draw(t, "account")))
		next.ResourceID = rapid.SampledFrom([]string{"", "vm-1", "vm-2"}).Draw(t, "resource")
		charges = append(charges, next)
	}
	return charges
}

// publishedTotals allocates as a close does, and sums by account.
func publishedTotals(t require.TestingT, p *platform) map[string]decimal.Decimal {
	rules, err := allocation.NewRuleSet(p.rules)
	require.NoError(t, err)
	roster, err := allocation.NewRoster(p.tenants)
	require.NoError(t, err)
	span := allocation.SpanOf(september)
	bill, err := allocation.NewBill(allocation.BillOptions{Rules: rules, Roster: roster, Span: span})
	require.NoError(t, err)
	for i := range p.charges {
		require.NoError(t, bill.Add(&p.charges[i]))
	}
	var usage *allocation.Usage // none at all where nobody used anything
	if len(p.usage) > 0 {
		usage = allocation.NewUsage(roster, rules, span)
	}
	for _, line := range p.usage {
		require.NoError(t, usage.Add(line))
	}
	result, err := bill.Allocate(usage)
	require.NoError(t, err)
	totals := make(map[string]decimal.Decimal)
	for i := range result.Pools {
		for cell := range result.Pools[i].Cells() {
			totals[cell.Account] = totals[cell.Account].Add(cell.Amount)
		}
	}
	return totals
}
