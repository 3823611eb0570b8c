package workers

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ScheduleState is a declared schedule as the server has it: State is active, paused or missing, and
// Next is empty for all but an active one.
type ScheduleState struct {
	ID    string
	State string
	Next  string
}

// ListSchedules returns the state of each declared schedule, in the order of their declaration.
func ListSchedules(ctx context.Context, connected client.Client, declarations Declarations) ([]ScheduleState, error) {
	listed, err := declarations.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	var states []ScheduleState
	for _, declared := range listed {
		state, err := declared.state(ctx, connected)
		if err != nil {
			return nil, fault.Wrap(err, fault.Unavailable, "schedule %s cannot be read", declared.ID)
		}
		states = append(states, state)
	}
	return states, nil
}

func (s Schedule) state(ctx context.Context, connected client.Client) (ScheduleState, error) {
	live, err := connected.ScheduleClient().GetHandle(ctx, s.ID).Describe(ctx)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return ScheduleState{ID: s.ID, State: "missing"}, nil
	}
	if err != nil {
		return ScheduleState{}, err
	}
	if live.Schedule.State != nil && live.Schedule.State.Paused {
		return ScheduleState{ID: s.ID, State: "paused"}, nil
	}
	state := ScheduleState{ID: s.ID, State: "active"}
	if len(live.Info.NextActionTimes) > 0 {
		state.Next = live.Info.NextActionTimes[0].UTC().Format(time.RFC3339)
	}
	return state, nil
}
