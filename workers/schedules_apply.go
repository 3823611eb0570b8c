package workers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workflows"
)

// The changes that a schedule may need.
const (
	ScheduleCreate    = "create"
	ScheduleUpdate    = "update"
	ScheduleUnchanged = "unchanged"
	// ScheduleDelete is for a scan of a tenant that is no more, or that a sweep takes over.
	ScheduleDelete = "delete"
)

// ScheduleChange says how a live schedule differs from its declaration.
type ScheduleChange struct {
	ID string `json:"id"`
	// Change is create, update, unchanged or delete.
	Change string `json:"change"`
	// Differences names what an update changes.
	Differences []string `json:"differences,omitempty"`
	// Paused is set where a person paused the schedule. It stays so, whatever else is updated.
	Paused bool   `json:"paused,omitempty"`
	Note   string `json:"note,omitempty"`
}

// DiffSchedules compares the declared schedules with the live ones, in the order in which they are
// declared, and then live scans that are not. It changes nothing. Other live schedules are none of its
// business.
func DiffSchedules(ctx context.Context, connected client.Client, declarations Declarations) ([]ScheduleChange, error) {
	return eachSchedule(ctx, connected, declarations, false)
}

// ApplySchedules creates, updates and deletes schedules until they are as declared, and returns what it
// did. Several workers may apply at once.
func ApplySchedules(ctx context.Context, connected client.Client, declarations Declarations) ([]ScheduleChange, error) {
	return eachSchedule(ctx, connected, declarations, true)
}

func eachSchedule(ctx context.Context, connected client.Client, declarations Declarations, apply bool) ([]ScheduleChange, error) {
	listed, err := declarations.Schedules(ctx)
	if err != nil {
		return nil, err
	}
	var changes []ScheduleChange
	for _, declared := range listed {
		change, err := declared.compare(ctx, connected)
		if err == nil && apply {
			err = declared.apply(ctx, connected, change)
		}
		if err != nil {
			return changes, fault.Wrap(err, fault.Unavailable, "schedule %s cannot be brought in line", declared.ID)
		}
		changes = append(changes, change)
	}
	if declarations.Tenants == nil {
		return changes, nil
	}
	superfluous, err := superfluousScans(ctx, connected, listed)
	if err != nil {
		return changes, fault.Wrap(err, fault.Unavailable, "the live schedules cannot be listed")
	}
	for _, id := range superfluous {
		var missing *serviceerror.NotFound
		if apply {
			if err := connected.ScheduleClient().GetHandle(ctx, id).Delete(ctx); err != nil && !errors.As(err, &missing) {
				return changes, fault.Wrap(err, fault.Unavailable, "schedule %s cannot be deleted", id)
			}
		}
		changes = append(changes, ScheduleChange{ID: id, Change: ScheduleDelete})
	}
	return changes, nil
}

// superfluousScans lists live scans that nobody declares any more.
func superfluousScans(ctx context.Context, connected client.Client, declared []Schedule) ([]string, error) {
	wanted := make(map[string]bool, len(declared))
	for _, schedule := range declared {
		wanted[schedule.ID] = true
	}
	live, err := connected.ScheduleClient().List(ctx, client.ScheduleListOptions{PageSize: 200})
	if err != nil {
		return nil, err
	}
	var ids []string
	for live.HasNext() {
		entry, err := live.Next()
		if err != nil {
			return nil, err
		}
		if !wanted[entry.ID] && workflows.IsScanSchedule(entry.ID) {
			ids = append(ids, entry.ID)
		}
	}
	slices.Sort(ids)
	return ids, nil
}

func (s Schedule) compare(ctx context.Context, connected client.Client) (ScheduleChange, error) {
	live, err := connected.ScheduleClient().GetHandle(ctx, s.ID).Describe(ctx)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return ScheduleChange{ID: s.ID, Change: ScheduleCreate}, nil
	}
	if err != nil {
		return ScheduleChange{}, err
	}
	change := ScheduleChange{ID: s.ID, Change: ScheduleUnchanged, Differences: s.differences(live.Schedule)}
	if len(change.Differences) > 0 {
		change.Change = ScheduleUpdate
	}
	if live.Schedule.State != nil {
		change.Paused, change.Note = live.Schedule.State.Paused, live.Schedule.State.Note
	}
	return change, nil
}

func (s Schedule) apply(ctx context.Context, connected client.Client, change ScheduleChange) error {
	switch change.Change {
	case ScheduleCreate:
		_, err := connected.ScheduleClient().Create(ctx, s.options())
		if errors.Is(err, temporal.ErrScheduleAlreadyRunning) {
			return nil // another worker was first
		}
		return err
	case ScheduleUpdate:
		return connected.ScheduleClient().GetHandle(ctx, s.ID).Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(input client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				updated := input.Description.Schedule
				spec := s.spec()
				updated.Spec, updated.Action, updated.Policy = &spec, s.action(), s.policies()
				// State, which says whether a person paused it, stays as it is.
				return &client.ScheduleUpdate{Schedule: &updated}, nil
			},
		})
	default:
		return nil
	}
}

// differences names what of a live schedule is not as declared.
func (s Schedule) differences(live client.Schedule) []string {
	var found []string
	note := func(what string, want, have any) {
		if wanted, had := fmt.Sprint(want), fmt.Sprint(have); wanted != had {
			found = append(found, fmt.Sprintf("%s is %s, declared is %s", what, had, wanted))
		}
	}
	declared := s.spec()
	note("time", calendarText(&declared), calendarText(live.Spec))
	if live.Spec != nil {
		note("jitter", declared.Jitter, live.Spec.Jitter)
	}
	if live.Policy != nil {
		note("overlap policy", s.policies().Overlap, live.Policy.Overlap)
		note("catch-up window", s.policies().CatchupWindow, live.Policy.CatchupWindow)
	}
	action, isWorkflow := live.Action.(*client.ScheduleWorkflowAction)
	if !isWorkflow {
		return append(found, "action starts no workflow")
	}
	note("workflow", s.action().Workflow, action.Workflow)
	note("task queue", s.action().TaskQueue, action.TaskQueue)
	return found
}

// calendarText writes a specification in one form, whichever of its equal forms the server gives
// back: a range without an end is its start, one without a step counts by one.
func calendarText(spec *client.ScheduleSpec) string {
	if spec == nil {
		return ""
	}
	var text strings.Builder
	for _, calendar := range spec.Calendars {
		for _, field := range []struct {
			name   string
			ranges []client.ScheduleRange
		}{
			{"second", calendar.Second},
			{"minute", calendar.Minute},
			{"hour", calendar.Hour},
			{"day", calendar.DayOfMonth},
			{"month", calendar.Month},
			{"weekday", calendar.DayOfWeek},
			{"year", calendar.Year},
		} {
			for _, part := range field.ranges {
				fmt.Fprintf(&text, "%s %d-%d/%d ", field.name, part.Start, max(part.Start, part.End), max(1, part.Step))
			}
		}
	}
	for _, interval := range spec.Intervals {
		fmt.Fprintf(&text, "every %s from %s ", interval.Every, interval.Offset)
	}
	return text.String()
}
