package api

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// longestBackfill bounds what one request can start.
const longestBackfill = 400 * 24 * time.Hour

// ListSchedules lists the declared schedules.
func (s *server) ListSchedules(ctx context.Context, _ ListSchedulesRequestObject) (ListSchedulesResponseObject, error) {
	states, err := s.Schedules.List(ctx)
	if err != nil {
		return nil, err
	}
	list := ListSchedules200JSONResponse{Items: []Schedule{}}
	for _, state := range states {
		list.Items = append(list.Items, s.scheduleView(state))
	}
	return list, nil
}

// TriggerSchedule starts the scheduled work now.
func (s *server) TriggerSchedule(ctx context.Context, request TriggerScheduleRequestObject) (TriggerScheduleResponseObject, error) {
	view, err := s.changed(ctx, request.ScheduleID, s.Schedules.Trigger(ctx, request.ScheduleID))
	return TriggerSchedule202JSONResponse(view), err
}

// PauseSchedule stops a schedule from starting work.
func (s *server) PauseSchedule(ctx context.Context, request PauseScheduleRequestObject) (PauseScheduleResponseObject, error) {
	note := noteOr(request.Body, "paused by "+actorOf(ctx).Subject)
	view, err := s.changed(ctx, request.ScheduleID, s.Schedules.Pause(ctx, request.ScheduleID, note))
	return PauseSchedule200JSONResponse(view), err
}

// UnpauseSchedule lets a schedule start work again.
func (s *server) UnpauseSchedule(ctx context.Context, request UnpauseScheduleRequestObject) (UnpauseScheduleResponseObject, error) {
	note := noteOr(request.Body, "unpaused by "+actorOf(ctx).Subject)
	view, err := s.changed(ctx, request.ScheduleID, s.Schedules.Unpause(ctx, request.ScheduleID, note))
	return UnpauseSchedule200JSONResponse(view), err
}

// BackfillSchedule starts what a schedule would have started between two instants.
func (s *server) BackfillSchedule(ctx context.Context, request BackfillScheduleRequestObject) (BackfillScheduleResponseObject, error) {
	from, to := request.Body.From, request.Body.To
	switch {
	case !from.Before(to):
		return nil, fault.Invalid("/from", "from %s is not before to %s", from.UTC().Format(time.RFC3339), to.UTC().Format(time.RFC3339))
	case to.Sub(from) > longestBackfill:
		return nil, fault.Invalid("/to", "a backfill covers at most %d days; ask for several", int(longestBackfill.Hours()/24))
	case to.After(time.Now()):
		return nil, fault.Invalid("/to", "to %s lies in the future", to.UTC().Format(time.RFC3339))
	}
	view, err := s.changed(ctx, request.ScheduleID, s.Schedules.Backfill(ctx, request.ScheduleID, from, to))
	return BackfillSchedule202JSONResponse(view), err
}

// changed shows a schedule after a change that went well.
func (s *server) changed(ctx context.Context, id string, err error) (Schedule, error) {
	if err != nil {
		return Schedule{}, err
	}
	state, err := s.Schedules.Describe(ctx, id)
	if err != nil {
		return Schedule{}, err
	}
	return s.scheduleView(state), nil
}

func (s *server) scheduleView(state ScheduleState) Schedule {
	view := Schedule{
		ScheduleID: state.ID,
		Paused:     state.Paused,
		Note:       state.Note,
		NextRuns:   state.Next,
		RecentRuns: state.Recent,
	}
	if view.NextRuns == nil {
		view.NextRuns = []time.Time{}
	}
	if view.RecentRuns == nil {
		view.RecentRuns = []ScheduleRun{}
	}
	if s.options.TemporalUI != "" {
		view.Links.TemporalUI = fmt.Sprintf("%s/namespaces/%s/schedules/%s", s.options.TemporalUI,
			url.PathEscape(s.options.TemporalNamespace), url.PathEscape(state.ID))
	}
	return view
}

func noteOr(body *ScheduleNote, otherwise string) string {
	if body == nil || body.Note == "" {
		return otherwise
	}
	return body.Note
}
