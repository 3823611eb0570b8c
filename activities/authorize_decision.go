package activities

import (
	"context"
	"errors"

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

// Ruling says whether a decision counts. Decision holds who decided as the token proves it; Refusal
// and Message say why it does not count.
type Ruling struct {
	Accepted bool              `json:"accepted"`
	Decision approval.Decision `json:"decision"`
	Refusal  fault.Code        `json:"refusal,omitempty"`
	Message  string            `json:"message,omitempty"`
}

// AuthorizeDecision checks the token of a decision and whether its holder may decide: a finance
// approver of the book, who neither started the close nor wrote one of its rules, in time, about the
// result that stands. A decision that does not count is recorded as refused; that is a ruling, not
// an error.
func (a *Closing) AuthorizeDecision(ctx context.Context, input DecisionInput) (Ruling, error) {
	decision := input.Decision
	proven, err := a.prove(input)
	if err == nil {
		decision = proven
		err = a.permit(ctx, input.Ref, proven)
	}
	if err == nil {
		return Ruling{Accepted: true, Decision: decision}, nil
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || !isRefusal(refused.Code) {
		return Ruling{}, ApplicationError(err)
	}
	if err := a.recordRefusal(ctx, input.Ref, decision, refused.Code); err != nil {
		return Ruling{}, ApplicationError(err)
	}
	decision.Token = ""
	return Ruling{Decision: decision, Refusal: refused.Code, Message: refused.Message}, nil
}

// isRefusal separates "this person may not" from "this could not be found out".
func isRefusal(code fault.Code) bool {
	switch code {
	case fault.Unauthenticated, fault.Forbidden, fault.Gone, fault.Conflict, fault.PreconditionFailed, fault.InvalidInput:
		return true
	default:
		return false
	}
}

// prove returns the decision as its token states it. What the payload says beside the token must
// not contradict it: someone showed a person one thing and sent another.
func (a *Closing) prove(input DecisionInput) (approval.Decision, error) {
	claims, err := a.Tokens.VerifyDecision(input.Decision.Token)
	if err != nil {
		return approval.Decision{}, err
	}
	said := input.Decision
	switch {
	case claims.WorkflowID != input.Ref.WorkflowID():
		err = fault.New(fault.Forbidden, "the decision token is for workflow %s, not for %s", claims.WorkflowID, input.Ref.WorkflowID())
	case claims.DecisionID != said.ID:
		err = fault.New(fault.Forbidden, "the decision token is for another decision than %.80q", said.ID)
	case claims.Verdict != said.Verdict:
		err = fault.New(fault.Forbidden, "the decision token says %s, the decision says %.20q", claims.Verdict, said.Verdict)
	case claims.ResultHash != said.ResultHash:
		err = fault.New(fault.PreconditionFailed, "the decision token is for another result than the decision names")
	case said.Reason != "" && claims.Reason != said.Reason:
		err = fault.New(fault.Forbidden, "the decision token holds another reason than the decision")
	}
	if err != nil {
		return approval.Decision{}, err
	}
	return approval.Decision{
		ID:         claims.DecisionID,
		Verdict:    claims.Verdict,
		Reason:     claims.Reason,
		ResultHash: claims.ResultHash,
		Actor:      claims.Actor,
		DecidedAt:  claims.IssuedAt,
	}, nil
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
	return execute[Ruling](ctx, closings.AuthorizeDecision, input)
}
