package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workflows"
)

// restatement2 makes revision 2 of a period that was closed at the third attempt.
var restatement2 = closing.AttemptRef{Book: "main", Period: september, Attempt: 4, Restates: 2}

// newRestatement is a stage whose period is being restated.
func newRestatement(t *testing.T) *stage {
	t.Helper()
	s := newStage(t)
	s.memory.status.State, s.memory.status.Attempt = closing.StateRestating, restatement2.Attempt
	s.memory.status.Revision, s.memory.status.Restates = 1, 2
	return s
}

func (s *stage) restate() (workflows.PeriodCloseResult, error) {
	return s.runAs(workflows.TypePeriodRestatement, restatement2)
}

func TestPeriodRestatement(t *testing.T) {
	t.Run("approved changes are published as the next revision", func(t *testing.T) {
		s := newRestatement(t)
		answer := s.updateAfter(time.Hour, s.decisionOn(restatement2, "d1", approval.Approve, approver))
		result, err := s.restate()
		require.NoError(t, err)
		require.NoError(t, answer.err)
		require.Equal(t, workflows.PeriodCloseResult{State: closing.StateClosed, Revision: 2, ResultHash: resultHash}, result)
		require.Equal(t, []string{"freeze", "reconcile", "restate", "verify", "publish"}, s.steps, "nothing is collected: what came late was delivered")
		require.Equal(t, "PeriodRestatement", s.progress().Kind)
	})
	t.Run("rejected ones leave the period closed at its revision, with the reason", func(t *testing.T) {
		s := newRestatement(t)
		answer := s.updateAfter(time.Hour, s.decisionOn(restatement2, "d1", approval.Reject, approver))
		result, err := s.restate()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, 1, result.Revision)
		require.Equal(t, string(closing.StateClosed), answer.outcome.State)
		require.Equal(t, "as discussed", s.memory.snapshot().Reason)
		require.NotContains(t, s.steps, "publish")
	})
	t.Run("undecided ones do too, after reminders", func(t *testing.T) {
		s := newRestatement(t)
		result, err := s.restate()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Len(t, s.memory.reminders, 2)
	})
	t.Run("cancelled ones do too", func(t *testing.T) {
		s := newRestatement(t)
		s.RegisterDelayedCallback(s.CancelWorkflow, time.Hour)
		_, err := s.restate()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, closing.StateClosed, s.memory.snapshot().State)
		require.Equal(t, 1, s.memory.snapshot().Revision)
	})
	t.Run("whoever asked for it may not approve it", func(t *testing.T) {
		s := newRestatement(t)
		own := approval.Actor{Subject: "operator", Roles: []approval.Role{approval.RoleFinanceApprover}}
		answer := s.updateAfter(time.Hour, s.decisionOn(restatement2, "d1", approval.Approve, own))
		_, err := s.restate()
		require.NoError(t, err)
		require.Equal(t, fault.Forbidden, answer.code())
		require.Zero(t, s.memory.approvals)
	})
	t.Run("a token for the close is none for the restatement", func(t *testing.T) {
		s := newRestatement(t)
		answer := s.updateAfter(time.Hour, s.decisionOn(attempt1, "d1", approval.Approve, approver))
		_, err := s.restate()
		require.NoError(t, err)
		require.Equal(t, fault.Forbidden, answer.code())
	})
	t.Run("a step that fails for good fails it, to be taken up again", func(t *testing.T) {
		s := newRestatement(t)
		s.allocateError = temporal.NewNonRetryableApplicationError("pool x has no rule", string(fault.InvalidInput), nil)
		_, err := s.restate()
		require.Equal(t, fault.InvalidInput, workflows.FaultOf(err).Code)
		require.Equal(t, closing.StateFailed, s.memory.snapshot().State)
	})
	t.Run("one that was approved goes on with publishing", func(t *testing.T) {
		s := newRestatement(t)
		s.memory.status.State, s.memory.status.Revision = closing.StatePublishing, 2
		result, err := s.restate()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, []string{"publish"}, s.steps)
	})
}
