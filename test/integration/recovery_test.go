package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
)

func TestAnAttemptWithoutAWorkflowGoesOn(t *testing.T) {
	t.Run("its process died between the row and the start", func(t *testing.T) {
		s := newStack(t)
		status, started, err := s.periods.OpenAttempt(context.Background(), closing.OpenRequest{
			Book: closing.SampleBook().ID, Period: september2025, RequestedBy: "operator", CorrelationID: correlationID, Now: time.Now(),
		})
		require.NoError(t, err)
		require.True(t, started)
		s.age()
		s.startWorker()
		s.await(status.Ref(), closing.StateAwaitingApproval)
	})
	t.Run("Temporal lost everything while the approval was awaited", func(t *testing.T) {
		s := newStack(t)
		stop := s.startWorker()
		before := s.await(s.open(september2025), closing.StateAwaitingApproval)
		stop()
		require.NoError(t, s.temporal.Stop())

		s.startTemporal()
		s.age()
		s.startWorker()
		s.awaitWorkflow(before.Ref())
		require.NoError(t, s.decide(before, approval.Approve, approver))
		closed := s.await(before.Ref(), closing.StateClosed)
		require.Equal(t, before.ResultHash, closed.ResultHash)
		require.True(t, before.ApprovalDeadline.Equal(closed.ApprovalDeadline), "the deadline is the one that was announced")
	})
}

// age makes periods look as if they had rested, so that a recovery need not wait for them to.
func (s *stack) age() {
	s.Helper()
	_, err := s.pool.Exec(context.Background(), "UPDATE omnicloud.periods SET updated_at = updated_at - interval '1 hour'")
	require.NoError(s, err)
}

// awaitWorkflow waits until the attempt's workflow is ready for a decision.
func (s *stack) awaitWorkflow(ref closing.AttemptRef) {
	s.Helper()
	require.Eventually(s, func() bool {
		answer, err := s.client.QueryWorkflow(context.Background(), ref.WorkflowID(), "", "progress")
		if err != nil {
			return false
		}
		var progress struct {
			State string `json:"state"`
		}
		return answer.Get(&progress) == nil && progress.State == string(closing.StateAwaitingApproval)
	}, patience, glance)
}
