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
// could not deal with, and which steps it could not finish.
type ModelTrainingResult struct {
	Tenants int `json:"tenants"`
	// Monitored counts hours that were taken over from a monitoring system.
	Monitored int `json:"monitored"`
	// Scored counts ranges of steps of earlier forecasts, Promoted models that took the place of the one in use.
	Scored    int `json:"scored"`
	Forecasts int `json:"forecasts"`
	Promoted  int `json:"promoted"`
	Published int `json:"published"`
	// News counts alerts and recommendations that came, changed or went; Delivered those that were delivered.
	News      int                 `json:"news"`
	Delivered int                 `json:"delivered"`
	Pruned    int                 `json:"pruned"`
	Failures  int                 `json:"failures"`
	Failed    []foresight.Failure `json:"failed,omitempty"`
	// Custom is what became of a custom model.
	Custom *activities.CustomTrained `json:"custom,omitempty"`
}

// mostFailed bounds how many failures a result names.
const mostFailed = 200

// fail counts what a step failed for and names it as far as there is room.
func (r *ModelTrainingResult) fail(failures int, named []foresight.Failure) {
	r.Failures += failures
	r.Failed = append(r.Failed, named[:min(len(named), mostFailed-len(r.Failed))]...)
}

// ModelTraining scores earlier forecasts, forecasts every tenant and metric from what was metered up to an
// instant, and tells the platform what follows; or it trains the one custom model that it is given. A tenant
// that fails does not stop the rest and is named in the result; so is a step whose service does not answer.
// Only forecasts that cannot be made or kept fail the run.
func ModelTraining(ctx workflow.Context, input ModelTrainingInput) (ModelTrainingResult, error) {
	t := training{
		progress: Progress{Kind: TypeModelTraining, State: "running"},
		run:      activities.TrainingRun{Run: workflow.GetInfo(ctx).WorkflowExecution.ID, At: input.At},
	}
	if err := answerProgress(ctx, &t.progress); err != nil {
		return t.result, err
	}
	if input.Custom != nil {
		trained, err := trainCustom(ctx, *input.Custom, input.At, &t.progress)
		return ModelTrainingResult{Custom: trained}, err
	}
	for _, step := range []trainingStep{
		{name: "collect", policy: metering, do: activities.CollectUsage, done: &t.result.Tenants, optional: true},
		{name: "monitoring", policy: reading, do: activities.ReadGauges, done: &t.result.Monitored, optional: true, flag: flagMonitoring},
		{name: "score", policy: modelling, do: activities.ScoreForecasts, done: &t.result.Scored, optional: true},
		{name: "train", policy: modelling, do: activities.TrainModels, done: &t.result.Forecasts, further: &t.result.Promoted},
		{name: "publish", policy: metering, do: activities.PublishForecasts, done: &t.result.Published, optional: true},
		{name: "watch", policy: metering, do: activities.WatchCapacity, further: &t.result.News, optional: true},
		{name: "deliver", policy: metering, do: activities.DeliverCapacityNews, done: &t.result.Delivered, optional: true},
		{name: "prune", policy: metering, do: activities.PruneForecasts, done: &t.result.Pruned, optional: true},
	} {
		if err := t.step(ctx, step); err != nil {
			return t.result, err
		}
	}
	t.progress.State = "done"
	return t.result, nil
}

// trainingStep is one step of a run.
type trainingStep struct {
	name   string
	policy policy
	do     func(workflow.Context, activities.TrainingRun) (activities.TrainingStep, error)
	// done and further are where the step's counts go, nil for nowhere.
	done, further *int
	// optional steps do not stop those after them.
	optional bool
	// flag is the version flag that the step came with, empty for one that was always there.
	flag string
}

// training is a run on its way.
type training struct {
	run      activities.TrainingRun
	progress Progress
	result   ModelTrainingResult
}

// step runs a step part by part, and tells after each how far it has come.
func (t *training) step(ctx workflow.Context, step trainingStep) error {
	if step.flag != "" && workflow.GetVersion(ctx, step.flag, workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return nil
	}
	t.progress.enter(step.name)
	run, done := t.run, 0
	for {
		part, err := step.do(under(ctx, step.policy), run)
		if err != nil {
			if temporal.IsCanceledError(err) || !step.optional {
				return err
			}
			t.result.fail(1, []foresight.Failure{{Reason: step.name + ": " + activities.FaultOf(err).Message}})
			measureTraining(ctx, step.name, 0, 1)
			break
		}
		done += part.Done
		if step.done != nil {
			*step.done += part.Done
		}
		if step.further != nil {
			*step.further += part.Further
		}
		t.result.fail(part.Failures, part.Named)
		measureTraining(ctx, step.name, part.Done, part.Failures)
		t.progress.at(int64(done), int64(part.Total))
		run.After, run.Total = part.Last, part.Total
		if !part.More {
			break
		}
	}
	t.progress.count(step.name, int64(done))
	return nil
}

// measureTraining tells the worker's metrics what a part of a step did and what it could not do; not when a
// history is replayed.
func measureTraining(ctx workflow.Context, step string, done, failures int) {
	measured := workflow.GetMetricsHandler(ctx).WithTags(map[string]string{"step": step})
	measured.Counter("omnicloud_training_done").Inc(int64(done))
	measured.Counter("omnicloud_training_failures").Inc(int64(failures))
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
