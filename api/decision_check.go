package api

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/period"
)

// readDecision puts a request together. The decision's id is the idempotency key, or derived from
// everything that makes the decision, so that the same person deciding the same twice decides once.
func (s *server) readDecision(ctx context.Context, book string, month period.Period, ifMatch, key string, body DecisionRequest) (matter, approval.Decision, error) {
	status, err := s.Periods.Period(ctx, book, month)
	if err != nil {
		return nil, approval.Decision{}, err
	}
	about := periodMatter{s, status}
	decision := approval.Decision{ID: key, Verdict: body.Decision, Reason: body.Reason}
	return about, identified(ctx, about, ifMatch, decision), nil
}

// identified completes a decision with who decides, when and on what, and with an id.
func identified(ctx context.Context, about matter, ifMatch string, decision approval.Decision) approval.Decision {
	decision.ResultHash, decision.Actor, decision.DecidedAt = unquoted(ifMatch), actorOf(ctx), instant.Now()
	if decision.ID == "" {
		sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q %q %q %q %t", about.workflowID(), decision.Actor.Subject, decision.Verdict,
			decision.ResultHash, decision.Reason, decision.Direction, decision.BreakGlass))
		decision.ID = "derived-" + hex.EncodeToString(sum[:16])
	}
	return decision
}

// unquoted takes a result hash as an entity tag or as it is.
func unquoted(ifMatch string) string {
	return strings.Trim(strings.TrimSpace(ifMatch), `"`)
}

// check says why a decision cannot be taken. Who may not decide learns nothing else.
func (m periodMatter) check(ctx context.Context, decision approval.Decision) error {
	status := m.status
	book, err := m.Periods.Book(ctx, status.Book)
	if err != nil {
		return err
	}
	own := approval.Independence{RequestedBy: status.RequestedBy}
	waiting := status.State == closing.StateAwaitingApproval
	if waiting {
		if own.RuleAuthors, err = m.ruleAuthors(ctx, status.Ref()); err != nil {
			return err
		}
	}
	if err := approval.CheckFinance(decision.Actor, book.Approvers, own); err != nil {
		return err
	}
	if err := decision.CheckReason(); err != nil {
		return err
	}
	switch {
	case decision.ResultHash == "":
		return fault.New(fault.PreconditionRequired, "a decision names the result hash that was looked at in If-Match; GET the period for the current one")
	case !waiting:
		return fault.New(fault.Conflict, "%s of book %s does not wait for a decision; it is %s", status.Period, status.Book, status.State)
	case !status.ApprovalDeadline.IsZero() && !time.Now().Before(status.ApprovalDeadline):
		return fault.New(fault.Gone, "the time to decide ended at %s", status.ApprovalDeadline.UTC().Format(time.RFC3339))
	case decision.ResultHash != status.ResultHash:
		return fault.New(fault.PreconditionFailed, "the decision is about result %.64s; the current result is %s", decision.ResultHash, status.ResultHash)
	default:
		return nil
	}
}

// ruleAuthors lists who wrote the rules that the attempt froze.
func (s *server) ruleAuthors(ctx context.Context, ref closing.AttemptRef) ([]string, error) {
	frozen, err := s.frozenRules(ctx, ref)
	if err != nil {
		return nil, err
	}
	authors := make([]string, len(frozen))
	for i, version := range frozen {
		authors[i] = version.CreatedBy
	}
	return authors, nil
}
