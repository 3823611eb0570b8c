package driftwatch

import (
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// DriftState is where a drift stands.
type DriftState string

// The states of a drift. Accepted and snoozed drift is quiet until its time is over or its values
// change; then it is open again, and news.
const (
	DriftOpen     DriftState = "open"
	DriftAccepted DriftState = "accepted"
	DriftSnoozed  DriftState = "snoozed"
	DriftResolved DriftState = "resolved"
)

// Stance is what a person says about drift: leave it be until a time.
type Stance struct {
	// State is DriftAccepted or DriftSnoozed.
	State  DriftState `json:"decision"`
	Reason string     `json:"reason"`
	// Owner is who answers for it until Expires.
	Owner   string    `json:"owner"`
	Expires time.Time `json:"expires_at"`
	// Subject is who said it, At when.
	Subject string    `json:"subject"`
	At      time.Time `json:"at"`
}

const (
	// longestQuiet bounds how long drift may be left be; whoever means forever writes an ignore rule.
	longestQuiet = 366 * 24 * time.Hour
	// longestReason bounds a reason, in bytes.
	longestReason = 2 << 10
)

// CheckHolder returns a Forbidden error for somebody who may not leave drift be.
func CheckHolder(actor approval.Actor) error {
	if actor.Has(approval.RoleOperator) || actor.Has(approval.RoleSecurityApprover) {
		return nil
	}
	return fault.New(fault.Forbidden, "leaving drift be needs one of the roles %s, %s, which %s does not hold",
		approval.RoleOperator, approval.RoleSecurityApprover, actor.Subject)
}

// Check returns an InvalidInput error for a stance without a reason, an owner or a time to come.
func (s Stance) Check(now time.Time) error {
	switch {
	case s.State != DriftAccepted && s.State != DriftSnoozed:
		return fault.Invalid("/decision", "the decision is %.20q; it must be accept or snooze", s.State)
	case strings.TrimSpace(s.Reason) == "":
		return fault.Invalid("/reason", "leaving drift be needs a reason")
	case len(s.Reason) > longestReason:
		return fault.Invalid("/reason", "the reason has %d bytes; at most %d are kept", len(s.Reason), longestReason)
	case strings.TrimSpace(s.Owner) == "" || len(s.Owner) > 256:
		return fault.Invalid("/owner", "leaving drift be needs an owner, of at most 256 bytes, who answers for it")
	case !s.Expires.After(now):
		return fault.Invalid("/expires_at", "%s is not in the future", s.Expires.UTC().Format(time.RFC3339))
	case s.Expires.Sub(now) > longestQuiet:
		return fault.Invalid("/expires_at", "drift is left be for at most %d days; an ignore rule leaves it be for good", int(longestQuiet.Hours()/24))
	default:
		return nil
	}
}
