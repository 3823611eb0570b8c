package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Training holds the activities of a ModelTraining, and their ports.
type Training struct {
	Trainer foresight.Trainer
	Custom  foresight.CustomTrainer
}

// TrainingRun names a run and the instant up to which it takes usage.
type TrainingRun struct {
	Run string    `json:"run"`
	At  time.Time `json:"at"`
}

// mostNamed bounds how many failures enter a history; Failures counts all.
const mostNamed = 50

// TrainingStep counts what a step of a run did, and names what failed on the way.
type TrainingStep struct {
	Done     int                 `json:"done"`
	Failures int                 `json:"failures,omitempty"`
	Named    []foresight.Failure `json:"named,omitempty"`
	// Last is where a step goes on that was broken off: after this series.
	Last foresight.Key `json:"last"`
}

func (s *TrainingStep) fail(failed []foresight.Failure) {
	s.Failures += len(failed)
	s.Named = append(s.Named, failed[:min(len(failed), mostNamed-len(s.Named))]...)
}

// resumed returns the step as its last heartbeat told it.
func resumed(ctx context.Context) TrainingStep {
	var step TrainingStep
	if activity.HasHeartbeatDetails(ctx) {
		if err := activity.GetHeartbeatDetails(ctx, &step); err != nil {
			return TrainingStep{} // from the beginning: every part can be repeated
		}
	}
	return step
}

// CollectUsage takes what the platform metered of every tenant since it was last asked.
func (a *Training) CollectUsage(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	step := resumed(ctx)
	err := a.Trainer.Collect(ctx, run.At, step.Last.TenantID, func(tenantID string, failed []foresight.Failure) {
		step.fail(failed)
		step.Done++
		step.Last.TenantID = tenantID
		activity.RecordHeartbeat(ctx, step)
	})
	return step, ApplicationError(err)
}

// TrainModels forecasts every tenant and metric, batch by batch, each of which is stored whole.
func (a *Training) TrainModels(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	step := resumed(ctx)
	for {
		trained, err := a.Trainer.Batch(ctx, run.Run, run.At, step.Last)
		if err != nil {
			return step, ApplicationError(err)
		}
		if trained.Last == (foresight.Key{}) {
			return step, nil
		}
		step.Done += trained.Forecasts
		step.fail(trained.Failed)
		step.Last = trained.Last
		activity.RecordHeartbeat(ctx, step)
		if err := ctx.Err(); err != nil {
			return step, err
		}
	}
}

var training *Training

// CollectUsage calls the activity of that name.
func CollectUsage(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.CollectUsage, "fetches the latest usage", run)
}

// TrainModels calls the activity of that name.
func TrainModels(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.TrainModels, "forecasts every tenant and metric", run)
}
