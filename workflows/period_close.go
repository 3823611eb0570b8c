package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// PeriodCloseInput names the attempt that the workflow carries out.
type PeriodCloseInput struct {
	Ref closing.AttemptRef `json:"ref"`
}

// PeriodCloseResult is how an attempt ended: closed under a revision, or open again for a reason.
type PeriodCloseResult struct {
	State      closing.State `json:"state"`
	Revision   int           `json:"revision,omitempty"`
	ResultHash string        `json:"result_hash,omitempty"`
	Reason     string        `json:"reason,omitempty"`
}

// PeriodClose closes a billing period: it collects and freezes the inputs, reconciles them with the
// invoices, allocates, verifies what was stored, waits for an approval and publishes. The period's
// row in PostgreSQL says where it begins, so a workflow that is started again resumes.
//
// Before the approval a cancellation takes the period back to open; after it the close goes on to
// its end. A step that fails for good marks the period as failed and fails the workflow with that
// step's error.
func PeriodClose(ctx workflow.Context, input PeriodCloseInput) (PeriodCloseResult, error) {
	attempt, err := newPeriodClose(ctx, input)
	if err != nil {
		return PeriodCloseResult{}, err
	}
	result, err := attempt.run(ctx)
	attempt.desk.finish(ctx, err)
	return result, err
}

// periodClose is the state of one run.
type periodClose struct {
	ref      closing.AttemptRef
	progress Progress
	desk     *decisionDesk
}

func newPeriodClose(ctx workflow.Context, input PeriodCloseInput) (*periodClose, error) {
	c := &periodClose{ref: input.Ref, progress: Progress{Kind: TypePeriodClose, State: string(closing.StateClosing)}}
	c.desk = newDecisionDesk(input.Ref, &c.progress)
	if err := answerProgress(ctx, &c.progress); err != nil {
		return nil, err
	}
	return c, c.desk.open(ctx)
}

func (c *periodClose) run(ctx workflow.Context) (PeriodCloseResult, error) {
	// Whether a cancellation may take the period back is known only after this step.
	certain, _ := workflow.NewDisconnectedContext(ctx)
	plan, err := activities.BeginAttempt(under(certain, bookkeeping), c.ref)
	if err != nil {
		return c.giveUp(ctx, err)
	}
	c.resume(plan)
	if plan.State == closing.StateClosing {
		if err := c.prepare(ctx); err != nil {
			return c.giveUp(ctx, err)
		}
	}
	if plan.State == closing.StateClosing || plan.State == closing.StateAwaitingApproval {
		decided, err := c.review(ctx, plan)
		if err != nil {
			return c.giveUp(ctx, err)
		}
		if decided != nil {
			return *decided, nil
		}
		plan.State = closing.StatePublishing
	}
	if plan.State != closing.StatePublishing {
		return c.result(""), nil
	}
	if err := c.publish(ctx); err != nil {
		return c.giveUp(ctx, err)
	}
	return c.result(""), nil
}

// resume takes over what an earlier run or attempt left on record.
func (c *periodClose) resume(plan activities.Plan) {
	c.progress.State = string(plan.State)
	c.progress.Revision = plan.Revision
	c.progress.ManifestHash = plan.ManifestHash
	c.progress.ResultHash = plan.ResultHash
}

// prepare carries out the steps up to the result that people decide about.
func (c *periodClose) prepare(ctx workflow.Context) error {
	c.progress.enter(activities.StepCollect)
	collected, err := activities.CollectInputs(under(ctx, platform), c.ref)
	if err != nil {
		return err
	}
	c.progress.count("collected_rows", collected.Rows)

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

// review asks for a decision and waits for it. It returns nil for an approval, which is committed
// then, or the result of a rejection or expiry.
func (c *periodClose) review(ctx workflow.Context, plan activities.Plan) (*PeriodCloseResult, error) {
	c.progress.enter(activities.StepAwaitApproval)
	deadline := plan.Deadline
	defer c.desk.closeDoor()
	if plan.State == closing.StateClosing {
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
	return nil
}

// reopen takes the period back to open after a decision or an expiry.
func (c *periodClose) reopen(ctx workflow.Context, outcome string, decision *approval.Decision, reason string) (*PeriodCloseResult, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := activities.ReopenPeriod(under(ctx, lastWord), activities.Reopening{Ref: c.ref, Decision: decision, Reason: reason}); err != nil {
		return nil, err
	}
	c.progress.State = string(closing.StateOpen)
	c.progress.Reason = reason
	c.desk.settle(ctx, outcome, nil)
	result := c.result(reason)
	return &result, nil
}

// giveUp records why the attempt ends before its time. Whatever becomes of the record, the workflow
// ends with the error that brought it here.
func (c *periodClose) giveUp(ctx workflow.Context, cause error) (PeriodCloseResult, error) {
	cancelled := temporal.IsCanceledError(cause) && ctx.Err() != nil
	last, _ := workflow.NewDisconnectedContext(ctx)
	var err error
	if cancelled {
		_, err = c.reopen(ctx, "cancelled", nil, "the close was cancelled before its approval")
	} else {
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

func (c *periodClose) result(reason string) PeriodCloseResult {
	return PeriodCloseResult{
		State:      closing.State(c.progress.State),
		Revision:   c.progress.Revision,
		ResultHash: c.progress.ResultHash,
		Reason:     reason,
	}
}
