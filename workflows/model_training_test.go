package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/workflows"
)

var night = time.Date(2026, time.November, 28, 1, 0, 0, 0, time.UTC)

func trainingEnvironment(t *testing.T) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	environment := suite.NewTestWorkflowEnvironment()
	environment.RegisterWorkflowWithOptions(workflows.ModelTraining, workflow.RegisterOptions{Name: workflows.TypeModelTraining})
	environment.RegisterWorkflowWithOptions(workflows.ScheduledStart, workflow.RegisterOptions{Name: workflows.TypeScheduledStart})
	environment.RegisterActivity(&activities.Training{})
	return environment
}

// steps are the activities of a run in their order.
var steps = []string{"CollectUsage", "ReadGauges", "ScoreForecasts", "TrainModels", "PublishForecasts", "WatchCapacity", "DeliverCapacityNews", "PruneForecasts"}

// part is what an activity of a run answers.
type part = func(context.Context, activities.TrainingRun) (activities.TrainingStep, error)

func did(done int) part {
	return func(context.Context, activities.TrainingRun) (activities.TrainingStep, error) {
		return activities.TrainingStep{Done: done, Further: done / 10}, nil
	}
}

func breaks(code fault.Code, message string) part {
	return func(context.Context, activities.TrainingRun) (activities.TrainingStep, error) {
		return activities.TrainingStep{}, activities.ApplicationError(fault.New(code, "%s", message))
	}
}

// trained runs a workflow whose activities answer as they are told, and with nothing else.
func trained(t *testing.T, told map[string]part) (*testsuite.TestWorkflowEnvironment, workflows.ModelTrainingResult) {
	t.Helper()
	environment := trainingEnvironment(t)
	for _, name := range steps {
		answer := told[name]
		if answer == nil {
			answer = did(0)
		}
		environment.OnActivity(name, mock.Anything, mock.Anything).Return(answer)
	}
	environment.ExecuteWorkflow(workflows.TypeModelTraining, workflows.ModelTrainingInput{At: night})
	var result workflows.ModelTrainingResult
	if environment.GetWorkflowError() == nil {
		require.NoError(t, environment.GetWorkflowResult(&result))
	}
	return environment, result
}

