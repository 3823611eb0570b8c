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
	c := &periodClose{ref: input.Ref, begins: closing.StateClosing, givesBack: closing.StateOpen}
	c.prepare = c.calculate
	return c.carryOut(ctx)
}

// periodClose is the state of one run: of a close, or of a restatement, which differs in how its
// result is prepared and in where the period stands before and without it.
type periodClose struct {
	ref      closing.AttemptRef
	progress Progress
	desk     *decisionDesk

	// begins is the state in which the period waits for its result, givesBack the one to which it
	// returns without an approval.
	begins, givesBack closing.State
	// prepare carries out the steps up to the result that people decide about.
	prepare func(workflow.Context) error
}

// carryOut opens the ways in and runs the attempt to its end.
func (c *periodClose) carryOut(ctx workflow.Context) (PeriodCloseResult, error) {
	c.progress = Progress{Kind: TypeOf(c.ref), State: string(c.begins)}
	c.desk = newDecisionDesk(c, &c.progress)
	if err := answerProgress(ctx, &c.progress); err != nil {
		return PeriodCloseResult{}, err
	}
	if err := c.desk.open(ctx); err != nil {
		return PeriodCloseResult{}, err
	}
	result, err := c.run(ctx)
	c.desk.finish(ctx, err)
	return result, err
}

func (c *periodClose) run(ctx workflow.Context) (PeriodCloseResult, error) {
	// Whether a cancellation may take the period back is known only after this step.
	certain, _ := workflow.NewDisconnectedContext(ctx)
	plan, err := activities.BeginAttempt(under(certain, bookkeeping), c.ref)
	if err != nil {
		return c.giveUp(ctx, err)
	}
	c.resume(plan)
	if plan.State == c.begins {
		if err := c.prepare(ctx); err != nil {
			return c.giveUp(ctx, err)
		}
	}
	if plan.State == c.begins || plan.State == closing.StateAwaitingApproval {
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
