package api

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

func TestPeriodViewShowsWhatCounts(t *testing.T) {
	deadline := time.Date(2026, 10, 20, 0, 0, 0, 0, time.UTC)
	status := closing.Status{
		Book: "main", Period: period.New(2026, time.September), State: closing.StateAwaitingApproval, Attempt: 2,
		Step: "await_approval", RequestedBy: "olga", ManifestHash: "m1", ResultHash: "r1", ApprovalDeadline: deadline,
		Totals: []closing.CurrencyTotal{{Currency: "USD"}}, Reconciliation: &closing.Reconciliation{}, CorrelationID: "c1",
	}
	view := func(change func(*closing.Status)) PeriodStatus {
		changed := status
		change(&changed)
		return (&server{}).periodView(changed)
	}
	t.Run("an attempt under way is the period's own", func(t *testing.T) {
		shown := view(func(*closing.Status) {})
		require.Nil(t, shown.LastAttempt)
		require.Equal(t, "r1", shown.ResultHash)
		require.Equal(t, deadline, shown.ApprovalDeadline)
		require.Equal(t, "period-close:main:2026-09:2", shown.WorkflowID)
	})
	t.Run("a reopened period shows its last attempt apart", func(t *testing.T) {
		shown := view(func(s *closing.Status) { s.State, s.Reason = closing.StateOpen, "credits are missing" })
		require.Equal(t, PeriodStatus{
			Book: "main", Period: status.Period, State: closing.StateOpen, Attempt: 2, Reason: "credits are missing",
			Totals: []CurrencyTotal{}, UpdatedAt: shown.UpdatedAt, Links: shown.Links,
			LastAttempt: &LastAttempt{
				Attempt: 2, Reason: "credits are missing", RequestedBy: "olga", ManifestHash: "m1", ResultHash: "r1",
				Totals: status.Totals, CorrelationID: "c1", WorkflowID: "period-close:main:2026-09:2",
				Links: &LastAttemptLinks{Job: "/v1/jobs/period-close:main:2026-09:2"},
			},
		}, shown)
		require.Empty(t, shown.Links.Job)
	})
	t.Run("a closed period awaits nothing", func(t *testing.T) {
		shown := view(func(s *closing.Status) { s.State, s.Revision = closing.StateClosed, 1 })
		require.Zero(t, shown.ApprovalDeadline)
		require.Equal(t, "r1", shown.ResultHash)
		require.Nil(t, shown.LastAttempt)
	})
	t.Run("a restatement that was given up leaves the revision as it was", func(t *testing.T) {
		shown := view(func(s *closing.Status) {
			s.State, s.Revision, s.Restates, s.Attempt, s.Reason = closing.StateClosed, 1, 2, 3, "not worth it"
		})
		require.Equal(t, "r1", shown.ResultHash)
		require.Equal(t, "olga", shown.RequestedBy)
		require.Empty(t, shown.WorkflowID)
		require.Equal(t, "period-restatement:main:2026-09:2", shown.LastAttempt.WorkflowID)
		require.Equal(t, "not worth it", shown.LastAttempt.Reason)
		require.Empty(t, shown.LastAttempt.ResultHash)
	})
	t.Run("a month that nobody has worked on has no attempt", func(t *testing.T) {
		shown := (&server{}).periodView(closing.Status{Book: "main", Period: status.Period, State: closing.StateOpen})
		require.Nil(t, shown.LastAttempt)
		require.Empty(t, shown.WorkflowID)
	})
}
