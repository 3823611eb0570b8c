package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// A close is decided on by one person: the first decision that may count settles it.
var _ decisionMatter = (*periodClose)(nil)

func (c *periodClose) name() string { return "close" }

func (c *periodClose) route() string {
	return "/v1/books/" + c.ref.Book + "/periods/" + c.ref.Period.String()
}

func (c *periodClose) authorize(ctx workflow.Context, decision approval.Decision) (activities.Ruling, error) {
	return activities.AuthorizeDecision(under(ctx, bookkeeping), activities.DecisionInput{Ref: c.ref, Decision: decision})
}

func (c *periodClose) refuse(ctx workflow.Context, decision approval.Decision, refusal fault.Code) error {
	refused := activities.RefusedDecision{Ref: c.ref, Decision: decision, Refusal: refusal}
	return activities.RefuseDecision(under(ctx, courtesy), refused)
}

func (c *periodClose) remind(ctx workflow.Context, number int, deadline time.Time) error {
	return activities.RemindApprovers(under(ctx, courtesy), activities.Reminder{
		Ref: c.ref, Number: number, ResultHash: c.progress.ResultHash, Deadline: deadline,
	})
}

func (c *periodClose) admit([]approval.Decision, approval.Decision) (settles bool, err error) {
	return true, nil
}

func (c *periodClose) note(workflow.Context, approval.Decision) error { return nil }

func (c *periodClose) outcome() DecisionOutcome {
	return DecisionOutcome{State: c.progress.State, Revision: c.progress.Revision, ResultHash: c.progress.ResultHash}
}
