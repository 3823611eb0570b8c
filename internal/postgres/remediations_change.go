package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// heldRemediation is a remediation while its row and its tenant's history are locked.
type heldRemediation struct {
	remediation.Remediation
	tx      pgx.Tx
	history *historyWriter
}

// change locks a remediation and lets work change it, all in one transaction.
func (s *Remediations) change(ctx context.Context, ref remediation.Ref, doing string, work func(*heldRemediation) error) error {
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		history, err := lockHistory(ctx, tx, ref.TenantID)
		if err != nil {
			return err
		}
		found, err := scanRemediation(tx.QueryRow(ctx, `SELECT `+remediationColumns+` FROM remediations
			WHERE remediation_id = $1 AND tenant_id = $2 FOR UPDATE`, ref.ID, ref.TenantID))
		if noRow(err) {
			return noRemediation(ref.ID)
		}
		if err != nil {
			return err
		}
		return work(&heldRemediation{Remediation: found, tx: tx, history: history})
	})
	return explain(err, "%s remediation %s", doing, ref.ID)
}

// tell appends to the history.
func (h *heldRemediation) tell(ctx context.Context, kind drifthistory.Kind, subject string, at time.Time, document any) error {
	entry, err := h.Entry(kind, subject, at, document)
	if err != nil {
		return err
	}
	return h.history.append(ctx, entry)
}

// announce puts a message for people into the outbox.
func (h *heldRemediation) announce(ctx context.Context, kind remediation.NotificationKind, subject string) error {
	message, err := h.Announce(kind, 0, subject)
	if err != nil {
		return err
	}
	return addMessages(ctx, h.tx, []outbox.Message{message})
}

// move changes the state, which CheckTransition must permit.
func (h *heldRemediation) move(ctx context.Context, to remediation.State, reason string) error {
	if err := remediation.CheckTransition(h.State, to); err != nil {
		return err
	}
	h.State, h.Reason = to, reason
	_, err := h.tx.Exec(ctx, `UPDATE remediations SET state = $2, reason = $3, updated_at = now(),
		applied_at = CASE WHEN $2 = 'applying' THEN now() ELSE applied_at END WHERE remediation_id = $1`, h.ID, string(to), reason)
	return err
}

// KeepPlan implements remediation.Store. The same plan again keeps its first deadline: an activity that
// is retried must not give approvers more time than they were told.
func (s *Remediations) KeepPlan(ctx context.Context, ref remediation.Ref, plan remediation.Plan, keep remediation.Keeping) (kept remediation.Remediation, err error) {
	err = s.change(ctx, ref, "planning", func(h *heldRemediation) error {
		to := remediation.AwaitingApproval
		if plan.Automatic {
			to = remediation.Approved
		}
		if h.PlanHash == keep.Hash && h.State == to {
			kept = h.Remediation
			return nil
		}
		if err := h.checkLimits(ctx, plan, keep); err != nil {
			return err
		}
		document, err := json.Marshal(plan)
		if err != nil {
			return err
		}
		if err := h.move(ctx, to, ""); err != nil {
			return err
		}
		h.Plan, h.PlanHash, h.PlanNumber, h.Deadline = &plan, keep.Hash, h.PlanNumber+1, keep.Deadline
		h.Automatic, h.Held, h.Direction, h.Mode = plan.Automatic, keep.Held, "", keep.Mode
		if plan.Automatic {
			h.Direction, h.Deadline = approval.Revert, time.Time{}
		}
		if _, err := h.tx.Exec(ctx, `UPDATE remediations SET plan = $2, plan_hash = $3, plan_number = $4, deadline = $5, automatic = $6,
			held = $7, direction = $8, mode = $9, alone_at = CASE WHEN $6 THEN $10 ELSE alone_at END WHERE remediation_id = $1`,
			h.ID, string(document), h.PlanHash, h.PlanNumber, instant(h.Deadline), h.Automatic, h.Held, string(h.Direction),
			string(h.Mode), keep.Now); err != nil {
			return err
		}
		if err := h.tell(ctx, drifthistory.Planned, "", keep.Now, struct {
			PlanHash string           `json:"plan_hash"`
			Plan     remediation.Plan `json:"plan"`
		}{keep.Hash, plan}); err != nil {
			return err
		}
		kept = h.Remediation
		if plan.Automatic || !keep.Announce {
			return nil
		}
		return h.announce(ctx, remediation.NotifyAwaitingApproval, "")
	})
	return kept, err
}

