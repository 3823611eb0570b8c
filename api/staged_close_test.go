package api_test

import (
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
)

const octoberPath = "/v1/books/main/periods/2025-10"

// stagedClose lets control-plane flow through monitoring from October on, closes October, and asks
// whether what is passed on counts once wherever amounts are summed.
func (s *stage) stagedClose(t *testing.T) {
	var rule string
	for _, item := range decode[api.AllocationRulePage](t, s.get(t, rulesPath+"?limit=100", "auditor", http.StatusOK)).Items {
		if item.PoolID == "control-plane" {
			rule = item.RuleID
		}
	}
	next := func(flows string) string {
		return `{"version":1,"pools":[{"id":"control-plane","strategy":"proportional","weight_by_category":{"compute":"1"},` +
			`"effective_from":"2025-10-01T00:00:00Z","flows_to":` + flows + `}]}`
	}
	s.post(t, rulesPath+"/"+rule+"/supersede", "operator", next(`{"control-plane":"1"}`), http.StatusBadRequest)
	s.post(t, rulesPath+"/"+rule+"/supersede", "operator", next(`{"ghost":"1"}`), http.StatusBadRequest)
	s.post(t, rulesPath+"/"+rule+"/supersede", "operator", next(`{"monitoring":"0.4","tenants":"0.6"}`), http.StatusOK)
	closed := s.closeMonth(t, octoberPath)
	billed := closed.Totals[0].Billed

	t.Run("each pool's cells sum to it, stage by stage", func(t *testing.T) {
		whole, passed, stages := decimal.Zero, decimal.Zero, map[string]int{}
		sums := map[string]decimal.Decimal{}
		for _, cell := range s.everyCell(t, octoberPath+"/allocations?transfers=true", "auditor") {
			stages[cell.PoolID] = cell.Stage
			sums[cell.PoolID] = sums[cell.PoolID].Add(cell.Amount)
			if cell.TenantID == "pool:monitoring" {
				require.Equal(t, "control-plane", cell.PoolID)
				passed = passed.Add(cell.Amount)
				continue
			}
			whole = whole.Add(cell.Amount)
		}
		require.Equal(t, billed.String(), whole.String())
		require.Equal(t, []int{2, 3}, []int{stages["control-plane"], stages["monitoring"]})
		require.Equal(t, 4, stages[allocation.PoolPrepaid])
		require.Equal(t, sums["control-plane"].Mul(decimal.RequireFromString("0.4")).Round(2).String(), passed.Round(2).String())
		for pool, sum := range sums {
			var amount decimal.Decimal
			require.NoError(t, s.pool.QueryRow(t.Context(),
				"SELECT sum(amount) FROM ledger_transactions WHERE period = '2025-10' AND sealed AND pool = $1", pool).Scan(&amount))
			require.True(t, amount.Equal(sum), "%s holds %s, its cells %s", pool, amount, sum)
		}
	})
	t.Run("what is passed on is left out of listings, which sum to the bill, unless it is asked for", func(t *testing.T) {
		listed := decimal.Zero
		for _, cell := range s.everyCell(t, octoberPath+"/allocations", "auditor") {
			require.NotContains(t, cell.TenantID, "pool:")
			listed = listed.Add(cell.Amount)
		}
		require.Equal(t, billed.String(), listed.String())
		require.Equal(t, billed.String(), s.column(t, octoberPath+"/allocations.csv", "amount").String())
		require.NotEqual(t, billed.String(), s.column(t, octoberPath+"/allocations.csv?transfers=true", "amount").String())
	})
	t.Run("tenants see their cells and nothing of pools", func(t *testing.T) {
		for _, cell := range s.everyCell(t, octoberPath+"/allocations", "tenant:acme") {
			require.Equal(t, "acme", cell.TenantID)
		}
	})
	t.Run("a receiving pool says what it received", func(t *testing.T) {
		explained := decode[api.CellExplanations](t, s.get(t, octoberPath+"/allocations/acme/explain?pool=monitoring", "tenant:acme", http.StatusOK))
		require.Len(t, explained.Cells[0].Parts[0].Received, 1)
		require.Equal(t, "control-plane", explained.Cells[0].Parts[0].Received[0].Pool)
		require.Contains(t, explained.Cells[0].Parts[0].Words, "from pool control-plane.")
	})
	t.Run("exports sum to the bill", func(t *testing.T) {
		require.Equal(t, billed.String(), s.column(t, octoberPath+"/focus.csv", "BilledCost").String())
		statement := s.get(t, octoberPath+"/statements/acme", "tenant:acme", http.StatusOK)
		require.Contains(t, statement.body, "monitoring")
		debit, credit := s.column(t, octoberPath+"/journal.csv", "debit"), s.column(t, octoberPath+"/journal.csv", "credit")
		require.True(t, debit.Equal(credit))
	})
}

// closeMonth closes a month and returns what it came to.
func (s *stage) closeMonth(t *testing.T, path string) api.PeriodStatus {
	t.Helper()
	s.post(t, path+"/close", "operator", "", http.StatusAccepted)
	reach := func(states ...closing.State) (shown api.PeriodStatus) {
		require.Eventually(t, func() bool {
			shown = decode[api.PeriodStatus](t, s.get(t, path, "auditor", http.StatusOK))
			for _, state := range states {
				if shown.State == state {
					return true
				}
			}
			return false
		}, 60*time.Second, 100*time.Millisecond)
		return shown
	}
	waiting := reach(closing.StateAwaitingApproval, closing.StateFailed)
	require.Equal(t, closing.StateAwaitingApproval, waiting.State, waiting.Reason)
	s.post(t, path+"/decisions", "finance_approver", approve, http.StatusOK, "If-Match", waiting.ResultHash)
	return reach(closing.StateClosed)
}

// everyCell pages through a listing.
func (s *stage) everyCell(t *testing.T, path, as string) (cells []api.Cell) {
	t.Helper()
	separator := "?"
	if strings.Contains(path, "?") {
		separator = "&"
	}
	for cursor := ""; ; {
		page := decode[api.CellPage](t, s.get(t, path+separator+"limit=500&cursor="+cursor, as, http.StatusOK))
		cells = append(cells, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return cells
		}
	}
}

// column sums a column of an export; empty fields count as zero.
func (s *stage) column(t *testing.T, path, name string) decimal.Decimal {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(s.get(t, path, "auditor", http.StatusOK).body)).ReadAll()
	require.NoError(t, err)
	place, sum := -1, decimal.Zero
	for i, title := range rows[0] {
		if strings.EqualFold(title, name) {
			place = i
		}
	}
	require.GreaterOrEqual(t, place, 0, "%q has no column %s", rows[0], name)
	for _, row := range rows[1:] {
		if row[place] != "" {
			sum = sum.Add(decimal.RequireFromString(row[place]))
		}
	}
	return sum
}
