package api_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/workflows"
)

func TestJobs(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	started := decode[api.PeriodStatus](t, s.post(t, septemberPath+"/close", "operator", "", http.StatusAccepted))
	path := "/v1/jobs/" + started.WorkflowID

	t.Run("a running close links to its month and to the Temporal UI", func(t *testing.T) {
		job := decode[api.Job](t, s.get(t, path, "auditor", http.StatusOK))
		require.Equal(t, api.Running, job.State)
		require.Equal(t, workflows.TypePeriodClose, job.Type)
		require.Equal(t, septemberPath, job.Links.Period)
		require.Contains(t, job.Links.TemporalUI, started.WorkflowID)
	})
	t.Run("ids are taken with escaped colons too", func(t *testing.T) {
		escaped := decode[api.Job](t, s.get(t, "/v1/jobs/period-close%3Amain%3A2025-09%3A1", "auditor", http.StatusOK))
		require.Equal(t, started.WorkflowID, escaped.WorkflowID)
		s.get(t, "/v1/jobs/"+url.PathEscape("a/b"), "auditor", http.StatusNotFound)
	})
	t.Run("attempts that never were are not found", func(t *testing.T) {
		s.get(t, "/v1/jobs/period-close:main:2025-09:2", "auditor", http.StatusNotFound)
		s.post(t, "/v1/jobs/period-close:main:2025-09:2/cancel", "operator", "", http.StatusNotFound)
		s.post(t, "/v1/jobs/nothing/cancel", "operator", "", http.StatusNotFound)
	})
	t.Run("a close can be cancelled before its approval", func(t *testing.T) {
		got := s.post(t, path+"/cancel", "operator", "", http.StatusAccepted)
		require.Equal(t, path, got.header.Get("Location"))
	})
	t.Run("what Temporal has forgotten is shown from the month's row", func(t *testing.T) {
		ref := s.forgotten(t)
		job := decode[api.Job](t, s.get(t, "/v1/jobs/"+ref, "auditor", http.StatusOK))
		require.Equal(t, api.Failed, job.State)
		require.Equal(t, "not_balanced", job.Error.Code)
		require.Contains(t, job.Error.Detail, "0.02")
	})
}

// forgotten leaves a failed attempt that Temporal knows nothing of.
func (s *stage) forgotten(t *testing.T) string {
	t.Helper()
	fresh := newStage(t)
	ref := fresh.open(t, september, "operator")
	require.NoError(t, fresh.periods.Fail(t.Context(), ref, "not_balanced", "invoice 7 differs by 0.02"))
	s.url, s.tokens = fresh.url, fresh.tokens
	return ref.WorkflowID()
}

func TestSchedules(t *testing.T) {
	s := newStageOn(t, ownTemporal(t))
	id := workflows.CloseScheduleID("main")
	require.Empty(t, decode[api.ScheduleList](t, s.get(t, "/v1/schedules", "auditor", http.StatusOK)).Items, "none is applied yet")
	_, err := s.client.ScheduleClient().Create(t.Context(), client.ScheduleOptions{
		ID:   id,
		Spec: client.ScheduleSpec{Intervals: []client.ScheduleIntervalSpec{{Every: 24 * time.Hour}}},
		Action: &client.ScheduleWorkflowAction{
			ID: "scheduled-start:" + id, Workflow: workflows.TypeScheduledStart, TaskQueue: workflows.QueueAllocation,
			Args: []any{workflows.ScheduledStartInput{Kind: workflows.TypePeriodClose, Book: "main"}},
		},
	})
	require.NoError(t, err)
	path := "/v1/schedules/" + id

	t.Run("the list shows when each runs next", func(t *testing.T) {
		items := decode[api.ScheduleList](t, s.get(t, "/v1/schedules", "auditor", http.StatusOK)).Items
		require.Len(t, items, 1)
		require.Equal(t, id, items[0].ScheduleID)
		require.NotEmpty(t, items[0].NextRuns)
		require.Contains(t, items[0].Links.TemporalUI, "/schedules/period-close:main")
	})
	t.Run("pausing notes who did it", func(t *testing.T) {
		paused := decode[api.Schedule](t, s.post(t, path+"/pause", "operator", "", http.StatusOK))
		require.True(t, paused.Paused)
		require.Equal(t, "paused by operator", paused.Note)
		unpaused := decode[api.Schedule](t, s.post(t, path+"/unpause", "operator", `{"note":"audit is over"}`, http.StatusOK))
		require.False(t, unpaused.Paused)
		require.Equal(t, "audit is over", unpaused.Note)
	})
	t.Run("triggering starts the work", func(t *testing.T) {
		s.post(t, path+"/trigger", "operator", "", http.StatusAccepted)
		require.Eventually(t, func() bool {
			items := decode[api.ScheduleList](t, s.get(t, "/v1/schedules", "auditor", http.StatusOK)).Items
			return len(items[0].RecentRuns) == 1 && items[0].RecentRuns[0].WorkflowID != ""
		}, 20*time.Second, 100*time.Millisecond)
	})
	t.Run("a backfill covers past instants alone, and not too many", func(t *testing.T) {
		s.post(t, path+"/backfill", "operator", `{"from":"2026-01-01T00:00:00Z","to":"2026-01-03T00:00:00Z"}`, http.StatusAccepted)
		s.post(t, path+"/backfill", "operator", `{"from":"2026-01-01T00:00:00Z","to":"2999-01-03T00:00:00Z"}`, http.StatusBadRequest)
		s.post(t, path+"/backfill", "operator", `{"from":"2006-01-01T00:00:00Z","to":"2026-01-03T00:00:00Z"}`, http.StatusBadRequest)
	})
	t.Run("what is not declared is not found", func(t *testing.T) {
		for _, action := range []string{"trigger", "pause", "unpause"} {
			s.post(t, "/v1/schedules/period-close:other/"+action, "operator", "", http.StatusNotFound)
		}
	})
}
