package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// DecisionInput is a decision that someone sent about an attempt.
type DecisionInput struct {
	Ref      closing.AttemptRef `json:"ref"`
	Decision approval.Decision  `json:"decision"`
}

// AuthorizeDecision checks the token of a decision and whether its holder may decide: a finance
// approver of the book, who neither started the close nor wrote one of its rules, in time, about the
// result that stands. A decision that does not count is recorded as refused; that is a ruling, not
// an error.
func (a *Closing) AuthorizeDecision(ctx context.Context, input DecisionInput) (Ruling, error) {
	return examination{
		tokens: a.Tokens, workflowID: input.Ref.WorkflowID(),
		permit: func(decision approval.Decision) error { return a.permit(ctx, input.Ref, decision) },
		record: func(decision approval.Decision, refusal fault.Code) error {
			return a.recordRefusal(ctx, input.Ref, decision, refusal)
		},
	}.rule(input.Decision)
}

// permit checks a proven decision against the period as it stands now.
func (a *Closing) permit(ctx context.Context, ref closing.AttemptRef, decision approval.Decision) error {
	if err := decision.CheckReason(); err != nil {
		return err
	}
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return err
	}
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return err
	}
	if !reached(status, ref, closing.StateAwaitingApproval) {
		return fault.New(fault.Conflict, "attempt %d at %s of book %s does not wait for a decision; the period is %s", ref.Attempt, ref.Period, ref.Book, status.State)
	}
	if status.ResultHash != decision.ResultHash {
		return fault.New(fault.PreconditionFailed, "the decision is about result %.20s; the current result is %.20s", decision.ResultHash, status.ResultHash)
	}
	if !a.Now().Before(status.ApprovalDeadline) {
		return fault.New(fault.Gone, "the time to decide ended at %s", status.ApprovalDeadline.UTC().Format("2006-01-02T15:04:05Z"))
	}
	authors, err := a.ruleAuthors(ctx, ref)
	if err != nil {
		return err
	}
	return approval.CheckFinance(decision.Actor, book.Approvers, approval.Independence{RequestedBy: status.RequestedBy, RuleAuthors: authors})
}

// ruleAuthors lists who wrote the rules that the attempt froze.
func (a *Closing) ruleAuthors(ctx context.Context, ref closing.AttemptRef) ([]string, error) {
	manifest, err := a.Periods.Manifest(ctx, ref)
	if err != nil {
		return nil, err
	}
	authors := make([]string, 0, len(manifest.Rules))
	for _, rule := range manifest.Rules {
		version, err := a.Rules.Version(ctx, rule.RuleID, rule.Version)
		if err != nil {
			// A frozen rule that cannot be read is not the decider's fault.
			return nil, fault.Wrap(err, fault.Internal, "version %d of rule %s, which the close froze, cannot be read", rule.Version, rule.RuleID)
		}
		authors = append(authors, version.CreatedBy)
	}
	return authors, nil
}

// AuthorizeDecision calls the activity of that name.
func AuthorizeDecision(ctx workflow.Context, input DecisionInput) (Ruling, error) {
	return execute[Ruling](ctx, closings.AuthorizeDecision, "checks whose decision this is, and whether it counts", input)
}
