package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
)

const septemberPath = "/v1/books/main/periods/2025-09"

// open starts an attempt at a month, as if a close had been asked for.
func (s *stage) open(t *testing.T, month period.Period, requestedBy string) closing.AttemptRef {
	t.Helper()
	status, started, err := s.periods.OpenAttempt(t.Context(), closing.OpenRequest{
		Book: "main", Period: month, RequestedBy: requestedBy, CorrelationID: "corr-1", Now: time.Now(),
	})
	require.NoError(t, err)
	require.True(t, started)
	return status.Ref()
}

// await brings a month to where people are asked: two tenants share a pool by a rule of ruleAuthor.
func (s *stage) await(t *testing.T, month period.Period, requestedBy, ruleAuthor string) (closing.AttemptRef, string) {
	t.Helper()
	ctx := t.Context()
	ref := s.open(t, month, requestedBy)
	rule, err := allocation.NewPoolVersion("pool-logging-"+month.String(), 1, allocation.AllocationRule{
		PoolID: "logging-" + month.String(), Category: allocation.CategorySupport, Strategy: allocation.StrategyEqual,
	}, ruleAuthor, time.Now().UTC())
	require.NoError(t, err)
	require.NoError(t, s.rules.Revise(ctx, allocation.RuleChange{RuleID: rule.RuleID, Add: []allocation.RuleVersion{rule}}))
	manifestHash, err := s.periods.SaveManifest(ctx, ref, closing.Manifest{
		Version: closing.ManifestVersion, Book: ref.Book, Period: ref.Period, Currency: "USD", AllocationVersion: allocation.Version,
		Rules: []closing.ManifestRule{{RuleID: rule.RuleID, Version: 1, ContentHash: rule.ContentHash}},
	})
	require.NoError(t, err)
	for _, transaction := range []ledger.Transaction{
		distribution(ref, 1, "direct:compute", "10.005", "acme", "10.004", "@unallocated", "0.001"),
		distribution(ref, 2, rule.Pool.PoolID, "7", "acme", "3.5", "globex", "3.5"),
	} {
		require.NoError(t, s.ledger.Put(ctx, transaction))
	}
	hash, err := ledger.ResultHash(manifestHash, s.ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt))
	require.NoError(t, err)
	require.NoError(t, s.periods.SaveResult(ctx, ref, hash, []closing.CurrencyTotal{{
		Currency: "USD", Billed: money("17.005"), Effective: money("17.005"), Tenants: money("17.004"),
		Accounts: map[string]decimal.Decimal{"@unallocated": money("0.001")}, Coverage: money("0.9999"), Cells: 4,
	}}))
	require.NoError(t, s.periods.AwaitApproval(ctx, ref, time.Now().Add(time.Hour)))
	return ref, hash
}

// distribution makes a transaction of accounts with their amounts.
func distribution(ref closing.AttemptRef, stage int, pool, amount string, cells ...string) ledger.Transaction {
	made := ledger.Transaction{
		Key:    ledger.Key{Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt, Stage: stage, Pool: pool, Currency: "USD"},
		Amount: money(amount),
	}
	for i := 0; i < len(cells); i += 2 {
		made.Entries = append(made.Entries, ledger.Entry{Account: cells[i], Amount: money(cells[i+1])})
	}
	if len(made.Entries) == 2 && made.Entries[0].Account > made.Entries[1].Account {
		made.Entries[0], made.Entries[1] = made.Entries[1], made.Entries[0]
	}
	return made
}

