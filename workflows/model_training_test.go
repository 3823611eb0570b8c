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

func TestModelTraining(t *testing.T) {
	bad := foresight.Failure{Key: foresight.Key{TenantID: "umbra"}, Reason: "compute gave an unusable answer"}
	short := foresight.Failure{Key: foresight.Key{TenantID: "willow", Metric: "request_rate"}, Reason: "too little history"}

	run := func(t *testing.T, collect func(context.Context, activities.TrainingRun) (activities.TrainingStep, error)) workflows.ModelTrainingResult {
		t.Helper()
		environment := trainingEnvironment(t)
		environment.OnActivity("CollectUsage", mock.Anything, mock.Anything).Return(collect)
		environment.OnActivity("TrainModels", mock.Anything, mock.Anything).Return(activities.TrainingStep{Done: 100, Failures: 1, Named: []foresight.Failure{short}}, nil)
		environment.ExecuteWorkflow(workflows.TypeModelTraining, workflows.ModelTrainingInput{At: night})
		require.NoError(t, environment.GetWorkflowError())
		var result workflows.ModelTrainingResult
		require.NoError(t, environment.GetWorkflowResult(&result))
		return result
	}
	t.Run("a tenant that fails does not stop the rest and is named", func(t *testing.T) {
		result := run(t, func(_ context.Context, asked activities.TrainingRun) (activities.TrainingStep, error) {
			require.Equal(t, night, asked.At)
			return activities.TrainingStep{Done: 24, Failures: 1, Named: []foresight.Failure{bad}}, nil
		})
		require.Equal(t, workflows.ModelTrainingResult{
			Tenants: 24, Forecasts: 100, Failures: 2, Failed: []foresight.Failure{bad, short},
		}, result)
	})
	t.Run("while the platform does not answer, what is kept is forecast", func(t *testing.T) {
		result := run(t, func(context.Context, activities.TrainingRun) (activities.TrainingStep, error) {
			return activities.TrainingStep{}, activities.ApplicationError(fault.New(fault.Unavailable, "compute does not answer"))
		})
		require.Equal(t, 100, result.Forecasts)
		require.Equal(t, 2, result.Failures)
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
