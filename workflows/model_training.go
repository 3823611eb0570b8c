package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// ModelTrainingInput says up to which instant usage is taken, and which custom model is trained; where
// none is named, every tenant and metric is forecast.
type ModelTrainingInput struct {
	At     time.Time            `json:"at"`
	Custom *foresight.CustomRef `json:"custom,omitempty"`
}

// ModelTrainingResult counts what a run did; Failed names, up to a bound, which tenants and metrics it
// could not deal with.
type ModelTrainingResult struct {
	Tenants   int                 `json:"tenants"`
	Forecasts int                 `json:"forecasts"`
	Failures  int                 `json:"failures"`
	Failed    []foresight.Failure `json:"failed,omitempty"`
	// Custom is what became of a custom model.
	Custom *activities.CustomTrained `json:"custom,omitempty"`
}

// ModelTraining forecasts every tenant and metric from what was metered up to an instant, or trains the
// one custom model that it is given. A tenant that fails does not stop the rest and is named in the result.
func ModelTraining(ctx workflow.Context, input ModelTrainingInput) (ModelTrainingResult, error) {
	progress := Progress{Kind: TypeModelTraining, State: "running"}
	if err := answerProgress(ctx, &progress); err != nil {
		return ModelTrainingResult{}, err
	}
	if input.Custom != nil {
		trained, err := trainCustom(ctx, *input.Custom, input.At, &progress)
		return ModelTrainingResult{Custom: trained}, err
	}
	run := activities.TrainingRun{Run: workflow.GetInfo(ctx).WorkflowExecution.ID, At: input.At}
	progress.enter("collect")
	collected, err := activities.CollectUsage(under(ctx, metering), run)
	// What is kept already can be forecast while the platform does not answer.
	if err != nil && temporal.IsCanceledError(err) {
		return ModelTrainingResult{}, err
	}
	if err != nil {
		collected.Failures++
		collected.Named = append(collected.Named, foresight.Failure{Reason: activities.FaultOf(err).Message})
	}
	progress.count("tenants", int64(collected.Done))
	progress.enter("train")
	trained, err := activities.TrainModels(under(ctx, training), run)
	if err != nil {
		return ModelTrainingResult{}, err
	}
	progress.count("forecasts", int64(trained.Done))
	progress.State = "done"
	return ModelTrainingResult{
		Tenants: collected.Done, Forecasts: trained.Done,
		Failures: collected.Failures + trained.Failures, Failed: append(collected.Named, trained.Named...),
	}, nil
}

// NightlyTrainingID returns the id of a night's run, model-training:nightly:{date}.
func NightlyTrainingID(night time.Time) string {
	return "model-training:nightly:" + night.UTC().Format(time.DateOnly)
}

// startTraining starts the run of the night that the schedule meant.
func startTraining(ctx workflow.Context, progress *Progress) (ScheduledStartResult, error) {
	night := scheduledFor(ctx).UTC()
	start := Start{
		ID: NightlyTrainingID(night), Queue: QueueForecast, Type: TypeModelTraining, Input: ModelTrainingInput{At: night},
		Reuse: enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: temporal.NewSearchAttributes(
			keyJobKind.ValueSet(TypeModelTraining), keyCorrelationID.ValueSet(workflow.GetInfo(ctx).WorkflowExecution.RunID)),
		Summary: "Forecasts every tenant and metric for the night of " + night.Format(time.DateOnly),
	}
	err := start.abandoned(ctx)
	if err != nil {
		return ScheduledStartResult{}, err
	}
	progress.State = "done"
	return ScheduledStartResult{WorkflowID: start.ID, Started: true}, nil
}
