package activities

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Ruling says whether a decision counts. Decision holds who decided as the token proves it; Refusal
// and Message say why it does not count.
type Ruling struct {
	Accepted bool              `json:"accepted"`
	Decision approval.Decision `json:"decision"`
	Refusal  fault.Code        `json:"refusal,omitempty"`
	Message  string            `json:"message,omitempty"`
}

// examination is how the decisions about one workflow are examined.
type examination struct {
	tokens     approval.TokenVerifier
	workflowID string
	// permit says why a proven decision may not count as things stand.
	permit func(approval.Decision) error
	// record keeps a decision that does not count.
	record func(approval.Decision, fault.Code) error
}

// rule proves a decision and asks whether it may count. One that may not is recorded as refused; that
// is a ruling, not an error.
func (e examination) rule(said approval.Decision) (Ruling, error) {
	decision, err := e.prove(said)
	if err == nil {
		err = e.permit(decision)
	} else {
		decision = said
		decision.ID = unproven(said)
	}
	if err == nil {
		return Ruling{Accepted: true, Decision: decision}, nil
	}
	var refused *fault.Error
	if !errors.As(err, &refused) || !isRefusal(refused.Code) {
		return Ruling{}, ApplicationError(err)
	}
	if err := e.record(decision, refused.Code); err != nil {
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
func (e examination) prove(said approval.Decision) (approval.Decision, error) {
	claims, err := e.tokens.VerifyDecision(said.Token)
	if err != nil {
		return approval.Decision{}, err
	}
	switch {
	case claims.WorkflowID != e.workflowID:
		err = fault.New(fault.Forbidden, "the decision token is for workflow %s, not for %s", claims.WorkflowID, e.workflowID)
	case claims.DecisionID != said.ID:
		err = fault.New(fault.Forbidden, "the decision token is for another decision than %.80q", said.ID)
	case claims.Verdict != said.Verdict:
		err = fault.New(fault.Forbidden, "the decision token says %s, the decision says %.20q", claims.Verdict, said.Verdict)
	case claims.ResultHash != said.ResultHash:
		err = fault.New(fault.PreconditionFailed, "the decision token is for another result than the decision names")
	case said.Reason != "" && claims.Reason != said.Reason:
		err = fault.New(fault.Forbidden, "the decision token holds another reason than the decision")
	case claims.Direction != said.Direction || claims.BreakGlass != said.BreakGlass:
		err = fault.New(fault.Forbidden, "the decision token is for another direction than the decision, or differs from it in breaking the glass")
	}
	if err != nil {
		return approval.Decision{}, err
	}
	return approval.Decision{
		ID:         claims.DecisionID,
		Verdict:    claims.Verdict,
		Reason:     claims.Reason,
		ResultHash: claims.ResultHash,
		Direction:  claims.Direction,
		BreakGlass: claims.BreakGlass,
		Actor:      claims.Actor,
		DecidedAt:  claims.IssuedAt,
	}, nil
}

const (
	// maxRefusedText and maxRoles bound what is kept of a refused decision, in bytes and in number.
	maxRefusedText = 1000
	maxRoles       = 10
)

// keptRefusal is what is kept of a decision that does not count. Anyone may have sent it, so that its
// texts are cut and cleaned to what the audit trail can hold; its token is nobody's business any more.
func keptRefusal(decision approval.Decision, now time.Time) approval.Decision {
	kept := approval.Decision{
		ID:         printable(decision.ID),
		Verdict:    approval.Verdict(printable(string(decision.Verdict))),
		Reason:     printable(decision.Reason),
		ResultHash: printable(decision.ResultHash),
		Direction:  approval.Direction(printable(string(decision.Direction))),
		BreakGlass: decision.BreakGlass,
		Actor:      approval.Actor{Subject: printable(decision.Actor.Subject), TenantID: printable(decision.Actor.TenantID)},
		DecidedAt:  decision.DecidedAt,
	}
	for _, role := range decision.Actor.Roles[:min(len(decision.Actor.Roles), maxRoles)] {
		kept.Actor.Roles = append(kept.Actor.Roles, approval.Role(printable(string(role))))
	}
	if kept.DecidedAt.IsZero() {
		kept.DecidedAt = now
	}
	return kept
}

// unproven is the id that a decision is kept under whose token does not prove it: what is said under one id
// may differ each time, and each is kept.
func unproven(said approval.Decision) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{said.Verdict, said.Direction, said.BreakGlass, said.Reason, said.ResultHash, said.Actor.Subject}))
	return said.ID[:min(len(said.ID), maxRefusedText/2)] + "~" + hex.EncodeToString(sum[:4])
}

// printable cuts a text and drops what PostgreSQL cannot store.
func printable(text string) string {
	text = strings.ReplaceAll(text[:min(len(text), maxRefusedText)], "\x00", "")
	return strings.ToValidUTF8(text, "")
}
