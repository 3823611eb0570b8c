package api_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

const (
	restatementsPath = septemberPath + "/restatements"
	latePath         = septemberPath + "/late"
)

// lateCredit is a credit of acme's for September that came after its close.
const lateCredit = "BillingAccountId,BillingPeriodStart,BillingPeriodEnd,BillingCurrency,ChargePeriodStart,ChargePeriodEnd," +
	"BilledCost,EffectiveCost,ChargeCategory,ChargeClass,SubAccountId,SubAccountName,ServiceName,ServiceCategory,InvoiceId\n" +
	"111122223333,2025-09-01T00:00:00Z,2025-10-01T00:00:00Z,USD,2025-09-04T00:00:00Z,2025-09-05T00:00:00Z," +
	"-80.50,-80.50,Credit,Correction,acct-acme,acme,Virtual Machines,Compute,INV-LATE\n"

// TestRestatement closes a month of the sample platform, delivers a credit late and restates the
// month, over REST alone.
func TestRestatement(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	platform, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.work(t, platform.Handler())
	rules, err := os.ReadFile("../internal/sandbox/sample/rules.yaml")
	require.NoError(t, err)
	s.post(t, rulesPath, "operator", string(rules), http.StatusCreated, "Content-Type", "application/yaml")

	s.post(t, restatementsPath, "operator", `{"reason":"too early"}`, http.StatusConflict)
	s.post(t, septemberPath+"/close", "operator", "", http.StatusAccepted)
	first := s.approved(t)
	before := s.get(t, septemberPath+"/allocations.csv?revision=1", "auditor", http.StatusOK).body
	mine := s.get(t, septemberPath+"/allocations.csv?revision=1", "tenant:acme", http.StatusOK).body

	s.post(t, importsPath+"?kind=focus&append=true&name=late.csv", "operator", lateCredit, http.StatusCreated, "Content-Type", "text/csv")
	t.Run("what came late is listed, and counted beside the month", func(t *testing.T) {
		late := decode[api.LateDeliveryPage](t, s.get(t, latePath, "auditor", http.StatusOK)).Items
		require.Len(t, late, 1)
		require.Equal(t, "late.csv", late[0].Name)
		require.Equal(t, "-80.5", late[0].Sums[0].Billed.String())
		require.True(t, late[0].Waiting)
		require.Equal(t, late, decode[api.LateDeliveryPage](t, s.get(t, latePath+"?kind=charges&waiting=true&limit=1", "operator", http.StatusOK)).Items)
		require.Empty(t, decode[api.LateDeliveryPage](t, s.get(t, latePath+"?kind=usage", "operator", http.StatusOK)).Items)
		require.Equal(t, map[string]int{"charges": 1}, decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK)).LateWaiting)
		s.get(t, latePath, "tenant:acme", http.StatusForbidden)
		s.get(t, latePath+"?kind=tenants", "auditor", http.StatusBadRequest)
		s.get(t, "/v1/books/none/periods/2025-09/late", "auditor", http.StatusNotFound)
	})
	t.Run("bodies that say too little or too much are refused", func(t *testing.T) {
		for _, body := range []string{`{}`, `{"reason":""}`, `{"reason":"x","rules":"newest"}`, `{"reason":"x","more":1}`, `{"reason":"x","include":["y"]}`} {
			s.post(t, restatementsPath, "operator", body, http.StatusBadRequest)
		}
		s.post(t, restatementsPath, "auditor", `{"reason":"x"}`, http.StatusForbidden)
		unknown := strings.Repeat("f", 64)
		refused := s.post(t, restatementsPath, "operator", `{"reason":"x","include":["`+unknown+`"]}`, http.StatusBadRequest)
		require.Contains(t, refused.body, unknown)
	})
	got := s.post(t, restatementsPath, "operator", `{"reason":"a credit came late","rules":"original"}`, http.StatusAccepted)
	require.Equal(t, septemberPath, got.header.Get("Location"))
	started := decode[api.PeriodStatus](t, got)
	require.Equal(t, "period-restatement:main:2025-09:2", started.WorkflowID)
	s.post(t, restatementsPath, "operator", `{"reason":"a credit came late"}`, http.StatusAccepted)
	s.post(t, restatementsPath, "operator", `{"reason":"again"}`, http.StatusConflict)

	waiting := s.reaches(t, closing.StateAwaitingApproval)
	require.Equal(t, 1, waiting.Revision)
	require.Equal(t, 2, waiting.Restates)
	require.Equal(t, "a credit came late", waiting.Restatement.Reason)
	t.Run("approvers see what it would change, and what it would lead to", func(t *testing.T) {
		deltas := decode[api.CellPage](t, s.get(t, cellsPath+"?revision=2&deltas=true", "finance_approver", http.StatusOK)).Items
		require.Len(t, deltas, 1)
		require.Equal(t, "acme", deltas[0].TenantID)
		require.Equal(t, "-80.5", deltas[0].Amount.String())
		whole := decode[api.CellPage](t, s.get(t, cellsPath+"?revision=2&tenant=acme&pool="+deltas[0].PoolID, "finance_approver", http.StatusOK)).Items
		old := decode[api.CellPage](t, s.get(t, cellsPath+"?revision=1&tenant=acme&pool="+deltas[0].PoolID, "finance_approver", http.StatusOK)).Items
		require.Equal(t, "-80.5", whole[0].Amount.Sub(old[0].Amount).String())
	})
	t.Run("tenants do not, before it is approved", func(t *testing.T) {
		s.get(t, cellsPath+"?revision=2", "tenant:acme", http.StatusNotFound)
		require.Equal(t, mine, s.get(t, septemberPath+"/allocations.csv", "tenant:acme", http.StatusOK).body)
	})
	t.Run("its job is shown under the id of its revision", func(t *testing.T) {
		job := decode[api.Job](t, s.get(t, "/v1/jobs/period-restatement:main:2025-09:2", "operator", http.StatusOK))
		require.Equal(t, "PeriodRestatement", job.Type)
		require.Equal(t, api.Running, job.State)
		s.get(t, "/v1/jobs/period-restatement:main:2025-09:3", "operator", http.StatusNotFound)
	})

	changes := s.get(t, septemberPath+"/allocations.csv?revision=2&deltas=true", "auditor", http.StatusOK).body
	second := s.approved(t)
	t.Run("the export of the changes reads the same before and after the approval", func(t *testing.T) {
		require.Contains(t, changes, "\nmain,2025-09,2,")
		require.Equal(t, changes, s.get(t, septemberPath+"/allocations.csv?revision=2&deltas=true", "auditor", http.StatusOK).body)
	})
	require.Equal(t, 2, second.Revision)
	require.Equal(t, "-80.5", second.Totals[0].Billed.Sub(first.Totals[0].Billed).String())
	t.Run("what came late is said to be taken, and by what", func(t *testing.T) {
		late := decode[api.LateDeliveryPage](t, s.get(t, latePath, "auditor", http.StatusOK)).Items
		require.False(t, late[0].Waiting)
		require.Equal(t, started.WorkflowID, late[0].TakenBy)
		require.Equal(t, 2, late[0].TakenRevision)
		require.Empty(t, second.LateWaiting)
	})
	t.Run("with nothing late it is refused, and the month stays closed", func(t *testing.T) {
		s.post(t, restatementsPath, "operator", `{"reason":"nothing late"}`, http.StatusConflict)
		require.Equal(t, closing.StateClosed, s.reaches(t, closing.StateClosed).State)
	})
	t.Run("the export of the revision before stays byte for byte", func(t *testing.T) {
		require.Equal(t, before, s.get(t, septemberPath+"/allocations.csv?revision=1", "auditor", http.StatusOK).body)
		require.Equal(t, mine, s.get(t, septemberPath+"/allocations.csv?revision=1", "tenant:acme", http.StatusOK).body)
	})
	t.Run("the latest revision is shown by default, whole", func(t *testing.T) {
		require.Equal(t, s.get(t, septemberPath+"/allocations.csv?revision=2", "auditor", http.StatusOK).body,
			s.get(t, septemberPath+"/allocations.csv", "auditor", http.StatusOK).body)
		total := decimal.Zero
		for _, cell := range decode[api.CellPage](t, s.get(t, cellsPath+"?limit=1000", "auditor", http.StatusOK)).Items {
			total = total.Add(cell.Amount)
		}
		require.Equal(t, second.Totals[0].Billed.String(), total.String())
		deltas := decode[api.CellPage](t, s.get(t, cellsPath+"?deltas=true", "tenant:acme", http.StatusOK)).Items
		require.Len(t, deltas, 1)
	})
}

// reaches waits until September is in a state, or has failed.
func (s *stage) reaches(t *testing.T, state closing.State) (shown api.PeriodStatus) {
	t.Helper()
	require.Eventually(t, func() bool {
		shown = decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK))
		return shown.State == state || shown.State == closing.StateFailed
	}, 60*time.Second, 50*time.Millisecond)
	require.Equal(t, state, shown.State, shown.Reason)
	return shown
}

// approved waits for September's result, approves it and waits until it is published.
func (s *stage) approved(t *testing.T) api.PeriodStatus {
	t.Helper()
	waiting := s.reaches(t, closing.StateAwaitingApproval)
	s.post(t, decisionsPath, "finance_approver", approve, http.StatusOK, "If-Match", waiting.ResultHash)
	return s.reaches(t, closing.StateClosed)
}
