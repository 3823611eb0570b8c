package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// AwaitApproval shows a result to people, as the port says. Asked again it keeps the first deadline:
// an activity that is retried must not give approvers more time than they were told. It is a
// Conflict error without a result, or in a state from which nothing can be approved.
func (s *Closing) AwaitApproval(ctx context.Context, ref closing.AttemptRef, deadline time.Time) error {
	return s.changeCurrent(ctx, ref, "asking for the approval of", func(tx pgx.Tx, attempt *held) error {
		if attempt.state == closing.StateAwaitingApproval {
			return nil
		}
		if attempt.resultHash == "" {
			return fault.New(fault.Conflict, "attempt %d at %s of book %s has no result to approve", ref.Attempt, ref.Period, ref.Book)
		}
		if err := attempt.move(ctx, tx, closing.StateAwaitingApproval, "await_approval", "", ""); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE close_attempts SET approval_deadline = $4
			WHERE book = $1 AND period = $2 AND attempt = $3`, ref.Book, ref.Period.String(), ref.Attempt, deadline); err != nil {
			return err
		}
		// The notification repeats what the row now says.
		attempt.deadline = deadline
		return attempt.notify(ctx, tx, closing.NotifyAwaitingApproval, "", "")
	})
}

// Approve commits an approval with all that follows from it, as the port says. Besides what the port
// names, it is a Tampered error when the ledger no longer holds what the result hash was made of.
// Rows are locked in one order everywhere, the period, its ledger transactions, the book's head, so
// that approvals of several periods wait for each other and never block each other.
func (s *Closing) Approve(ctx context.Context, ref closing.AttemptRef, decision approval.Decision, announce closing.Announce) (revision int, err error) {
	err = s.change(ctx, ref, "approving", func(tx pgx.Tx, attempt *held) error {
		// Asked first, before any state: a retry may come when the period is long closed.
		if attempt.decisionID != "" && attempt.decisionID == decision.ID {
			revision = attempt.approvedRevision
			return nil
		}
		if err := attempt.mayApprove(decision); err != nil {
			return err
		}
		revision = attempt.revision + 1
		if err := recordDecision(ctx, tx, ref, decision, ""); err != nil {
			return err
		}
		if err := sealAttempt(ctx, tx, attempt, revision); err != nil {
			return err
		}
		messages, err := announce(revision)
		if err != nil {
			return err
		}
		return attempt.publish(ctx, tx, decision.ID, revision, messages)
	})
	if err != nil {
		return 0, err
	}
	return revision, nil
}

// mayApprove checks a decision against the row that it would change. Who may decide is not the
// database's business; what is decided on, and when, is, since only here nothing can change between
// the check and its consequence.
func (h *held) mayApprove(decision approval.Decision) error {
	switch {
	case h.current != h.ref.Attempt || h.state != closing.StateAwaitingApproval:
		return fault.New(fault.Conflict, "attempt %d at %s of book %s awaits no approval", h.ref.Attempt, h.ref.Period, h.ref.Book)
	case decision.Verdict != approval.Approve:
		return fault.New(fault.InvalidInput, "a decision to %s cannot approve %s of book %s", decision.Verdict, h.ref.Period, h.ref.Book)
	case decision.ResultHash != h.resultHash:
		return fault.New(fault.PreconditionFailed, "the decision is about result %.12s, but %s of book %s now has %.12s; look again and decide on that",
			decision.ResultHash, h.ref.Period, h.ref.Book, h.resultHash)
	case decision.DecidedAt.After(h.deadline):
		return fault.New(fault.Gone, "the approval of %s of book %s had to come by %s", h.ref.Period, h.ref.Book, h.deadline.UTC().Format(time.RFC3339))
	}
	return nil
}

// publish notes the approval, moves the period to publishing and puts messages into the outbox.
func (h *held) publish(ctx context.Context, tx pgx.Tx, decisionID string, revision int, messages []outbox.Message) error {
	if err := h.move(ctx, tx, closing.StatePublishing, "publish", "", ""); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, "UPDATE periods SET revision = $3 WHERE book = $1 AND period = $2",
		h.ref.Book, h.ref.Period.String(), revision); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE close_attempts SET decision_id = $4, revision = $5
		WHERE book = $1 AND period = $2 AND attempt = $3`,
		h.ref.Book, h.ref.Period.String(), h.ref.Attempt, decisionID, revision); err != nil {
		return err
	}
	// The correlation id of the request that began the close leads from every message back to it.
	for i := range messages {
		if messages[i].CorrelationID == "" {
			messages[i].CorrelationID = h.correlationID
		}
	}
	if err := addMessages(ctx, tx, messages); err != nil {
		return err
	}
	h.approvedRevision = revision
	return h.notify(ctx, tx, closing.NotifyApproved, "", "")
}
