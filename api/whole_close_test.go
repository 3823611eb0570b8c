package api_test

import (
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

// TestWholeClose closes a month of the sample platform over REST alone, with its rules, its real
// worker and its services, and asks for what came of it.
func TestWholeClose(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	platform, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.work(t, platform.Handler())

	rules, err := os.ReadFile("../internal/sandbox/sample/rules.yaml")
	require.NoError(t, err)
	s.post(t, rulesPath, "operator", string(rules), http.StatusCreated, "Content-Type", "application/yaml")
	s.post(t, septemberPath+"/close", "operator", "", http.StatusAccepted)
	var shown api.PeriodStatus
	require.Eventually(t, func() bool {
		shown = decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK))
		return shown.State == closing.StateAwaitingApproval || shown.State == closing.StateFailed
	}, 60*time.Second, 100*time.Millisecond)
	require.Equal(t, closing.StateAwaitingApproval, shown.State, shown.Reason)
	s.post(t, decisionsPath, "finance_approver", approve, http.StatusOK, "If-Match", shown.ResultHash)
	require.Eventually(t, func() bool { return s.state(t) == closing.StateClosed }, 30*time.Second, 100*time.Millisecond)

	path := "/v1/tenants/acme/allocations?from=2025-09-01T00:00:00Z&to=2025-10-01T00:00:00Z"
	published := s.tenantAllocation(t, path)
	t.Run("every breakdown sums to what was published", func(t *testing.T) {
		require.True(t, published.TotalAllocated.IsPositive())
		for _, by := range []string{"category", "project", "resource"} {
			broken := s.tenantAllocation(t, path+"&by="+by)
			require.Equal(t, published.TotalAllocated.String(), broken.TotalAllocated.String(), by)
			sum := decimal.Zero
			for _, amount := range broken.Breakdown {
				sum = sum.Add(amount)
			}
			require.Equal(t, published.TotalAllocated.String(), sum.String(), by)
		}
	})
	t.Run("a tenant gets the same as an auditor", func(t *testing.T) {
		require.Equal(t, published, decode[api.TenantAllocations](t, s.get(t, path, "tenant:acme", http.StatusOK)).Items[0])
	})
	t.Run("other rules are refused where they leave a pool without one", func(t *testing.T) {
		created := decode[api.CreatedRules](t, s.post(t, rulesPath, "operator",
			`{"version":1,"pools":[{"id":"else","strategy":"equal"}]}`, http.StatusCreated))
		s.get(t, path+"&rules="+created.RuleID, "auditor", http.StatusBadRequest)
		s.get(t, path+"&rules=none", "auditor", http.StatusNotFound)
	})
	t.Run("cells of tenants and accounts are the bill", func(t *testing.T) {
		total, cursor := decimal.Zero, ""
		for {
			page := decode[api.CellPage](t, s.get(t, cellsPath+"?limit=77&cursor="+cursor, "auditor", http.StatusOK))
			for _, cell := range page.Items {
				total = total.Add(cell.Amount)
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		require.Equal(t, shown.Totals[0].Billed.String(), total.String())
	})
	t.Run("explanations", s.explanations)
	t.Run("outputs", s.outputs)
	t.Run("previews", s.previews)
	t.Run("stages", s.stagedClose)
}

func (s *stage) tenantAllocation(t *testing.T, path string) api.TenantAllocation {
	t.Helper()
	items := decode[api.TenantAllocations](t, s.get(t, path, "auditor", http.StatusOK)).Items
	require.Len(t, items, 1)
	return items[0]
}
