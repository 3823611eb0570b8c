package services

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// cell is a cell of a result, in a form that compares.
type cell struct{ pool, account, amount string }

// allocate reads September from the services and allocates it by the sample's rules.
func (p *platform) allocate(t *testing.T) (cells []cell, sum decimal.Decimal) {
	t.Helper()
	document, err := rulesfile.Parse("rules.yaml", sample.Rules)
	require.NoError(t, err)
	rules, err := document.RuleSet("rules.yaml")
	require.NoError(t, err)
	tenants, err := p.Tenants.Tenants(t.Context())
	require.NoError(t, err)
	roster, err := allocation.NewRoster(tenants)
	require.NoError(t, err)
	owners, err := allocation.NewOwners(p.ownership(t))
	require.NoError(t, err)
	span := allocation.SpanOf(september)

	usage := allocation.NewUsage(roster, rules, span)
	for _, line := range p.usage(t) {
		require.NoError(t, usage.Add(line))
	}
	bill, err := allocation.NewBill(allocation.BillOptions{Rules: rules, Roster: roster, Owners: owners, Span: span})
	require.NoError(t, err)
	charges, _ := p.charges(t)
	for i := range charges {
		require.NoError(t, bill.Add(&charges[i]))
	}
	result, err := bill.Allocate(usage)
	require.NoError(t, err)
	for _, pool := range result.Pools {
		for c := range pool.Cells() {
			cells = append(cells, cell{pool.Pool, c.Account, c.Amount.String()})
			sum = sum.Add(c.Amount)
		}
	}
	return cells, sum
}

func testAllocationOfTheSample(t *testing.T, database string) {
	p := start(t, database, small)
	cells, sum := p.allocate(t)

	t.Run("tenants and accounts together are the bill", func(t *testing.T) {
		totals, err := p.Billing.ControlTotals(t.Context(), september)
		require.NoError(t, err)
		billed := decimal.Zero
		for _, total := range totals {
			billed = billed.Add(total.BilledCost)
		}
		require.Equal(t, billed.String(), sum.String())
	})
	t.Run("every account that the sample is made to reach is reached", func(t *testing.T) {
		reached := map[string]bool{}
		for _, c := range cells {
			if c.amount != "0" {
				reached[c.account] = true
			}
		}
		for _, account := range []string{
			allocation.AccountUnallocated, allocation.AccountUntagged, allocation.AccountUnowned,
			allocation.AccountUnusedCommitment, allocation.AccountPrepaid, "acme", "nimbus", "orchard",
		} {
			require.True(t, reached[account], "nothing reached %s", account)
		}
	})
	t.Run("services that fail lead to the same result", func(t *testing.T) {
		p.fault(t, `{"route":"GET /billing/v1/charges","error_rate":0.5,"truncated":true}`)
		p.fault(t, `{"route":"GET /compute/*","error_rate":0.5,"status":503}`)
		again, _ := p.allocate(t)
		require.Equal(t, cells, again)
	})
}
