package remediation

import (
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Quorum says how many approvals each direction of a plan needs.
type Quorum struct {
	Revert int `json:"revert"`
	Accept int `json:"accept"`
}

// QuorumOf returns the quorum of a plan; a direction that cannot be carried out needs none and can
// have none.
func QuorumOf(plan Plan) Quorum {
	return Quorum{Revert: plan.Revert.Approvals, Accept: plan.Accept.Approvals}
}

func (q Quorum) of(direction approval.Direction) int {
	if direction == approval.Accept {
		return q.Accept
	}
	return q.Revert
}

// Needed returns how many approvals a decision's direction needs.
func (q Quorum) Needed(decision approval.Decision) int { return q.of(decision.Direction) }

// Admit counts a decision after those that count already and says whether it settles the plan. A
// rejection settles it at once, and so does breaking the glass. It is a Conflict error where the person
// has approved already, or where the direction cannot be carried out.
func (q Quorum) Admit(earlier []approval.Decision, next approval.Decision) (settles bool, err error) {
	if next.Verdict == approval.Reject {
		return true, nil
	}
	needed := q.of(next.Direction)
	if needed == 0 {
		return false, fault.New(fault.Conflict, "this plan cannot be carried out in the direction %s", next.Direction)
	}
	same := 1
	for _, decision := range earlier {
		if decision.Direction != next.Direction {
			continue
		}
		if decision.Actor.Subject == next.Actor.Subject {
			return false, fault.New(fault.Conflict, "%s has approved this already; another security approver must too", next.Actor.Subject)
		}
		same++
	}
	return next.BreakGlass || same >= needed, nil
}

// CheckApprover returns a Forbidden error unless the actor is a security approver who did not start
// what led to the remediation.
func CheckApprover(actor approval.Actor, requestedBy string) error {
	if !actor.Has(approval.RoleSecurityApprover) {
		return fault.New(fault.Forbidden, "deciding on a remediation needs the role %s, which %s does not hold", approval.RoleSecurityApprover, actor.Subject)
	}
	if actor.Subject == requestedBy {
		return fault.New(fault.Forbidden, "%s asked for the scan that led to this remediation and cannot decide on it; another security approver must", actor.Subject)
	}
	return nil
}

// CheckDecision returns an InvalidInput error about a decision that is not complete: an approval says
// in which direction, a rejection and breaking the glass say why.
func CheckDecision(decision approval.Decision) error {
	if err := decision.CheckReason(); err != nil {
		return err
	}
	switch {
	case decision.Verdict == approval.Approve && decision.Direction != approval.Revert && decision.Direction != approval.Accept:
		return fault.Invalid("/direction", "the direction is %.20q; an approval says revert or accept", decision.Direction)
	case decision.Verdict == approval.Reject && (decision.Direction != "" || decision.BreakGlass):
		return fault.Invalid("/direction", "a rejection has no direction and breaks no glass")
	case decision.BreakGlass && strings.TrimSpace(decision.Reason) == "":
		return fault.Invalid("/reason", "breaking the glass needs a reason: somebody will review it")
	default:
		return nil
	}
}

// CheckDecision says why a decision cannot count as the remediation stands. Who may not decide learns
// nothing else.
func (r Remediation) CheckDecision(decision approval.Decision, now time.Time) error {
	if err := CheckApprover(decision.Actor, r.RequestedBy); err != nil {
		return err
	}
	if err := CheckDecision(decision); err != nil {
		return err
	}
	switch {
	case decision.ResultHash == "":
		return fault.New(fault.PreconditionRequired, "a decision names the plan hash that was looked at in If-Match; GET the remediation for the current one")
	case r.State == Expired:
		return fault.New(fault.Gone, "the time to decide on remediation %s is over", r.ID)
	case r.State != AwaitingApproval:
		return fault.New(fault.Conflict, "remediation %s does not wait for a decision; it is %s", r.ID, r.State)
	case !now.Before(r.Deadline):
		return fault.New(fault.Gone, "the time to decide ended at %s", r.Deadline.UTC().Format(time.RFC3339))
	case decision.ResultHash != r.PlanHash:
		return fault.New(fault.PreconditionFailed, "the decision is about plan %.64s; the current plan is %s", decision.ResultHash, r.PlanHash)
	case decision.Verdict == approval.Approve && !r.Plan.In(decision.Direction).Possible:
		return fault.New(fault.Conflict, "this plan cannot be carried out in the direction %s", decision.Direction)
	default:
		return nil
	}
}
