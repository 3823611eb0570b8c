package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

// explanations asks, of a month that is closed, how its cells came about.
func (s *stage) explanations(t *testing.T) {
	const path = cellsPath + "/acme/explain"
	explained := decode[api.CellExplanations](t, s.get(t, path, "tenant:acme", http.StatusOK))
	t.Run("every cell is explained, and parts sum to their cell", func(t *testing.T) {
		amounts := map[string]string{}
		for _, cell := range decode[api.CellPage](t, s.get(t, cellsPath+"?tenant=acme", "auditor", http.StatusOK)).Items {
			amounts[cell.PoolID] = cell.Amount.String()
		}
		require.Len(t, explained.Cells, len(amounts))
		for _, cell := range explained.Cells {
			require.Equal(t, amounts[cell.Pool], cell.Amount.String(), cell.Pool)
			sum := decimal.Zero
			for _, part := range cell.Parts {
				sum = sum.Add(part.Amount)
				require.False(t, part.Strategy == "" && !part.PoolAmount.Equal(part.Amount), "direct cost of others is nobody's business")
				require.NotEmpty(t, part.Words)
				ratios := decimal.Zero
				for _, element := range part.Details.Elements {
					ratios = ratios.Add(decimal.RequireFromString(element.AllocatedRatio.String()))
				}
				require.Equal(t, "1", ratios.String())
			}
			require.True(t, sum.Equal(cell.Amount))
		}
	})
	t.Run("an auditor gets the same, of a revision and of a pool too", func(t *testing.T) {
		require.Equal(t, explained, decode[api.CellExplanations](t, s.get(t, path+"?revision=1", "auditor", http.StatusOK)))
		one := decode[api.CellExplanations](t, s.get(t, path+"?pool=logging", "auditor", http.StatusOK))
		require.Len(t, one.Cells, 1)
		require.NotEmpty(t, one.Cells[0].Parts[0].RuleID)
	})
	t.Run("accounts are explained to those who may see them", func(t *testing.T) {
		prepaid := decode[api.CellExplanations](t, s.get(t, cellsPath+"/@prepaid/explain", "auditor", http.StatusOK))
		require.Len(t, prepaid.Cells, 1)
		s.get(t, cellsPath+"/@prepaid/explain", "tenant:acme", http.StatusNotFound)
	})
	t.Run("a foreign tenant answers like a missing one", func(t *testing.T) {
		foreign := s.get(t, cellsPath+"/globex/explain", "tenant:acme", http.StatusNotFound)
		missing := s.get(t, cellsPath+"/nobody/explain", "tenant:acme", http.StatusNotFound)
		require.Equal(t, decode[api.Problem](t, missing).Detail, decode[api.Problem](t, foreign).Detail)
		s.get(t, path+"?revision=2", "auditor", http.StatusNotFound)
		s.get(t, cellsPath+"/pool:logging/explain", "auditor", http.StatusBadRequest)
	})
	t.Run("asked again, they come at once", func(t *testing.T) {
		begin := time.Now()
		s.get(t, path, "auditor", http.StatusOK)
		require.Less(t, time.Since(begin), 2*time.Second)
	})
}

// previews tries rules on the closed month, and on one that is open.
func (s *stage) previews(t *testing.T) {
	const path = septemberPath + "/preview"
	count := func(table string) (rows int) {
		require.NoError(t, s.pool.QueryRow(t.Context(), "SELECT count(*) FROM "+table).Scan(&rows))
		return rows
	}
	rules, entries := count("allocation_rules"), count("ledger_entries")
	const staged = `{"version":1,"pools":[{"id":"logging","strategy":"tiered","flows_to":{"network":"0.25","tenants":"0.75"}}]}`
	tried := decode[api.RulesPreview](t, s.post(t, path+"?limit=100000", "operator", staged, http.StatusOK))
	t.Run("differences cancel out, since the bill is the same", func(t *testing.T) {
		require.Equal(t, "frozen", tried.Inputs)
		require.Equal(t, 1, tried.Revision)
		require.Len(t, tried.Accounts, tried.AccountsChanged)
		require.NotEmpty(t, tried.Accounts)
		accounts, pools := decimal.Zero, decimal.Zero
		for _, account := range tried.Accounts {
			accounts = accounts.Add(account.Difference)
			cells := decimal.Zero
			for _, pool := range account.Pools {
				cells = cells.Add(pool.Difference)
			}
			require.True(t, cells.Equal(account.Difference), account.Account)
		}
		for _, pool := range tried.Pools {
			require.Contains(t, []string{"logging", "network"}, pool.Pool)
			pools = pools.Add(pool.Difference)
		}
		require.True(t, accounts.IsZero() && pools.IsZero())
		require.Equal(t, "0", tried.Totals[0].Tenants.Difference.String())
		require.Equal(t, tried.Totals[0].CoverageBefore, tried.Totals[0].CoverageAfter)
	})
	t.Run("the greatest difference comes first", func(t *testing.T) {
		first := decode[api.RulesPreview](t, s.post(t, path+"?limit=1", "auditor", staged, http.StatusOK))
		require.Equal(t, tried.Accounts[:1], first.Accounts)
		require.Equal(t, tried.AccountsChanged, first.AccountsChanged)
	})
	t.Run("a mapping to nowhere uncovers the bill", func(t *testing.T) {
		nowhere := decode[api.RulesPreview](t, s.post(t, path, "operator", `{"version":1,"mapping":[{"account":"@untagged"}]}`, http.StatusOK))
		require.Equal(t, "0", nowhere.Totals[0].CoverageAfter.String())
		require.Equal(t, "0", nowhere.Totals[0].Tenants.After.String())
		require.Equal(t, "@untagged", nowhere.Accounts[0].Account)
	})
	t.Run("an open month is tried as it stands", func(t *testing.T) {
		open := decode[api.RulesPreview](t, s.post(t, "/v1/books/main/periods/2025-10/preview", "operator", staged, http.StatusOK))
		require.Equal(t, "standing", open.Inputs)
		require.Zero(t, open.Revision)
	})
	t.Run("rules that cannot be used are refused", func(t *testing.T) {
		for _, body := range []string{
			`{"version":1}`,
			`{"version":1,"pools":[{"id":"logging","strategy":"equal","flows_to":{"logging":"1"}}]}`,
			`{"version":1,"pools":[{"id":"logging","strategy":"equal","flows_to":{"ghost":"1"}}]}`,
			`{"version":1,"pools":[{"id":"loging","strategy":"equal"}]}`,
		} {
			s.post(t, path, "operator", body, http.StatusBadRequest)
		}
		s.post(t, path, "tenant:acme", staged, http.StatusForbidden)
	})
	t.Run("nothing is stored", func(t *testing.T) {
		require.Equal(t, rules, count("allocation_rules"))
		require.Equal(t, entries, count("ledger_entries"))
	})
}
