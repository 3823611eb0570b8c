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

func TestPeriodClose(t *testing.T) {
	t.Run("an approved result is published and closed", func(t *testing.T) {
		s := newStage(t)
		answer := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		s.RegisterDelayedCallback(func() {
			waiting := s.progress()
			require.Equal(t, string(closing.StateAwaitingApproval), waiting.State)
			require.Equal(t, "await_approval", waiting.Step)
			require.Equal(t, "pending", waiting.Decision)
			require.Equal(t, resultHash, waiting.ResultHash)
		}, time.Minute)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, workflows.PeriodCloseResult{State: closing.StateClosed, Revision: 1, ResultHash: resultHash}, result)
		require.Equal(t, []string{"collect", "freeze", "reconcile", "allocate", "verify", "publish"}, s.steps)
		require.Equal(t, closing.StateClosed, s.memory.snapshot().State)
		require.NoError(t, answer.rejected)
		require.NoError(t, answer.err)
		require.Equal(t, workflows.DecisionOutcome{State: string(closing.StatePublishing), Revision: 1, ResultHash: resultHash}, answer.outcome)
		require.Equal(t, "approved", s.progress().Decision)
	})
	t.Run("a rejected result reopens the period with the reason and who said so", func(t *testing.T) {
		s := newStage(t)
		answer := s.updateAfter(time.Hour, s.decision("d1", approval.Reject, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, result.State)
		require.Equal(t, "as discussed", result.Reason)
		require.Equal(t, string(closing.StateOpen), answer.outcome.State)
		require.Equal(t, "as discussed", s.memory.snapshot().Reason)
		require.Equal(t, "finance_approver", s.memory.decisions[0].Actor.Subject)
		require.NotContains(t, s.steps, "publish")
	})
	t.Run("nobody decides: reminders, then the period reopens at the deadline", func(t *testing.T) {
		s := newStage(t)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, result.State)
		require.Equal(t, []string{"period.approval_reminder:main:2026-09:1:1", "period.approval_reminder:main:2026-09:1:2"}, s.memory.reminders)
		require.WithinDuration(t, began.Add(deadline), s.Now(), time.Minute)
		require.Equal(t, "expired", s.progress().Decision)
	})
	t.Run("reminders that cannot be sent do not end the wait", func(t *testing.T) {
		s := newStage(t)
		s.memory.down["Notify"] = 1000
		answer := s.updateAfter(50*time.Hour, s.decision("d1", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, answer.err)
		require.Equal(t, closing.StateClosed, result.State)
	})
}

func TestPeriodCloseCancellation(t *testing.T) {
	t.Run("before the approval it leads back to open", func(t *testing.T) {
		s := newStage(t)
		s.RegisterDelayedCallback(s.CancelWorkflow, time.Hour)
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, closing.StateOpen, s.memory.snapshot().State)
		require.Contains(t, s.memory.snapshot().Reason, "cancelled")
		require.Equal(t, "cancelled", s.progress().Decision)
	})
	t.Run("while the inputs are worked through it leads back to open too", func(t *testing.T) {
		s := newStage(t)
		s.memory.before["AwaitApproval"] = s.CancelWorkflow
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, closing.StateOpen, s.memory.snapshot().State)
	})
	t.Run("after the approval it is ignored", func(t *testing.T) {
		s := newStage(t)
		s.publishErrors = []error{fault.New(fault.Unavailable, "billing is down"), fault.New(fault.Unavailable, "billing is down")}
		s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		s.RegisterDelayedCallback(s.CancelWorkflow, time.Hour+time.Second)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
	})
	t.Run("while the approval commits it is ignored", func(t *testing.T) {
		s := newStage(t)
		s.memory.before["Approve"] = s.CancelWorkflow
		answer := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.NoError(t, answer.err)
		require.Equal(t, closing.StateClosed, result.State)
	})
	t.Run("while a decision is looked at it wins, and the decision is refused on record", func(t *testing.T) {
		s := newStage(t)
		decision := s.decision("d1", approval.Approve, approver)
		answer := &reply{}
		s.RegisterDelayedCallback(func() {
			s.update(decision, answer)
			s.CancelWorkflow()
		}, time.Hour)
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, fault.Conflict, answer.code())
		require.Equal(t, closing.StateOpen, s.memory.snapshot().State)
		require.Equal(t, []string{string(fault.Conflict)}, s.memory.refusals())
	})
}

