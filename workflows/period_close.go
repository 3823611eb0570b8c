package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
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

func (c *periodClose) result(reason string) PeriodCloseResult {
	return PeriodCloseResult{
		State:      closing.State(c.progress.State),
		Revision:   c.progress.Revision,
		ResultHash: c.progress.ResultHash,
		Reason:     reason,
	}
}
