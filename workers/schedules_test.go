package workers_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

// books is the part of closing.Store that schedules are declared from.
type books struct {
	closing.Store
	list []closing.Book
}

func (b books) Books(context.Context) ([]closing.Book, error) { return b.list, nil }

func TestSchedules(t *testing.T) {
	ctx := context.Background()
	connected := dial(t)
	declared := books{list: []closing.Book{{ID: "alpha", CloseDay: 10}, {ID: "beta", CloseDay: 5}}}
	live := func(book string) *client.ScheduleDescription {
		description, err := connected.ScheduleClient().GetHandle(ctx, workflows.CloseScheduleID(book)).Describe(ctx)
		require.NoError(t, err)
		return description
	}
	changes := func(list []workers.ScheduleChange) map[string]string {
		found := map[string]string{}
		for _, change := range list {
			found[change.ID] = change.Change
		}
		return found
	}

	t.Run("a diff creates nothing", func(t *testing.T) {
		diff, err := workers.DiffSchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"period-close:alpha": "create", "period-close:beta": "create"}, changes(diff))
		again, err := workers.DiffSchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		require.Equal(t, diff, again)
	})
	t.Run("applied, they run at 02:00 UTC on the close day and skip overlaps", func(t *testing.T) {
		_, err := workers.ApplySchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		description := live("alpha")
		require.Equal(t, enums.SCHEDULE_OVERLAP_POLICY_SKIP, description.Schedule.Policy.Overlap)
		require.Equal(t, 7*24*time.Hour, description.Schedule.Policy.CatchupWindow)
		require.NotEmpty(t, description.Info.NextActionTimes)
		for _, next := range description.Info.NextActionTimes {
			require.Equal(t, 10, next.UTC().Day())
			require.Equal(t, 2, next.UTC().Hour())
			require.Less(t, next.UTC().Minute(), 6, "jitter stays small")
		}
	})
	t.Run("applied again, nothing changes", func(t *testing.T) {
		diff, err := workers.DiffSchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		require.Equal(t, map[string]string{"period-close:alpha": "unchanged", "period-close:beta": "unchanged"}, changes(diff))
	})
	t.Run("another close day updates the schedule, and a pause by a person stays", func(t *testing.T) {
		handle := connected.ScheduleClient().GetHandle(ctx, workflows.CloseScheduleID("alpha"))
		require.NoError(t, handle.Pause(ctx, client.SchedulePauseOptions{Note: "audit"}))
		declared.list[0].CloseDay = 12
		diff, err := workers.ApplySchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		require.Equal(t, "update", diff[0].Change)
		require.True(t, diff[0].Paused)
		require.Contains(t, diff[0].Differences[0], "day 12")
		description := live("alpha")
		require.True(t, description.Schedule.State.Paused)
		require.Equal(t, "audit", description.Schedule.State.Note)
		require.Equal(t, 12, description.Schedule.Spec.Calendars[0].DayOfMonth[0].Start)
	})
	t.Run("a change by hand is undone", func(t *testing.T) {
		handle := connected.ScheduleClient().GetHandle(ctx, workflows.CloseScheduleID("beta"))
		require.NoError(t, handle.Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(input client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				input.Description.Schedule.Policy.CatchupWindow = time.Hour
				return &client.ScheduleUpdate{Schedule: &input.Description.Schedule}, nil
			},
		}))
		diff, err := workers.ApplySchedules(ctx, connected, workers.Declarations{Books: declared})
		require.NoError(t, err)
		require.Equal(t, "update", diff[1].Change)
		require.Equal(t, 7*24*time.Hour, live("beta").Schedule.Policy.CatchupWindow)
	})
}
