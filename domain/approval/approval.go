// Package approval holds who may decide what: roles, decisions bound to the hash of what was
// shown, and the rule that nobody decides on their own work.
package approval

import (
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Role is what a caller may do.
type Role string

// The roles. An operator starts work and edits rules, approvers decide, an auditor reads all, a
// tenant reads its own.
const (
	RoleOperator         Role = "operator"
	RoleFinanceApprover  Role = "finance_approver"
	RoleSecurityApprover Role = "security_approver"
	RoleAuditor          Role = "auditor"
	RoleTenant           Role = "tenant"
)

// ParseRole reads a role's name. Anything unknown is an InvalidInput error.
func ParseRole(name string) (Role, error) {
	switch role := Role(name); role {
	case RoleOperator, RoleFinanceApprover, RoleSecurityApprover, RoleAuditor, RoleTenant:
		return role, nil
	default:
		return "", fault.New(fault.InvalidInput, "role %q is none of operator, finance_approver, security_approver, auditor, tenant", name)
	}
}

// Actor is an authenticated caller. TenantID is set for RoleTenant alone.
type Actor struct {
	Subject  string `json:"subject"`
	Roles    []Role `json:"roles"`
	TenantID string `json:"tenant_id,omitempty"`
}

// Has reports whether the actor holds a role.
func (a Actor) Has(role Role) bool {
	for _, held := range a.Roles {
		if held == role {
			return true
		}
	}
	return false
}

// Verdict is the content of a decision.
type Verdict string

// The verdicts.
const (
	Approve Verdict = "approve"
	Reject  Verdict = "reject"
)

// Decision is what someone decided about exactly one result. Token is the proof that the API
// signed for this person, role, workflow, hash and time; the names beside it prove nothing.
type Decision struct {
	// ID is the idempotency key of the decision and the id of its Temporal Update.
	ID         string  `json:"id"`
	Verdict    Verdict `json:"decision"`
	Reason     string  `json:"reason,omitempty"`
	ResultHash string  `json:"result_hash"`
	// Direction and BreakGlass belong to remediations: which way an approved difference is settled,
	// and that one person takes upon himself what two would have to decide.
	Direction  Direction `json:"direction,omitempty"`
	BreakGlass bool      `json:"break_glass,omitempty"`
	Actor      Actor     `json:"actor"`
	DecidedAt  time.Time `json:"decided_at"`
	Token      string    `json:"token,omitempty"`
}

// Direction says which side gives way when a difference is settled.
type Direction string

// The directions.
const (
	// Revert brings what runs back to what is declared.
	Revert Direction = "revert"
	// Accept declares what runs.
	Accept Direction = "accept"
)

// CheckReason returns an InvalidInput error about /reason where a rejection gives none: what is
// rejected is done again, by people who must know what to change.
func (d Decision) CheckReason() error {
	if d.Verdict == Reject && strings.TrimSpace(d.Reason) == "" {
		return fault.Invalid("/reason", "a rejection needs a reason: say what has to change before it is asked for again")
	}
	return nil
}

// Recorded is a decision as it stands in the audit trail. Refusal holds the fault code where the
// decision was not accepted.
type Recorded struct {
	Decision
	Attempt int    `json:"attempt"`
	Refusal string `json:"refusal,omitempty"`
}

// TokenClaims is what a decision token proves.
type TokenClaims struct {
	DecisionID string
	WorkflowID string
	ResultHash string
	Verdict    Verdict
	Reason     string
	Direction  Direction
	BreakGlass bool
	Actor      Actor
	IssuedAt   time.Time
	ExpiresAt  time.Time
}

// TokenVerifier checks a decision token's signature and times. A token that is malformed, forged
// or expired is an Unauthenticated error.
type TokenVerifier interface {
	VerifyDecision(token string) (TokenClaims, error)
}

// TokenSigner signs what a person may decide and returns the claims with the times it set.
type TokenSigner interface {
	SignDecision(claims TokenClaims) (token string, signed TokenClaims, err error)
}

// Independence names the people whose own work is being decided on.
type Independence struct {
	RequestedBy string
	RuleAuthors []string
}

// CheckFinance returns a Forbidden error unless the actor is a finance approver (and, where the
// book lists approvers, one of them) who neither started the close nor wrote one of its rules.
func CheckFinance(actor Actor, approvers []string, own Independence) error {
	if !actor.Has(RoleFinanceApprover) {
		return fault.New(fault.Forbidden, "deciding on a period needs the role %s, which %s does not hold", RoleFinanceApprover, actor.Subject)
	}
	if len(approvers) > 0 && !contains(approvers, actor.Subject) {
		return fault.New(fault.Forbidden, "%s is not among the approvers of this book", actor.Subject)
	}
	if actor.Subject == own.RequestedBy {
		return fault.New(fault.Forbidden, "%s started this close and cannot decide on it; another finance approver must", actor.Subject)
	}
	if contains(own.RuleAuthors, actor.Subject) {
		return fault.New(fault.Forbidden, "%s wrote a rule of this close and cannot decide on it; another finance approver must", actor.Subject)
	}
	return nil
}

func contains(list []string, wanted string) bool {
	for _, item := range list {
		if item == wanted {
			return true
		}
	}
	return false
}
