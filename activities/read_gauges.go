package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// ReadGauges takes over what the monitoring system measured since it was last read; Done counts hours of
// series. A gauge that cannot be read is named and does not stop the others. Where the system does not
// answer, the next attempt goes on after what is kept.
func (a *Training) ReadGauges(ctx context.Context, run TrainingRun) (TrainingStep, error) {
	var step TrainingStep
	defer beat(ctx, func(ctx context.Context) { activity.RecordHeartbeat(ctx) })()
	for _, gauge := range a.Gauges.Gauges() {
		hours, failed, err := a.Gauges.Read(ctx, run.At, gauge)
		step.Done += hours
		step.fail(ctx, failed)
		if err == nil {
			continue
		}
		failure, final := foresight.FailureOfGauge(gauge, err)
		if ctx.Err() != nil || !final {
			return step, ApplicationError(err)
		}
		step.fail(ctx, []foresight.Failure{failure})
	}
	return step, ApplicationError(a.Gauges.Finish(ctx))
}

// ReadGauges calls the activity of that name.
func ReadGauges(ctx workflow.Context, run TrainingRun) (TrainingStep, error) {
	return execute[TrainingStep](ctx, training.ReadGauges, "takes over what monitoring measured", run)
}
