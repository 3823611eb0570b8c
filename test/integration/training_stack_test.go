package integration

import (
	"context"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/workflows"
)

// trainingStack is a stack whose worker serves the forecast queue.
type trainingStack struct{ *stack }

func newTrainingStack(t testing.TB) *trainingStack {
	t.Helper()
	s := &trainingStack{newStack(t)}
	s.queues = []string{workflows.QueueForecast}
	return s
}

// train starts the run of a night, as the schedule does.
func (s *trainingStack) train(night time.Time) client.WorkflowRun {
	s.Helper()
	run, err := s.client.ExecuteWorkflow(context.Background(), client.StartWorkflowOptions{
		ID: workflows.NightlyTrainingID(night), TaskQueue: workflows.QueueForecast,
	}, workflows.TypeModelTraining, workflows.ModelTrainingInput{At: night})
	require.NoError(s, err)
	return run
}

// trained waits for the end of a run.
func (s *trainingStack) trained(run client.WorkflowRun) (result workflows.ModelTrainingResult) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*patience)
	defer cancel()
	require.NoError(s, run.Get(ctx, &result))
	return result
}

// events lists what the monitor was told of a kind.
func (s *trainingStack) events(kind string) (events []closing.Event) {
	s.Helper()
	var page struct {
		Events []struct {
			Document closing.Event `json:"document"`
		} `json:"events"`
	}
	s.call(http.MethodGet, "/monitor/v1/events?limit=10000&kind="+kind, nil, &page)
	for _, one := range page.Events {
		events = append(events, one.Document)
	}
	return events
}

// handed lists what compute was recommended.
func (s *trainingStack) handed() (handed []foresight.Handover) {
	s.Helper()
	var page struct {
		Recommendations []struct {
			Document foresight.Handover `json:"document"`
		} `json:"recommendations"`
	}
	s.call(http.MethodGet, "/compute/v1/capacity-recommendations?limit=10000", nil, &page)
	for _, one := range page.Recommendations {
		handed = append(handed, one.Document)
	}
	return handed
}

// forecasts counts what is stored of a granularity.
func (s *trainingStack) forecasts(granularity forecast.ForecastGranularity) (count int) {
	s.Helper()
	require.NoError(s, s.pool.QueryRow(context.Background(), "SELECT count(*) FROM forecasts WHERE granularity = $1", string(granularity)).Scan(&count))
	return count
}

// standings lists what stands of every series.
func (s *trainingStack) standings() map[foresight.Key]foresight.Standing {
	s.Helper()
	rows, err := s.pool.Query(context.Background(), "SELECT DISTINCT tenant_id FROM capacity_watch")
	require.NoError(s, err)
	tenants, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(s, err)
	all := map[foresight.Key]foresight.Standing{}
	for _, id := range tenants {
		list, err := postgres.NewCapacityWatch(s.pool).Standing(context.Background(), id)
		require.NoError(s, err)
		for _, one := range list {
			all[one.Key] = one
		}
	}
	return all
}

// changedAlert returns 1 for an alert that came, went or changed materially, 0 for one that is the same.
func changedAlert(t *testing.T, before, now *foresight.Alert) int {
	t.Helper()
	switch {
	case before == nil && now == nil:
		return 0
	case before != nil && now != nil && before.ToldAt.Equal(now.ToldAt):
		require.Equal(t, before, now)
		return 0
	case before != nil && now != nil && before.Severity == now.Severity:
		require.GreaterOrEqual(t, now.P90.Sub(before.P90).Abs(), foresight.MaterialDays)
	}
	return 1
}

// changedRecommendation is as changedAlert.
func changedRecommendation(t *testing.T, before, now *capacity.CapacityRecommendation) int {
	t.Helper()
	switch {
	case before == nil && now == nil:
		return 0
	case before != nil && now != nil && before.ID == now.ID:
		require.Equal(t, before, now)
		return 0
	case before != nil && now != nil && before.Urgency == now.Urgency && (before.OrderBy == nil) == (now.OrderBy == nil):
		amount := math.Abs(now.RecommendedCapacity-before.RecommendedCapacity) / math.Abs(before.RecommendedCapacity)
		if before.OrderBy == nil || now.OrderBy.Sub(*before.OrderBy).Abs() < foresight.MaterialDays {
			require.GreaterOrEqual(t, amount, foresight.MaterialShare)
		}
	}
	return 1
}