func money(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// publish closes a month whose result awaits approval.
func (s *stage) publish(t *testing.T, ref closing.AttemptRef, hash string) {
	t.Helper()
	ctx := t.Context()
	_, err := s.periods.Approve(ctx, ref, approvedBy("zoe", hash), func(int) ([]outbox.Message, error) { return nil, nil })
	require.NoError(t, err)
	require.NoError(t, s.periods.Close(ctx, ref))
}

func TestPeriods(t *testing.T) {
	s := newStage(t)
	ref, hash := s.await(t, september, "operator", "system")

	t.Run("a month shows state, totals, hash and links", func(t *testing.T) {
		got := s.get(t, septemberPath, "auditor", http.StatusOK)
		shown := decode[api.PeriodStatus](t, got)
		require.Equal(t, closing.StateAwaitingApproval, shown.State)
		require.Equal(t, `"`+hash+`"`, got.header.Get("ETag"))
		require.Equal(t, hash, shown.ResultHash)
		require.Equal(t, "operator", shown.RequestedBy)
		require.Equal(t, ref.WorkflowID(), shown.WorkflowID)
		require.Equal(t, "await_approval", shown.Progress.Step)
		require.Equal(t, uiOrigin+"/namespaces/default/workflows/period-close:main:2025-09:1", shown.Links.TemporalUI)
		require.Contains(t, got.body, `"billed":"17.005"`, "money is a string")
	})

	t.Run("a month that nobody touched is open and has no entity tag", func(t *testing.T) {
		got := s.get(t, "/v1/books/main/periods/2025-10", "auditor", http.StatusOK)
		require.Equal(t, closing.StateOpen, decode[api.PeriodStatus](t, got).State)
		require.Empty(t, got.header.Get("ETag"))
	})

	t.Run("a month that cannot exist is not found", func(t *testing.T) {
		for _, month := range []string{"1999-01", "2025-08", "2999-01", "9999-12"} {
			missing := s.get(t, "/v1/books/main/periods/"+month, "auditor", http.StatusNotFound)
			require.Contains(t, missing.problem(t).Detail, month)
		}
	})
	t.Run("a month before the book is there where it has charges", func(t *testing.T) {
		early := strings.NewReplacer("2025-09-0", "2024-09-0", "2025-10-01", "2024-10-01").Replace(bill)
		s.post(t, importsPath+"?kind=focus", "operator", early, http.StatusCreated, "Content-Type", "text/csv")
		got := s.get(t, "/v1/books/main/periods/2024-09", "auditor", http.StatusOK)
		require.Equal(t, closing.StateOpen, decode[api.PeriodStatus](t, got).State)
		s.get(t, "/v1/books/main/periods/2024-10", "auditor", http.StatusNotFound)
	})

	t.Run("pages list every month once, newest first", func(t *testing.T) {
		var listed []string
		cursor := ""
		for {
			page := decode[api.PeriodPage](t, s.get(t, "/v1/books/main/periods?limit=5&cursor="+cursor, "auditor", http.StatusOK))
			require.LessOrEqual(t, len(page.Items), 5)
			for _, item := range page.Items {
				listed = append(listed, item.Period.String())
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		whole := decode[api.PeriodPage](t, s.get(t, "/v1/books/main/periods", "auditor", http.StatusOK))
		require.Len(t, listed, len(whole.Items))
		require.Equal(t, "2024-09", listed[len(listed)-1])
		for i := 1; i < len(listed); i++ {
			require.Greater(t, listed[i-1], listed[i])
		}
	})
}

func TestCloseIsStartedOnce(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	closePath := septemberPath + "/close"

	first := s.post(t, closePath, "operator", "", http.StatusAccepted)
	require.Equal(t, septemberPath, first.header.Get("Location"))
	started := decode[api.PeriodStatus](t, first)
	require.Equal(t, closing.StateClosing, started.State)
	require.Equal(t, 1, started.Attempt)
	before := s.runID(t, started.WorkflowID)

	t.Run("asking again shows the close there is", func(t *testing.T) {
		again := s.post(t, closePath, "finance_approver", "", http.StatusAccepted)
		require.Equal(t, started.WorkflowID, decode[api.PeriodStatus](t, again).WorkflowID)
		require.Equal(t, before, s.runID(t, started.WorkflowID), "no second run")
	})

	t.Run("a close whose workflow was never started, or died, is started by asking again", func(t *testing.T) {
		require.NoError(t, s.client.TerminateWorkflow(t.Context(), started.WorkflowID, "", "as a lost server would leave it"))
		again := s.post(t, closePath, "operator", "", http.StatusAccepted)
		require.Equal(t, 1, decode[api.PeriodStatus](t, again).Attempt, "the row's attempt goes on")
		require.NotEqual(t, before, s.runID(t, started.WorkflowID))
	})

	t.Run("months out of order or not ended are refused with what to do first", func(t *testing.T) {
		refused := s.post(t, "/v1/books/main/periods/2025-11/close", "operator", "", http.StatusConflict)
		require.Contains(t, refused.problem(t).Detail, "2025-10")
		s.post(t, "/v1/books/main/periods/2999-01/close", "operator", "", http.StatusConflict)
	})
}

func TestCloseOfAClosedMonthShowsIt(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	ref, hash := s.await(t, september, "operator", "system")
	s.publish(t, ref, hash)
	got := s.post(t, septemberPath+"/close", "operator", "", http.StatusOK)
	require.Equal(t, septemberPath, got.header.Get("Location"))
	require.Equal(t, closing.StateClosed, decode[api.PeriodStatus](t, got).State)
	_, err := s.client.DescribeWorkflow(t.Context(), ref.WorkflowID(), "")
	require.Error(t, err, "nothing was started")
}

// runID returns the latest run of a workflow id.
func (s *stage) runID(t *testing.T, workflowID string) string {
	t.Helper()
	described, err := s.client.DescribeWorkflowExecution(t.Context(), workflowID, "")
	require.NoError(t, err)
	return described.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}
