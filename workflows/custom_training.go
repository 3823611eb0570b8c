package workflows

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// trainCustom trains the custom model of a training. Why there is none is kept with the training, for who
// asked for it, also where the workflow is cancelled.
func trainCustom(ctx workflow.Context, ref foresight.CustomRef, at time.Time, progress *Progress) (*activities.CustomTrained, error) {
	progress.enter("train")
	trained, err := activities.TrainCustomModel(under(ctx, fitting), activities.CustomRun{Ref: ref, At: at})
	if err != nil {
		reason := "it was cancelled"
		if !temporal.IsCanceledError(err) {
			reason = activities.FaultOf(err).Message
		}
		kept, stop := workflow.NewDisconnectedContext(ctx)
		defer stop()
		if failed := activities.FailCustomTraining(under(kept, bookkeeping), activities.CustomFailure{Ref: ref, Reason: reason}); failed != nil {
			workflow.GetLogger(ctx).Error("a failed training could not be recorded", "error", failed)
		}
		return nil, err
	}
	progress.State = "done"
	return &trained, nil
}
