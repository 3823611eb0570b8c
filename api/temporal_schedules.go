package api

import (
	"context"
	"slices"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// TemporalSchedules implements Schedules over a Temporal client, for the declared schedules alone:
// others in the same namespace are none of this program's business.
type TemporalSchedules struct {
	client   client.ScheduleClient
	declared func(context.Context) ([]string, error)
}

var _ Schedules = (*TemporalSchedules)(nil)

// NewTemporalSchedules returns Schedules over a client, which the caller closes. declared lists the
// ids of the declared schedules, which come and go with the books.
func NewTemporalSchedules(connected client.Client, declared func(context.Context) ([]string, error)) *TemporalSchedules {
	return &TemporalSchedules{client: connected.ScheduleClient(), declared: declared}
}

// List implements Schedules. A declared schedule that is not applied yet is left out.
func (t *TemporalSchedules) List(ctx context.Context) ([]ScheduleState, error) {
	ids, err := t.declared(ctx)
	if err != nil {
		return nil, err
	}
	states := make([]ScheduleState, 0, len(ids))
	for _, id := range ids {
		state, err := t.describe(ctx, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		states = append(states, state)
	}
	return states, nil
}

// Describe implements Schedules.
func (t *TemporalSchedules) Describe(ctx context.Context, id string) (ScheduleState, error) {
	if err := t.check(ctx, id); err != nil {
		return ScheduleState{}, err
	}
	return t.describe(ctx, id)
}

func (t *TemporalSchedules) describe(ctx context.Context, id string) (ScheduleState, error) {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	described, err := t.client.GetHandle(ctx, id).Describe(ctx)
	if err != nil {
		return ScheduleState{}, fromTemporal(err, "schedule "+id)
	}
	state := ScheduleState{ID: id, Recent: []ScheduleRun{}}
	if described.Schedule.State != nil {
		state.Paused, state.Note = described.Schedule.State.Paused, described.Schedule.State.Note
	}
	for _, next := range described.Info.NextActionTimes {
		state.Next = append(state.Next, next.UTC())
	}
	for _, action := range described.Info.RecentActions {
		run := ScheduleRun{ScheduledAt: action.ScheduleTime.UTC(), StartedAt: action.ActualTime.UTC()}
		if action.StartWorkflowResult != nil {
			run.WorkflowID = action.StartWorkflowResult.WorkflowID
		}
		state.Recent = append(state.Recent, run)
	}
	return state, nil
}

// Trigger implements Schedules. What runs already is not started a second time.
func (t *TemporalSchedules) Trigger(ctx context.Context, id string) error {
	return t.change(ctx, id, func(ctx context.Context, handle client.ScheduleHandle) error {
		return handle.Trigger(ctx, client.ScheduleTriggerOptions{})
	})
}

// Pause implements Schedules.
func (t *TemporalSchedules) Pause(ctx context.Context, id, note string) error {
	return t.change(ctx, id, func(ctx context.Context, handle client.ScheduleHandle) error {
		return handle.Pause(ctx, client.SchedulePauseOptions{Note: note})
	})
}

// Unpause implements Schedules.
func (t *TemporalSchedules) Unpause(ctx context.Context, id, note string) error {
	return t.change(ctx, id, func(ctx context.Context, handle client.ScheduleHandle) error {
		return handle.Unpause(ctx, client.ScheduleUnpauseOptions{Note: note})
	})
}

// Backfill implements Schedules.
func (t *TemporalSchedules) Backfill(ctx context.Context, id string, from, to time.Time) error {
	return t.change(ctx, id, func(ctx context.Context, handle client.ScheduleHandle) error {
		return handle.Backfill(ctx, client.ScheduleBackfillOptions{Backfill: []client.ScheduleBackfill{{
			// The server leaves the start out; callers mean both ends.
			Start: from.Add(-time.Second), End: to, Overlap: enums.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL,
		}}})
	})
}

func (t *TemporalSchedules) change(ctx context.Context, id string, apply func(context.Context, client.ScheduleHandle) error) error {
	if err := t.check(ctx, id); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	return fromTemporal(apply(ctx, t.client.GetHandle(ctx, id)), "schedule "+id)
}

// check returns a NotFound error for a schedule that is not declared.
func (t *TemporalSchedules) check(ctx context.Context, id string) error {
	ids, err := t.declared(ctx)
	if err != nil {
		return err
	}
	if !slices.Contains(ids, id) {
		return fault.New(fault.NotFound, "there is no schedule %s; GET /v1/schedules lists them all", id)
	}
	return nil
}
