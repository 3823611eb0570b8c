package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// RefusedDecision is a decision that the workflow itself turned down.
type RefusedDecision struct {
	Ref      closing.AttemptRef `json:"ref"`
	Decision approval.Decision  `json:"decision"`
	Refusal  fault.Code         `json:"refusal"`
}

// RefuseDecision records a decision that does not count. The actor in it is what the sender said;
// nothing proved it.
func (a *Closing) RefuseDecision(ctx context.Context, refused RefusedDecision) error {
	return ApplicationError(a.recordRefusal(ctx, refused.Ref, refused.Decision, refused.Refusal))
}

func (a *Closing) recordRefusal(ctx context.Context, ref closing.AttemptRef, decision approval.Decision, refusal fault.Code) error {
	return a.Periods.RecordDecision(ctx, ref, keptRefusal(decision, a.Now()), string(refusal))
}

// RefuseDecision calls the activity of that name.
func RefuseDecision(ctx workflow.Context, refused RefusedDecision) error {
	_, err := execute[nothing](ctx, closings.RefuseDecision, "records a decision that does not count", refused)
	return err
}