func TestPeriodCloseFailure(t *testing.T) {
	t.Run("a final error fails the period and the workflow with its code", func(t *testing.T) {
		s := newStage(t)
		s.allocateError = temporal.NewNonRetryableApplicationError("invoice X differs by 0.01 USD", string(fault.NotBalanced), nil)
		_, err := s.run()
		require.Equal(t, fault.NotBalanced, workflows.FaultOf(err).Code)
		require.Equal(t, closing.StateFailed, s.memory.snapshot().State)
		require.Equal(t, string(fault.NotBalanced), s.memory.snapshot().FailureCode)
		require.Equal(t, "invoice X differs by 0.01 USD", s.memory.snapshot().Reason)
	})
	t.Run("an error while the failure is recorded does not hide it", func(t *testing.T) {
		s := newStage(t)
		s.allocateError = temporal.NewNonRetryableApplicationError("invoice X differs", string(fault.NotBalanced), nil)
		s.memory.down["Fail"] = 1 << 20
		_, err := s.run()
		require.Equal(t, fault.NotBalanced, workflows.FaultOf(err).Code)
	})
	t.Run("a database that is away for a while delays, no more", func(t *testing.T) {
		s := newStage(t)
		s.memory.down["AwaitApproval"], s.memory.down["Approve"], s.memory.down["Close"] = 5, 5, 5
		s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, 1, s.memory.approvals)
	})
	t.Run("a service that names a delay is asked again when it said", func(t *testing.T) {
		s := newStage(t)
		busy := fault.New(fault.RateLimited, "billing asks for patience")
		busy.RetryAfter = 40 * time.Minute
		s.publishErrors = []error{busy}
		s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.GreaterOrEqual(t, s.Now().Sub(began), time.Hour+40*time.Minute)
	})
	t.Run("billing that refuses for good fails the period after its approval", func(t *testing.T) {
		s := newStage(t)
		s.publishErrors = []error{fault.New(fault.Upstream, "billing answered 400")}
		answer := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		_, err := s.run()
		require.Equal(t, fault.Upstream, workflows.FaultOf(err).Code)
		require.NoError(t, answer.err, "the approval itself stood")
		require.Equal(t, closing.StateFailed, s.memory.snapshot().State)
	})
	t.Run("an approval that cannot be committed tells the approver", func(t *testing.T) {
		s := newStage(t)
		s.memory.before["Approve"] = func() {
			s.memory.mutex.Lock()
			defer s.memory.mutex.Unlock()
			s.memory.status.Attempt = 7
		}
		answer := s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
		_, err := s.run()
		require.Error(t, err)
		require.Equal(t, fault.Conflict, answer.code())
	})
}

func TestPeriodCloseResumes(t *testing.T) {
	t.Run("after a failed publication it publishes and does not allocate again", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.State, s.memory.status.Revision = closing.StatePublishing, 3
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Equal(t, 3, result.Revision)
		require.Equal(t, []string{"publish"}, s.steps)
	})
	t.Run("a publication that resumes cannot be cancelled", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.State = closing.StatePublishing
		s.RegisterDelayedCallback(s.CancelWorkflow, 0)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
	})
	t.Run("a run that Temporal lost while it waited goes on waiting until the same deadline", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.State, s.memory.status.ResultHash = closing.StateAwaitingApproval, resultHash
		s.memory.status.ApprovalDeadline = s.Now().Add(2 * time.Hour)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateOpen, result.State)
		require.WithinDuration(t, began.Add(2*time.Hour), s.Now(), time.Minute)
		require.Empty(t, s.steps)
	})
	t.Run("a period that is closed already stays as it is", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.State, s.memory.status.Revision = closing.StateClosed, 1
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, closing.StateClosed, result.State)
		require.Empty(t, s.steps)
	})
	t.Run("an attempt that a later one replaced touches nothing", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.Attempt = 2
		_, err := s.run()
		require.Equal(t, fault.Conflict, workflows.FaultOf(err).Code)
		require.Equal(t, closing.StateClosing, s.memory.snapshot().State)
		require.Empty(t, s.steps)
	})
}

func TestAnomaliesDoNotFailAClose(t *testing.T) {
	s := newStage(t)
	s.watchError = fault.New(fault.InvalidInput, "the costs cannot be judged")
	s.updateAfter(time.Hour, s.decision("d1", approval.Approve, approver))
	result, err := s.run()
	require.NoError(t, err)
	require.Equal(t, closing.StateClosed, result.State)
	require.Equal(t, closing.StateClosed, s.memory.snapshot().State)
}
