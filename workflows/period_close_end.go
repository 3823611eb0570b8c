package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// reopen takes the period back to where it came from after a decision, an expiry or a cancellation.
func (c *periodClose) reopen(ctx workflow.Context, outcome string, decision *approval.Decision, reason string) (*PeriodCloseResult, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := activities.ReopenPeriod(under(ctx, lastWord), activities.Reopening{Ref: c.ref, Decision: decision, Reason: reason}); err != nil {
		return nil, err
	}
	c.progress.State = string(c.givesBack)
	c.progress.Reason = reason
	c.desk.settle(ctx, outcome, nil)
	result := c.result(reason)
	return &result, nil
}

// giveUp records why the attempt ends before its time. Whatever becomes of the record, the workflow
// ends with the error that brought it here.
func (c *periodClose) giveUp(ctx workflow.Context, cause error) (PeriodCloseResult, error) {
	var err error
	if temporal.IsCanceledError(cause) && ctx.Err() != nil {
		_, err = c.reopen(ctx, "cancelled", nil, "it was cancelled before its approval")
	} else {
		last, _ := workflow.NewDisconnectedContext(ctx)
		found := activities.FaultOf(cause)
		c.progress.State = string(closing.StateFailed)
		c.progress.Reason = found.Message
		err = activities.FailPeriod(under(last, lastWord), activities.Failure{Ref: c.ref, Code: found.Code, Reason: found.Message})
		c.desk.settle(last, "failed", cause)
	}
	if err != nil {
		workflow.GetLogger(ctx).Error("the end of the attempt could not be recorded", "error", err)
	}
	return PeriodCloseResult{}, cause
}
