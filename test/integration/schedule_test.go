package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/workflows"
)

// backfill makes up for the scheduled start that closes a month and returns the id of the
// ScheduledStart workflow. The schedule is the one that the worker declared when it started.
func (s *stack) backfill(month period.Period) (workflowID string) {
	s.Helper()
	ctx := context.Background()
	handle := s.client.ScheduleClient().GetHandle(ctx, workflows.CloseScheduleID(closing.SampleBook().ID))
	earlier := 0
	require.Eventually(s, func() bool {
		described, err := handle.Describe(ctx)
		if err == nil {
			earlier = described.Info.NumActions
		}
		return err == nil
	}, patience, glance, "the worker declares the schedule")
	due := month.End().AddDate(0, 0, closing.SampleBook().CloseDay-1)
	require.NoError(s, handle.Backfill(ctx, client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
		Start: due, End: due.Add(24 * time.Hour), Overlap: enums.SCHEDULE_OVERLAP_POLICY_ALLOW_ALL,
	}}}))
	require.Eventually(s, func() bool {
		described, err := handle.Describe(ctx)
		require.NoError(s, err)
		for _, action := range described.Info.RecentActions {
			if action.StartWorkflowResult != nil {
				workflowID = action.StartWorkflowResult.WorkflowID
			}
		}
		return described.Info.NumActions > earlier && workflowID != ""
	}, patience, glance, "the schedule starts something")
	return workflowID
}

func TestAScheduleClosesTheMonthThatItWasMeantFor(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	startID := s.backfill(september2025)
	var result workflows.ScheduledStartResult
	require.NoError(t, s.client.GetWorkflow(context.Background(), startID, "").Get(context.Background(), &result))
	require.Equal(t, "period-close:main:2025-09:1", result.WorkflowID)
	require.True(t, result.Started)

	ref := closing.AttemptRef{Book: closing.SampleBook().ID, Period: september2025, Attempt: 1}
	waiting := s.await(ref, closing.StateAwaitingApproval)
	require.Equal(t, workflows.ScheduleRequester, waiting.RequestedBy)
	require.NotEmpty(t, waiting.CorrelationID, "a schedule's start is where its correlation id comes from")
}

func TestAScheduleThatCannotStartSaysSo(t *testing.T) {
	s := newStack(t)
	s.startWorker()
	october := september2025.Next()
	startID := s.backfill(october)
	var result workflows.ScheduledStartResult
	require.NoError(t, s.client.GetWorkflow(context.Background(), startID, "").Get(context.Background(), &result))
	require.False(t, result.Started)
	require.Equal(t, "period 2025-10 comes after 2025-09, which is open; close 2025-09 first", result.Refused)

	var announced closing.Notification
	require.NoError(t, s.pool.QueryRow(context.Background(),
		"SELECT payload FROM outbox WHERE topic = 'notification' AND group_key = 'main/2025-10'").Scan(&announced))
	require.Equal(t, closing.NotifyStartRefused, announced.Kind)
	require.Equal(t, october, announced.Period)
	require.Equal(t, result.Refused, announced.Reason)
	require.NotEmpty(t, announced.CorrelationID)
}
