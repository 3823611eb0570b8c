package workflows

import (
	"errors"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// calculate carries out the steps of a close up to the result that people decide about.
func (c *periodClose) calculate(ctx workflow.Context) error {
	c.progress.enter(activities.StepCollect)
	collected, err := activities.CollectInputs(under(ctx, platform), c.ref)
	if err != nil {
		return err
	}
	c.progress.count("collected_rows", collected.Rows)
	if err := c.freeze(ctx); err != nil {
		return err
	}

	c.progress.enter(activities.StepAllocate)
	allocated, err := activities.AllocateCosts(under(ctx, paging), c.ref)
	if err != nil {
		return err
	}
	c.progress.count("charges", allocated.Charges)

	c.progress.enter(activities.StepVerify)
	verified, err := activities.VerifyResult(under(ctx, paging), c.ref)
	if err != nil {
		return err
	}
	c.progress.ResultHash = verified.ResultHash
	c.progress.count("cells", verified.Cells)
	return nil
}

// freeze lists the inputs and compares them with the invoices.
func (c *periodClose) freeze(ctx workflow.Context) error {
	c.progress.enter(activities.StepFreeze)
	frozen, err := activities.FreezeInputs(under(ctx, paging), c.ref)
	if err != nil {
		return err
	}
	c.progress.ManifestHash = frozen.ManifestHash
	c.progress.count("frozen_rows", frozen.Rows)

	c.progress.enter(activities.StepReconcile)
	reconciled, err := activities.ReconcileCharges(under(ctx, paging), c.ref)
	if err != nil {
		return err
	}
	c.progress.count("invoices", int64(reconciled.Invoices))
	return nil
}

// review asks for a decision and waits for it. It returns nil for an approval, which is committed
// then, or the result of a rejection or expiry.
func (c *periodClose) review(ctx workflow.Context, plan activities.Plan) (*PeriodCloseResult, error) {
	c.progress.enter(activities.StepAwaitApproval)
	deadline := plan.Deadline
	defer c.desk.closeDoor()
	if plan.State == c.begins {
		request := activities.RequestApprovalInput{Ref: c.ref, Deadline: workflow.Now(ctx).Add(plan.ApprovalDeadline)}
		// People see the request as soon as it commits, which is before this workflow hears of it.
		c.desk.openDoor(request.Deadline)
		asked, err := activities.RequestApproval(under(ctx, bookkeeping), request)
		if err != nil {
			return nil, err
		}
		deadline = asked.Deadline
	}
	c.progress.State = string(closing.StateAwaitingApproval)
	decision, err := c.desk.await(ctx, deadline, plan.ReminderEvery)
	if errors.Is(err, errExpired) {
		return c.reopen(ctx, "expired", nil, "nobody decided before the deadline")
	}
	if err != nil {
		return nil, err
	}
	if decision.Verdict == approval.Reject {
		return c.reopen(ctx, "rejected", decision, decision.Reason)
	}
	// From here on a cancellation is ignored: what is approved is published.
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	approved, err := activities.ApproveResult(under(ctx, commit), activities.DecisionInput{Ref: c.ref, Decision: *decision})
	if err != nil {
		return nil, err
	}
	c.progress.State = string(closing.StatePublishing)
	c.progress.Revision = approved.Revision
	c.desk.settle(ctx, "approved", nil)
	return nil, nil
}

// publish delivers the revision and closes the period, cancelled or not.
func (c *periodClose) publish(ctx workflow.Context) error {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	c.progress.enter(activities.StepPublish)
	published, err := activities.PublishPostings(under(ctx, platform), activities.PublishInput{Ref: c.ref, Revision: c.progress.Revision})
	if err != nil {
		return err
	}
	c.progress.count("postings", int64(published.Messages))
	c.progress.enter(activities.StepClose)
	if err := activities.ClosePeriod(under(ctx, bookkeeping), c.ref); err != nil {
		return err
	}
	c.progress.State = string(closing.StateClosed)
	c.watch(ctx)
	return nil
}

// watch looks for costs that rose, once the period is closed and nothing can fail it any more: what
// goes wrong is logged, and the next close delivers the events that the monitor did not take.
func (c *periodClose) watch(ctx workflow.Context) {
	detected, err := activities.DetectAnomalies(under(ctx, afterwards), c.ref)
	if err == nil {
		c.progress.count("anomalies", int64(detected.Found))
		_, err = activities.PublishEvents(under(ctx, afterwards), c.ref)
	}
	if err != nil {
		workflow.GetLogger(ctx).Warn("anomalies were not looked for, or not told to the end", "error", err)
	}
}
