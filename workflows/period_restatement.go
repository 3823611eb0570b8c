package workflows

import (
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// PeriodRestatementInput names the attempt that the workflow carries out.
type PeriodRestatementInput struct {
	Ref closing.AttemptRef `json:"ref"`
}

// PeriodRestatement makes the next revision of a closed period: it freezes what the latest revision
// was made of with what came late since, calculates the whole bill anew, and stores only what it
// changes. The changes wait for an approval, are published, and the period is closed again. Without
// an approval it stays closed at the revision that it had, not a byte of which changes in any case.
//
// Like PeriodClose it resumes where the period's row says, and a step that fails for good fails it.
func PeriodRestatement(ctx workflow.Context, input PeriodRestatementInput) (PeriodCloseResult, error) {
	c := &periodClose{ref: input.Ref, begins: closing.StateRestating, givesBack: closing.StateClosed}
	c.prepare = c.restate
	return c.carryOut(ctx)
}

// restate carries out the steps of a restatement up to the changes that people decide about.
func (c *periodClose) restate(ctx workflow.Context) error {
	if err := c.freeze(ctx); err != nil {
		return err
	}
	c.progress.enter(activities.StepAllocate)
	restated, err := activities.RestateCosts(under(ctx, paging), c.ref)
	if err != nil {
		return err
	}
	c.progress.count("charges", restated.Charges)

	c.progress.enter(activities.StepVerify)
	verified, err := activities.VerifyRestatement(under(ctx, paging), activities.RestatedBill{Ref: c.ref, BillHash: restated.BillHash})
	if err != nil {
		return err
	}
	c.progress.ResultHash = verified.ResultHash
	c.progress.count("changed_cells", verified.Cells)
	return nil
}
