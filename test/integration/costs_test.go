package integration

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// TestCostsAddUpToTheLedger closes a month of the sample and restates it: after each approval, what
// every tenant and account bore by day, and by resource, is what the ledger says.
func TestCostsAddUpToTheLedger(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	closed := s.close(september2025)
	s.requireCosts(september2025, 1)

	s.late(september2025, "acct-acme", "-250.00", "0.000000001")
	s.late(september2025, "acct-network", "100")
	waiting := s.await(s.restate(september2025, "credits of September"), closing.StateAwaitingApproval)
	s.requireCosts(september2025, 1)
	require.NoError(t, s.decide(waiting, approval.Approve, approver))
	restated := s.await(waiting.Ref(), closing.StateClosed)
	require.NotEqual(t, closed.ResultHash, restated.ResultHash)
	s.requireCosts(september2025, 2)
}

// requireCosts compares the costs that readers get of a month with all revisions of its ledger.
func (s *stack) requireCosts(month period.Period, revision int) {
	s.Helper()
	ctx, costs := context.Background(), postgres.NewCosts(s.pool)
	known, err := costs.CostPeriods(ctx, "main", month, month)
	require.NoError(s, err)
	require.Equal(s, []allocation.CostPeriod{{Period: month, Revision: revision}}, known)
	ledger := map[string]decimal.Decimal{}
	for _, cell := range s.cells(month, revision, false) {
		ledger[cell.Account] = ledger[cell.Account].Add(cell.Amount)
	}
	require.Greater(s, len(ledger), 20)
	for _, account := range slices.Sorted(maps.Keys(ledger)) {
		query := allocation.CostQuery{Book: "main", Account: account, First: month, Last: month}
		days, err := costs.DailyCosts(ctx, query)
		require.NoError(s, err)
		sum := decimal.Zero
		for _, day := range days {
			sum = sum.Add(day.Amount)
		}
		require.True(s, sum.Equal(ledger[account]), "%s: days %s, ledger %s", account, sum, ledger[account])
		totals, err := costs.TagTotals(ctx, allocation.TagTotalQuery{Book: "main", Account: account, From: month.Start(), Until: month.End()})
		require.NoError(s, err)
		sum = decimal.Zero
		for _, total := range totals {
			sum = sum.Add(total.Amount)
		}
		require.True(s, sum.Equal(ledger[account]), "%s: lines %s, ledger %s", account, sum, ledger[account])
	}
}
