package workflows_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/workflows"
)

func TestCustomTraining(t *testing.T) {
	ref := foresight.CustomRef{Key: foresight.Key{TenantID: "acme", Metric: forecast.RequestRate}, TrainingID: "t1"}
	input := workflows.ModelTrainingInput{At: night, Custom: &ref}

	t.Run("trains the one model and nothing else", func(t *testing.T) {
		environment := trainingEnvironment(t)
		want := activities.CustomTrained{ModelID: "custom-1", Version: 3, Promoted: true, Reason: "no model was in use"}
		environment.OnActivity("TrainCustomModel", mock.Anything, activities.CustomRun{Ref: ref, At: night}).Return(want, nil).Once()
		environment.ExecuteWorkflow(workflows.TypeModelTraining, input)
		require.NoError(t, environment.GetWorkflowError())
		var result workflows.ModelTrainingResult
		require.NoError(t, environment.GetWorkflowResult(&result))
		require.Equal(t, workflows.ModelTrainingResult{Custom: &want}, result)
	})
	t.Run("keeps why there is no model, and fails", func(t *testing.T) {
		environment := trainingEnvironment(t)
		environment.OnActivity("TrainCustomModel", mock.Anything, mock.Anything).Return(activities.CustomTrained{},
			activities.ApplicationError(fault.New(fault.InvalidInput, "3 days of usage are too few"))).Once()
		environment.OnActivity("FailCustomTraining", mock.Anything, activities.CustomFailure{Ref: ref, Reason: "3 days of usage are too few"}).Return(nil).Once()
		environment.ExecuteWorkflow(workflows.TypeModelTraining, input)
		require.ErrorContains(t, environment.GetWorkflowError(), "3 days of usage are too few")
		environment.AssertExpectations(t)
	})
	t.Run("tries again while the platform does not answer", func(t *testing.T) {
		environment := trainingEnvironment(t)
		tries := 0
		environment.OnActivity("TrainCustomModel", mock.Anything, mock.Anything).Return(func(context.Context, activities.CustomRun) (activities.CustomTrained, error) {
			if tries++; tries < 4 {
				return activities.CustomTrained{}, activities.ApplicationError(fault.New(fault.Unavailable, "compute does not answer"))
			}
			return activities.CustomTrained{ModelID: "custom-1"}, nil
		})
		environment.ExecuteWorkflow(workflows.TypeModelTraining, input)
		require.NoError(t, environment.GetWorkflowError())
		require.Equal(t, 4, tries)
	})
	t.Run("keeps that it was cancelled", func(t *testing.T) {
		environment := trainingEnvironment(t)
		environment.OnActivity("TrainCustomModel", mock.Anything, mock.Anything).After(time.Hour).Return(activities.CustomTrained{}, nil)
		environment.OnActivity("FailCustomTraining", mock.Anything, activities.CustomFailure{Ref: ref, Reason: "it was cancelled"}).Return(nil).Once()
		environment.RegisterDelayedCallback(environment.CancelWorkflow, time.Minute)
		environment.ExecuteWorkflow(workflows.TypeModelTraining, input)
		require.Error(t, environment.GetWorkflowError())
		environment.AssertExpectations(t)
	})
}
