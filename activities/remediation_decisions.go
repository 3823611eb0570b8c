package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// RemediationDecision is a decision that someone sent about a remediation.
type RemediationDecision struct {
	Ref      remediation.Ref   `json:"ref"`
	Decision approval.Decision `json:"decision"`
	// Refusal is set where it does not count.
	Refusal fault.Code `json:"refusal,omitempty"`
}

// AuthorizeRemediation checks the token of a decision and whether its holder may decide: a security
// approver who did not ask for what led here, in time, about the plan that stands. A decision that does
// not count is recorded as refused; that is a ruling, not an error.
func (a *Remediations) AuthorizeRemediation(ctx context.Context, input RemediationDecision) (Ruling, error) {
	return examination{
		tokens: a.Tokens, workflowID: input.Ref.WorkflowID(),
		permit: func(decision approval.Decision) error { return a.permit(ctx, input.Ref, decision) },
		record: func(decision approval.Decision, refusal fault.Code) error {
			return a.keepRefusal(ctx, input.Ref, decision, refusal)
		},
	}.rule(input.Decision)
}

func (a *Remediations) permit(ctx context.Context, ref remediation.Ref, decision approval.Decision) error {
	found, err := a.Store.Remediation(ctx, ref.TenantID, ref.ID)
	if err != nil {
		return err
	}
	return found.CheckDecision(decision, a.Now())
}

// AuthorizeRemediation calls the activity of that name.
func AuthorizeRemediation(ctx workflow.Context, input RemediationDecision) (Ruling, error) {
	return execute[Ruling](ctx, remediations.AuthorizeRemediation, "checks whose decision this is, and whether it counts", input)
}

// RefuseRemediation records a decision that the workflow turned down. The actor in it is what the
// sender said; nothing proved it.
func (a *Remediations) RefuseRemediation(ctx context.Context, input RemediationDecision) error {
	return ApplicationError(a.keepRefusal(ctx, input.Ref, input.Decision, input.Refusal))
}

// keepRefusal records a refused decision. Its reason may have come by a Signal, past the API that hides
// secrets in reasons, and is cut only after they are hidden, so that no part of one is left.
func (a *Remediations) keepRefusal(ctx context.Context, ref remediation.Ref, decision approval.Decision, refusal fault.Code) error {
	reason, err := a.Discretion.Hide(ctx, decision.Reason, ref.TenantID)
	if err != nil {
		return err
	}
	decision.Reason = reason
	return a.Store.RefuseDecision(ctx, ref, keptRefusal(decision, a.Now()), string(refusal))
}

// RefuseRemediation calls the activity of that name.
func RefuseRemediation(ctx workflow.Context, input RemediationDecision) error {
	_, err := execute[nothing](ctx, remediations.RefuseRemediation, "records a decision that does not count", input)
	return err
}

// NoteRemediationApproval records an approval that others have to join.
func (a *Remediations) NoteRemediationApproval(ctx context.Context, input RemediationDecision) error {
	return ApplicationError(a.Store.NoteDecision(ctx, input.Ref, input.Decision))
}

// NoteRemediationApproval calls the activity of that name.
func NoteRemediationApproval(ctx workflow.Context, input RemediationDecision) error {
	_, err := execute[nothing](ctx, remediations.NoteRemediationApproval, "counts an approval that others have to join", input)
	return err
}

// RemediationApproval are the decisions that settle a plan, the last one last.
type RemediationApproval struct {
	Ref       remediation.Ref     `json:"ref"`
	Decisions []approval.Decision `json:"decisions"`
}

// ApproveRemediation commits an approval.
func (a *Remediations) ApproveRemediation(ctx context.Context, input RemediationApproval) error {
	return ApplicationError(a.Store.Approve(ctx, input.Ref, input.Decisions))
}

// ApproveRemediation calls the activity of that name.
func ApproveRemediation(ctx workflow.Context, input RemediationApproval) error {
	_, err := execute[nothing](ctx, remediations.ApproveRemediation, "commits the approval", input)
	return err
}

// RejectRemediation commits a rejection, which ends the remediation.
func (a *Remediations) RejectRemediation(ctx context.Context, input RemediationDecision) error {
	return ApplicationError(a.Store.Reject(ctx, input.Ref, input.Decision))
}

// RejectRemediation calls the activity of that name.
func RejectRemediation(ctx workflow.Context, input RemediationDecision) error {
	_, err := execute[nothing](ctx, remediations.RejectRemediation, "commits the rejection", input)
	return err
}

// ReplanRemediation takes a remediation whose plan was overtaken back to planning.
func (a *Remediations) ReplanRemediation(ctx context.Context, ref remediation.Ref) error {
	return ApplicationError(a.Store.Move(ctx, ref, remediation.Planning, movedReason))
}

// ReplanRemediation calls the activity of that name.
func ReplanRemediation(ctx workflow.Context, ref remediation.Ref) error {
	_, err := execute[nothing](ctx, remediations.ReplanRemediation, "goes back to planning: what is live has moved", ref)
	return err
}

// RemediationReminder says that a plan still waits.
type RemediationReminder struct {
	Ref      remediation.Ref `json:"ref"`
	Number   int             `json:"number"`
	Deadline time.Time       `json:"deadline"`
}

// RemindSecurityApprovers puts a reminder into the outbox, once per number. The last one before the
// deadline is an escalation. Of what was there at the first scan of a tenant nobody is reminded.
func (a *Remediations) RemindSecurityApprovers(ctx context.Context, reminder RemediationReminder) error {
	found, err := a.Store.Remediation(ctx, reminder.Ref.TenantID, reminder.Ref.ID)
	if err != nil {
		return ApplicationError(err)
	}
	if found.Quiet {
		return nil
	}
	kind := remediation.NotifyReminder
	if !a.Now().Add(a.Policy.Reminding()).Before(reminder.Deadline) {
		kind = remediation.NotifyEscalated
	}
	message, err := found.Announce(kind, reminder.Number, "")
	if err != nil {
		return ApplicationError(err)
	}
	return ApplicationError(a.Notifier.Notify(ctx, message))
}

// RemindSecurityApprovers calls the activity of that name.
func RemindSecurityApprovers(ctx workflow.Context, reminder RemediationReminder) error {
	_, err := execute[nothing](ctx, remediations.RemindSecurityApprovers, "reminds the security approvers", reminder)
	return err
}
