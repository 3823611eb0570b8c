package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// record appends a decision to the audit trail and to the history, with the hash of what was seen.
// Recorded already, it changes nothing.
func (h *heldRemediation) record(ctx context.Context, decision approval.Decision, refusal string) error {
	actor, err := json.Marshal(decision.Actor)
	if err != nil {
		return err
	}
	tag, err := h.tx.Exec(ctx, `INSERT INTO remediation_decisions (remediation_id, tenant_id, decision_id, verdict, direction, break_glass,
			reason, plan_hash, actor, subject, decided_at, refusal)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (remediation_id, decision_id, refusal) DO NOTHING`,
		h.ID, h.TenantID, decision.ID, string(decision.Verdict), string(decision.Direction), decision.BreakGlass,
		decision.Reason, decision.ResultHash, actor, decision.Actor.Subject, decision.DecidedAt, refusal)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	kind := drifthistory.Decided
	if refusal != "" {
		kind = drifthistory.Refused
	}
	decision.Token = ""
	return h.tell(ctx, kind, decision.Actor.Subject, decision.DecidedAt, approval.Recorded{Decision: decision, Attempt: h.PlanNumber, Refusal: refusal})
}

// mayDecide checks a decision against the row that it would change: only here nothing can change
// between the check and its consequence.
func (h *heldRemediation) mayDecide(decision approval.Decision, verdict approval.Verdict) error {
	switch {
	case h.State != remediation.AwaitingApproval:
		return fault.New(fault.Conflict, "remediation %s does not wait for a decision; it is %s", h.ID, h.State)
	case decision.Verdict != verdict:
		return fault.New(fault.InvalidInput, "a decision to %s cannot %s remediation %s", decision.Verdict, verdict, h.ID)
	case decision.ResultHash != h.PlanHash:
		return fault.New(fault.PreconditionFailed, "the decision is about plan %.12s, but remediation %s now has %.12s; look again and decide on that",
			decision.ResultHash, h.ID, h.PlanHash)
	case verdict == approval.Approve && decision.DecidedAt.After(h.Deadline):
		return fault.New(fault.Gone, "the decision on remediation %s had to come by %s", h.ID, h.Deadline.UTC().Format(time.RFC3339))
	}
	return nil
}

// NoteDecision implements remediation.Store.
func (s *Remediations) NoteDecision(ctx context.Context, ref remediation.Ref, decision approval.Decision) error {
	return s.change(ctx, ref, "noting a decision on", func(h *heldRemediation) error {
		// The decision that settled it may have come in between; this one counts all the same.
		return h.record(ctx, decision, "")
	})
}

// RefuseDecision implements remediation.Store.
func (s *Remediations) RefuseDecision(ctx context.Context, ref remediation.Ref, decision approval.Decision, refusal string) error {
	if refusal == "" {
		return fault.New(fault.InvalidInput, "decision %s was accepted; it is recorded with what it changes", decision.ID)
	}
	return s.change(ctx, ref, "refusing a decision on", func(h *heldRemediation) error { return h.record(ctx, decision, refusal) })
}

// Approve implements remediation.Store.
func (s *Remediations) Approve(ctx context.Context, ref remediation.Ref, decisions []approval.Decision) error {
	if len(decisions) == 0 {
		return fault.New(fault.Internal, "an approval of remediation %s needs a decision", ref.ID)
	}
	last := decisions[len(decisions)-1]
	return s.change(ctx, ref, "approving", func(h *heldRemediation) error {
		if h.State == remediation.Approved && h.PlanHash == last.ResultHash {
			return nil
		}
		if err := h.mayDecide(last, approval.Approve); err != nil {
			return err
		}
		for _, decision := range decisions {
			if err := h.record(ctx, decision, ""); err != nil {
				return err
			}
		}
		if err := h.move(ctx, remediation.Approved, ""); err != nil {
			return err
		}
		h.Direction, h.BreakGlass = last.Direction, h.BreakGlass || last.BreakGlass
		if last.BreakGlass {
			h.Review = remediation.ReviewDue
		}
		if _, err := h.tx.Exec(ctx, "UPDATE remediations SET direction = $2, break_glass = $3, review = $4 WHERE remediation_id = $1",
			h.ID, string(h.Direction), h.BreakGlass, string(h.Review)); err != nil {
			return err
		}
		if !last.BreakGlass {
			return h.announce(ctx, remediation.NotifyApproved, last.Actor.Subject)
		}
		if err := h.announce(ctx, remediation.NotifyBrokenGlass, last.Actor.Subject); err != nil {
			return err
		}
		return h.announce(ctx, remediation.NotifyReviewDue, last.Actor.Subject)
	})
}

// Reject implements remediation.Store.
func (s *Remediations) Reject(ctx context.Context, ref remediation.Ref, decision approval.Decision) error {
	return s.change(ctx, ref, "rejecting", func(h *heldRemediation) error {
		if h.State == remediation.Rejected {
			return nil
		}
		if err := h.mayDecide(decision, approval.Reject); err != nil {
			return err
		}
		if err := h.record(ctx, decision, ""); err != nil {
			return err
		}
		return h.end(ctx, remediation.Ending{State: remediation.Rejected, Reason: decision.Reason, Now: decision.DecidedAt}, decision.Actor.Subject)
	})
}

// Review implements remediation.Store.
func (s *Remediations) Review(ctx context.Context, tenantID, id, subject, reason string, now time.Time) (reviewed remediation.Remediation, err error) {
	found, err := s.Remediation(ctx, tenantID, id)
	if err != nil {
		return found, err
	}
	err = s.change(ctx, found.Ref, "reviewing", func(h *heldRemediation) error {
		if h.Review != remediation.ReviewDue {
			return fault.New(fault.Conflict, "no review of remediation %s is due", id)
		}
		h.Review = remediation.ReviewDone
		if _, err := h.tx.Exec(ctx, "UPDATE remediations SET review = $2, updated_at = now() WHERE remediation_id = $1", h.ID, string(h.Review)); err != nil {
			return err
		}
		reviewed = h.Remediation
		return h.tell(ctx, drifthistory.Reviewed, subject, now, map[string]string{"reason": reason, "plan_hash": h.PlanHash})
	})
	return reviewed, err
}
