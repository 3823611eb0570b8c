package activities

import (
	"context"
	"strings"

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

// recordRefusal keeps a decision that does not count. Anyone may have sent it, so that its texts are
// cut and cleaned to what the audit trail can hold; its token is nobody's business any more.
func (a *Closing) recordRefusal(ctx context.Context, ref closing.AttemptRef, decision approval.Decision, refusal fault.Code) error {
	kept := approval.Decision{
		ID:         printable(decision.ID),
		Verdict:    approval.Verdict(printable(string(decision.Verdict))),
		Reason:     printable(decision.Reason),
		ResultHash: printable(decision.ResultHash),
		Actor:      approval.Actor{Subject: printable(decision.Actor.Subject), TenantID: printable(decision.Actor.TenantID)},
		DecidedAt:  decision.DecidedAt,
	}
	for _, role := range decision.Actor.Roles[:min(len(decision.Actor.Roles), maxRoles)] {
		kept.Actor.Roles = append(kept.Actor.Roles, approval.Role(printable(string(role))))
	}
	if kept.DecidedAt.IsZero() {
		kept.DecidedAt = a.Now()
	}
	return a.Periods.RecordDecision(ctx, ref, kept, string(refusal))
}

const (
	// maxRefusedText and maxRoles bound what is kept of a refused decision, in bytes and in number.
	maxRefusedText = 1000
	maxRoles       = 10
)

// printable cuts a text and drops what PostgreSQL cannot store.
func printable(text string) string {
	text = strings.ReplaceAll(text[:min(len(text), maxRefusedText)], "\x00", "")
	return strings.ToValidUTF8(text, "")
}

// RefuseDecision calls the activity of that name.
func RefuseDecision(ctx workflow.Context, refused RefusedDecision) error {
	_, err := execute[nothing](ctx, closings.RefuseDecision, refused)
	return err
}
