package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	decisionsPath = septemberPath + "/decisions"
	approve       = `{"decision":"approve"}`
	reject        = `{"decision":"reject","reason":"credits are missing"}`
)

func approvedBy(subject, hash string) approval.Decision {
	return approval.Decision{
		ID: "d-" + subject, Verdict: approval.Approve, ResultHash: hash, DecidedAt: time.Now().UTC(),
		Actor: approval.Actor{Subject: subject, Roles: []approval.Role{approval.RoleFinanceApprover}},
	}
}

// takesAll is a platform that takes every posting.
var takesAll = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })

// work runs a real worker of closes against a platform.
func (s *stage) work(t *testing.T, behind http.Handler) {
	t.Helper()
	s.workOn(t, behind, workflows.QueueAllocation)
}

// workOn runs a real worker of a queue against a platform.
func (s *stage) workOn(t *testing.T, behind http.Handler, queue string) {
	t.Helper()
	platform := httptest.NewServer(behind)
	t.Cleanup(platform.Close)
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(platform.URL), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(services.Close)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		done <- workers.Run(ctx, workers.Config{
			Client: s.client, Namespace: namespace, Queues: []string{queue}, Books: s.periods, Logger: quiet,
			Activities: workers.NewActivities(s.pool, services, token.NewDecisions(s.keys), time.Now),
		})
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
}

// resume starts the workflow of a month that awaits approval.
func (s *stage) resume(t *testing.T, ref closing.AttemptRef) {
	t.Helper()
	t.Cleanup(func() { _ = s.client.TerminateWorkflow(context.Background(), ref.WorkflowID(), "", "the test is over") })
	s.post(t, septemberPath+"/close", "operator", "", http.StatusAccepted)
}

func (s *stage) state(t *testing.T) closing.State {
	t.Helper()
	return decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK)).State
}

func TestApproval(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	s.work(t, takesAll)
	ref, hash := s.await(t, september, "operator", "system")
	s.resume(t, ref)

	headers := []string{"If-Match", `"` + hash + `"`, "Idempotency-Key", "approve-september"}
	var first answer
	require.EventuallyWithT(t, func(c *assert.CollectT) {
		first = s.do(t, request{method: "POST", path: decisionsPath, as: "finance_approver", body: approve, headers: headers})
		require.Equal(c, http.StatusOK, first.status, first.body)
	}, 30*time.Second, 200*time.Millisecond)
	require.Equal(t, 1, decode[api.PeriodStatus](t, first).Revision)
	require.Eventually(t, func() bool { return s.state(t) == closing.StateClosed }, 30*time.Second, 100*time.Millisecond)

	t.Run("the same request again gets the same answer", func(t *testing.T) {
		again := s.post(t, decisionsPath, "finance_approver", approve, http.StatusOK, headers...)
		require.Equal(t, first.body, again.body)
		require.Equal(t, "true", again.header.Get("Idempotent-Replayed"))
	})
	t.Run("the same decision counts as taken even where its key was forgotten", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), "DELETE FROM idempotency_keys")
		require.NoError(t, err)
		again := s.post(t, decisionsPath, "finance_approver", approve, http.StatusOK, headers...)
		require.Equal(t, closing.StateClosed, decode[api.PeriodStatus](t, again).State)
	})
	t.Run("another decision comes too late", func(t *testing.T) {
		s.post(t, decisionsPath, "finance_approver_2", reject, http.StatusConflict, "If-Match", hash)
	})
	t.Run("the record names who decided and who was refused, and holds no token", func(t *testing.T) {
		got := s.get(t, decisionsPath, "auditor", http.StatusOK)
		recorded := decode[api.DecisionList](t, got).Items
		require.Len(t, recorded, 2)
		require.Equal(t, "finance_approver", recorded[0].Subject)
		require.Empty(t, recorded[0].Refusal)
		require.Equal(t, "conflict", recorded[1].Refusal)
		require.NotContains(t, got.body, "eyJ")
	})
	t.Run("a closed month's close cannot be cancelled", func(t *testing.T) {
		s.post(t, "/v1/jobs/"+ref.WorkflowID()+"/cancel", "operator", "", http.StatusConflict)
	})
	t.Run("the job shows how the workflow ended", func(t *testing.T) {
		require.Eventually(t, func() bool {
			job := decode[api.Job](t, s.get(t, "/v1/jobs/"+ref.WorkflowID(), "auditor", http.StatusOK))
			return job.State == api.Completed && len(job.Result) > 0
		}, 10*time.Second, 100*time.Millisecond)
	})
}

