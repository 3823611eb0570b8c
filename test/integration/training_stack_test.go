package integration

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/forecast"
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

// forecasts counts what is stored.
func (s *trainingStack) forecasts() (count int) {
	s.Helper()
	require.NoError(s, s.pool.QueryRow(context.Background(), "SELECT count(*) FROM forecasts").Scan(&count))
	return count
}

func (s *trainingStack) standing(tenantID string, metric forecast.ResourceMetric) foresight.Standing {
	s.Helper()
	list, err := postgres.NewCapacityWatch(s.pool).Standing(context.Background(), tenantID)
	require.NoError(s, err)
	for _, one := range list {
		if one.Metric == metric {
			return one
		}
	}
	return foresight.Standing{}
}
