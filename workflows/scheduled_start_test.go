package workflows_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/workflows"
)

// runScheduled runs ScheduledStart as a schedule would at an instant, and returns what it started.
func runScheduled(t *testing.T, s *stage, instant time.Time) (workflows.ScheduledStartResult, []string, error) {
	t.Helper()
	var started []string
	s.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
	s.OnWorkflow(workflows.TypePeriodClose, mock.Anything, mock.Anything).Return(func(ctx workflow.Context, _ workflows.PeriodCloseInput) (workflows.PeriodCloseResult, error) {
		started = append(started, workflow.GetInfo(ctx).WorkflowExecution.ID)
		return workflows.PeriodCloseResult{}, nil
	}).Maybe()
	require.NoError(t, s.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(
		temporal.NewSearchAttributeKeyTime("TemporalScheduledStartTime").ValueSet(instant),
	)))
	s.ExecuteWorkflow(workflows.TypeScheduledStart, workflows.ScheduledStartInput{Kind: workflows.TypePeriodClose, Book: "main"})
	var result workflows.ScheduledStartResult
	if err := s.GetWorkflowError(); err != nil {
		return result, started, err
	}
	require.NoError(t, s.GetWorkflowResult(&result))
	return result, started, nil
}

func TestScheduledStart(t *testing.T) {
	tenth := time.Date(2026, time.October, 10, 2, 0, 0, 0, time.UTC)
	t.Run("closes the month before the one it was scheduled in", func(t *testing.T) {
		s := newStage(t)
		s.memory.status = closing.Status{Book: "main", State: closing.StateOpen}
		result, started, err := runScheduled(t, s, tenth)
		require.NoError(t, err)
		require.True(t, result.Started)
		require.Equal(t, []string{"period-close:main:2026-09:1"}, started)
		require.Equal(t, workflows.ScheduleRequester, s.memory.snapshot().RequestedBy)
	})
	t.Run("started a month late, it still closes the month it was meant for", func(t *testing.T) {
		s := newStage(t)
		s.memory.status = closing.Status{Book: "main", State: closing.StateOpen}
		s.SetStartTime(tenth.AddDate(0, 1, 5))
		_, started, err := runScheduled(t, s, tenth)
		require.NoError(t, err)
		require.Equal(t, []string{"period-close:main:2026-09:1"}, started)
	})
	t.Run("in January it closes December", func(t *testing.T) {
		require.Equal(t, period.New(2026, time.December), workflows.DuePeriod(time.Date(2027, time.January, 10, 2, 0, 0, 0, time.UTC)))
	})
	t.Run("a period that is closed already is no error and starts nothing", func(t *testing.T) {
		s := newStage(t)
		s.memory.status.State = closing.StateClosed
		result, started, err := runScheduled(t, s, tenth)
		require.NoError(t, err)
		require.False(t, result.Started)
		require.Empty(t, started)
	})
	t.Run("an attempt that is under way but lost its workflow gets it back", func(t *testing.T) {
		s := newStage(t)
		result, started, err := runScheduled(t, s, tenth)
		require.NoError(t, err)
		require.False(t, result.Started)
		require.Equal(t, []string{"period-close:main:2026-09:1"}, started)
	})
	t.Run("a month that comes out of order is announced, and the run completes with the reason", func(t *testing.T) {
		s := newStage(t)
		s.memory.refusal = fault.New(fault.Conflict, "period 2026-09 comes after 2026-08, which is open; close 2026-08 first")
		s.memory.down["Notify"] = 1
		result, started, err := runScheduled(t, s, tenth)
		require.NoError(t, err)
		require.Empty(t, started)
		require.Equal(t, workflows.ScheduledStartResult{Refused: "period 2026-09 comes after 2026-08, which is open; close 2026-08 first"}, result)
		require.Len(t, s.memory.reminders, 1)
		require.Contains(t, s.memory.reminders[0], "period.start_refused:main:2026-09:0")
	})
	t.Run("a book that is not there fails the run", func(t *testing.T) {
		s := newStage(t)
		s.memory.refusal = fault.New(fault.NotFound, "there is no book main")
		_, _, err := runScheduled(t, s, tenth)
		require.ErrorContains(t, err, "there is no book main")
		require.Empty(t, s.memory.reminders)
	})
	t.Run("an unknown kind is an error that names it", func(t *testing.T) {
		s := newStage(t)
		s.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
		s.ExecuteWorkflow(workflows.TypeScheduledStart, workflows.ScheduledStartInput{Kind: "Laundry", Book: "main"})
		require.Equal(t, fault.InvalidInput, workflows.FaultOf(s.GetWorkflowError()).Code)
		require.ErrorContains(t, s.GetWorkflowError(), "Laundry")
	})
}