func TestRejectionBySignal(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	s.work(t, takesAll)
	ref, hash := s.await(t, september, "operator", "system")
	s.resume(t, ref)
	require.Eventually(t, func() bool {
		answered, err := s.client.QueryWorkflow(t.Context(), ref.WorkflowID(), "", workflows.QueryProgress)
		var progress workflows.Progress
		return err == nil && answered.Get(&progress) == nil && progress.State == string(closing.StateAwaitingApproval)
	}, 30*time.Second, 50*time.Millisecond)

	got := s.post(t, septemberPath+"/decision-tokens", "finance_approver", reject, http.StatusCreated, "If-Match", hash)
	signed := decode[api.DecisionToken](t, got)
	require.Equal(t, workflows.DecideName, signed.SignalName)
	require.Equal(t, ref.WorkflowID(), signed.WorkflowID)
	require.NoError(t, s.client.SignalWorkflow(t.Context(), signed.WorkflowID, "", signed.SignalName, signed.SignalInput))
	require.Eventually(t, func() bool { return s.state(t) == closing.StateOpen }, 30*time.Second, 100*time.Millisecond)
	shown := decode[api.PeriodStatus](t, s.get(t, septemberPath, "auditor", http.StatusOK))
	require.Equal(t, "credits are missing", shown.Reason)
	require.Empty(t, shown.ResultHash)
	require.Equal(t, hash, shown.LastAttempt.ResultHash)
	require.Equal(t, "credits are missing", shown.LastAttempt.Reason)
}

// TestDecisionsThatDoNotCount needs no worker: each is refused before one is asked.
func TestDecisionsThatDoNotCount(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	_, hash := s.await(t, september, "finance_approver", "finance_approver_2")
	third, err := token.NewBearer(s.keys).Mint(approval.Actor{Subject: "zoe", Roles: []approval.Role{approval.RoleFinanceApprover}}, time.Hour)
	require.NoError(t, err)
	s.tokens["zoe"] = third

	for name, c := range map[string]struct {
		as, hash, code string
		status         int
	}{
		"who started the close":      {"finance_approver", hash, "forbidden", http.StatusForbidden},
		"who wrote a rule":           {"finance_approver_2", hash, "forbidden", http.StatusForbidden},
		"an operator":                {"operator", hash, "forbidden", http.StatusForbidden},
		"a security approver":        {"security_approver", hash, "forbidden", http.StatusForbidden},
		"a tenant":                   {"tenant:acme", hash, "forbidden", http.StatusForbidden},
		"about another result":       {"zoe", "abc", "precondition_failed", http.StatusPreconditionFailed},
		"about no result in general": {"zoe", "", "precondition_required", http.StatusPreconditionRequired},
	} {
		t.Run(name, func(t *testing.T) {
			for _, path := range []string{decisionsPath, septemberPath + "/decision-tokens"} {
				refused := s.post(t, path, c.as, approve, c.status, "If-Match", c.hash)
				require.EqualValues(t, c.code, refused.problem(t).Code)
			}
		})
	}
	t.Run("a rejection without a reason", func(t *testing.T) {
		for _, path := range []string{decisionsPath, septemberPath + "/decision-tokens"} {
			for _, body := range []string{`{"decision":"reject"}`, `{"decision":"reject","reason":" "}`} {
				refused := s.post(t, path, "zoe", body, http.StatusBadRequest, "If-Match", hash).problem(t)
				require.Len(t, refused.Errors, 1)
				require.Equal(t, "/reason", *refused.Errors[0].Pointer)
			}
		}
	})
	t.Run("without a worker nothing is pretended", func(t *testing.T) {
		refused := s.post(t, decisionsPath, "zoe", approve, http.StatusServiceUnavailable, "If-Match", hash)
		require.True(t, refused.problem(t).Retryable)
		require.NotEmpty(t, refused.header.Get("Retry-After"))
		require.Equal(t, closing.StateAwaitingApproval, s.state(t))
	})
	t.Run("after the deadline", func(t *testing.T) {
		_, err := s.pool.Exec(t.Context(), "UPDATE close_attempts SET approval_deadline = now() - interval '1 second'")
		require.NoError(t, err)
		s.post(t, decisionsPath, "zoe", approve, http.StatusGone, "If-Match", hash)
	})
	t.Run("every refusal of a person is on record", func(t *testing.T) {
		recorded := decode[api.DecisionList](t, s.get(t, decisionsPath, "auditor", http.StatusOK)).Items
		refusals := map[string]string{}
		for _, decision := range recorded {
			require.NotEmpty(t, decision.Refusal)
			refusals[decision.Subject] += decision.Refusal + " "
		}
		require.Equal(t, map[string]string{
			"finance_approver": "forbidden ", "finance_approver_2": "forbidden ", "operator": "forbidden ",
			"security_approver": "forbidden ", "tenant:acme": "forbidden ", "zoe": refusals["zoe"],
		}, refusals)
		require.Contains(t, refusals["zoe"], "precondition_failed")
		require.Contains(t, refusals["zoe"], "gone")
	})
}