func TestModelTraining(t *testing.T) {
	bad := foresight.Failure{Key: foresight.Key{TenantID: "umbra"}, Reason: "compute gave an unusable answer"}
	short := foresight.Failure{Key: foresight.Key{TenantID: "willow", Metric: "request_rate"}, Reason: "too little history"}
	failing := func(done int, failed foresight.Failure) part {
		return func(_ context.Context, asked activities.TrainingRun) (activities.TrainingStep, error) {
			require.Equal(t, night, asked.At)
			return activities.TrainingStep{Done: done, Failures: 1, Named: []foresight.Failure{failed}}, nil
		}
	}
	t.Run("a tenant that fails does not stop the rest and is named", func(t *testing.T) {
		_, result := trained(t, map[string]part{"CollectUsage": failing(24, bad), "TrainModels": failing(100, short)})
		require.Equal(t, workflows.ModelTrainingResult{
			Tenants: 24, Forecasts: 100, Failures: 2, Failed: []foresight.Failure{bad, short},
		}, result)
	})
	t.Run("every step counts", func(t *testing.T) {
		_, result := trained(t, map[string]part{
			"CollectUsage": did(10), "ReadGauges": did(15), "ScoreForecasts": did(20), "TrainModels": did(30), "PublishForecasts": did(40),
			"WatchCapacity": did(50), "DeliverCapacityNews": did(60), "PruneForecasts": did(70),
		})
		require.Equal(t, workflows.ModelTrainingResult{
			Tenants: 10, Monitored: 15, Scored: 20, Forecasts: 30, Promoted: 3, Published: 40, News: 5, Delivered: 60, Pruned: 70,
		}, result)
	})
	t.Run("a service that does not answer for an hour costs its step, which is named, and no other", func(t *testing.T) {
		for _, broken := range []struct{ step, name string }{
			{"CollectUsage", "collect"},
			{"ReadGauges", "monitoring"},
			{"ScoreForecasts", "score"},
			{"PublishForecasts", "publish"},
			{"WatchCapacity", "watch"},
			{"DeliverCapacityNews", "deliver"},
			{"PruneForecasts", "prune"},
		} {
			environment, result := trained(t, map[string]part{broken.step: breaks(fault.Unavailable, "it does not answer"), "TrainModels": did(100)})
			require.NoError(t, environment.GetWorkflowError())
			require.Equal(t, 100, result.Forecasts)
			require.Equal(t, []foresight.Failure{{Reason: broken.name + ": it does not answer"}}, result.Failed)
			environment.AssertCalled(t, "PruneForecasts", mock.Anything, mock.Anything)
		}
	})
	t.Run("forecasts that cannot be kept fail the run, and nothing is told", func(t *testing.T) {
		environment, _ := trained(t, map[string]part{"TrainModels": breaks(fault.Tampered, "a forecast is not what it was")})
		require.ErrorContains(t, environment.GetWorkflowError(), "a forecast is not what it was")
		environment.AssertNotCalled(t, "PublishForecasts", mock.Anything, mock.Anything)
	})
	t.Run("a step goes on part by part, and the query says how far it has come", func(t *testing.T) {
		environment := trainingEnvironment(t)
		asked := func() (progress workflows.Progress) {
			answer, err := environment.QueryWorkflow(workflows.QueryProgress)
			require.NoError(t, err)
			require.NoError(t, answer.Get(&progress))
			return progress
		}
		for _, name := range steps {
			if name != "TrainModels" {
				environment.OnActivity(name, mock.Anything, mock.Anything).Return(did(0))
			}
		}
		var seen []int64
		environment.OnActivity("TrainModels", mock.Anything, mock.Anything).Return(
			func(_ context.Context, run activities.TrainingRun) (activities.TrainingStep, error) {
				progress := asked()
				require.Equal(t, "train", progress.Step)
				seen = append(seen, progress.Done)
				part := activities.TrainingStep{Done: 640, Total: 1500, Further: 1, Last: foresight.Key{TenantID: run.After.TenantID + "x"}}
				part.More = len(part.Last.TenantID) < 3
				if !part.More {
					part.Done = 220
				}
				return part, nil
			})
		environment.ExecuteWorkflow(workflows.TypeModelTraining, workflows.ModelTrainingInput{At: night})
		require.NoError(t, environment.GetWorkflowError())
		require.Equal(t, []int64{0, 640, 1280}, seen)
		var result workflows.ModelTrainingResult
		require.NoError(t, environment.GetWorkflowResult(&result))
		require.Equal(t, 1500, result.Forecasts)
		require.Equal(t, 3, result.Promoted)
		progress := asked()
		require.Equal(t, "done", progress.State)
		require.Contains(t, progress.Counts, workflows.Count{Name: "train", Value: 1500})
	})
	t.Run("a run that is cancelled stops", func(t *testing.T) {
		environment := trainingEnvironment(t)
		environment.OnActivity("CollectUsage", mock.Anything, mock.Anything).Return(
			func(context.Context, activities.TrainingRun) (activities.TrainingStep, error) {
				environment.CancelWorkflow()
				return activities.TrainingStep{}, context.Canceled
			})
		environment.ExecuteWorkflow(workflows.TypeModelTraining, workflows.ModelTrainingInput{At: night})
		require.Error(t, environment.GetWorkflowError())
		environment.AssertNotCalled(t, "TrainModels", mock.Anything, mock.Anything)
	})
}

func TestScheduledTraining(t *testing.T) {
	t.Run("a late start trains for the night that was meant", func(t *testing.T) {
		environment := trainingEnvironment(t)
		var id string
		var given workflows.ModelTrainingInput
		environment.OnWorkflow(workflows.TypeModelTraining, mock.Anything, mock.Anything).Return(
			func(ctx workflow.Context, input workflows.ModelTrainingInput) (workflows.ModelTrainingResult, error) {
				id, given = workflow.GetInfo(ctx).WorkflowExecution.ID, input
				return workflows.ModelTrainingResult{}, nil
			})
		environment.SetStartTime(night.AddDate(0, 0, 2))
		require.NoError(t, environment.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(
			temporal.NewSearchAttributeKeyTime("TemporalScheduledStartTime").ValueSet(night),
		)))
		environment.ExecuteWorkflow(workflows.TypeScheduledStart, workflows.ScheduledStartInput{Kind: workflows.TypeModelTraining})
		require.NoError(t, environment.GetWorkflowError())
		require.Equal(t, "model-training:nightly:2026-11-28", id)
		require.Equal(t, night, given.At)
	})
}