// checkLimits returns a RateLimited error where a plan that no person agrees to would go beyond a limit.
// The tenant's history is locked, so that one plan is counted after the other.
func (h *heldRemediation) checkLimits(ctx context.Context, plan remediation.Plan, keep remediation.Keeping) error {
	if !plan.Automatic {
		return nil
	}
	usage, err := usageOf(ctx, h.tx, h.Ref, keep.Limits, keep.Now)
	if err != nil {
		return err
	}
	if held := keep.Limits.Hold(usage); held != "" {
		return fault.New(fault.RateLimited, "%s", held)
	}
	return nil
}

// Move implements remediation.Store.
func (s *Remediations) Move(ctx context.Context, ref remediation.Ref, to remediation.State, reason string) error {
	return s.change(ctx, ref, "moving", func(h *heldRemediation) error {
		from := h.State
		if from == to {
			return nil
		}
		if err := h.move(ctx, to, reason); err != nil {
			return err
		}
		switch {
		case to == remediation.Verifying:
			return h.tell(ctx, drifthistory.Applied, "", s.now(), remediation.Applied{
				PlanHash: h.PlanHash, Direction: h.Direction, Automatic: h.Automatic, Changes: h.planned(),
			})
		case to == remediation.Planning && from == remediation.Verifying:
			return h.resolvePlanned(ctx, s.now())
		case to == remediation.Planning:
			// Nothing was written: what was decided on is not what comes next.
			_, err := h.tx.Exec(ctx, "UPDATE remediations SET direction = '' WHERE remediation_id = $1", h.ID)
			return err
		}
		return nil
	})
}

func (h *heldRemediation) planned() []remediation.Difference {
	if h.Plan == nil {
		return nil
	}
	return h.Plan.Changes
}

// resolvePlanned closes the drifts that were seen to be gone, without waiting for the next scan.
func (h *heldRemediation) resolvePlanned(ctx context.Context, now time.Time) error {
	ids := make([]string, 0, len(h.planned()))
	for _, change := range h.planned() {
		ids = append(ids, change.DriftID)
	}
	rows, err := h.tx.Query(ctx, `UPDATE drifts SET state = 'resolved', stance = NULL, quiet_until = NULL
		WHERE drift_id = ANY ($1) AND tenant_id = $2 AND state <> 'resolved' RETURNING document::text`, ids, h.TenantID)
	if err != nil {
		return err
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (drifthistory.Entry, error) {
		var document string
		err := row.Scan(&document)
		return drifthistory.Entry{
			TenantID: h.TenantID, ResourceID: h.ResourceID, ResourceType: h.ResourceType, Kind: drifthistory.Resolved,
			At: now, Reference: h.ID, Document: []byte(document),
		}, err
	})
	if err != nil {
		return err
	}
	return h.history.append(ctx, entries...)
}

// End implements remediation.Store. One that has ended stays as it is, so that the first reason stays.
func (s *Remediations) End(ctx context.Context, ref remediation.Ref, ending remediation.Ending) error {
	return s.change(ctx, ref, "ending", func(h *heldRemediation) error {
		if h.State.Over() {
			return nil
		}
		return h.end(ctx, ending, "")
	})
}

func (h *heldRemediation) end(ctx context.Context, ending remediation.Ending, subject string) error {
	if !ending.State.Over() {
		return fault.New(fault.Internal, "%s is no end of a remediation", ending.State)
	}
	if err := h.move(ctx, ending.State, ending.Reason); err != nil {
		return err
	}
	if _, err := h.tx.Exec(ctx, "UPDATE remediations SET ended_at = $2, failure_code = $3 WHERE remediation_id = $1",
		h.ID, ending.Now, ending.Code); err != nil {
		return err
	}
	if err := forgetRuns(ctx, h.tx, h.Runs()); err != nil {
		return err
	}
	if err := h.tell(ctx, drifthistory.Ended, subject, ending.Now, map[string]string{
		"state": string(ending.State), "reason": ending.Reason, "failure_code": ending.Code, "plan_hash": h.PlanHash,
	}); err != nil {
		return err
	}
	if h.Quiet || h.Automatic && ending.State == remediation.Mended || ending.State == remediation.Moot {
		return nil
	}
	return h.announce(ctx, remediation.NotifyEnded, subject)
}
