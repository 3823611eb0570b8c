package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// Reopen gives an attempt up, as the port says. A rejection is recorded in the same transaction as
// what it leads to, so the audit trail never shows one without the other.
func (s *Closing) Reopen(ctx context.Context, ref closing.AttemptRef, decision *approval.Decision, reason string) error {
	return s.changeCurrent(ctx, ref, "reopening", func(tx pgx.Tx, attempt *held) error {
		// Rejected by one person while another cancels: whichever came first stands.
		if attempt.outcome == outcomeRejected || attempt.outcome == outcomeWithdrawn {
			return nil
		}
		if attempt.decisionID != "" {
			return fault.New(fault.Conflict, "%s of book %s was approved as revision %d and cannot be reopened; restate it instead",
				ref.Period, ref.Book, attempt.approvedRevision)
		}
		outcome := outcomeWithdrawn
		if decision != nil {
			if err := attempt.mayReject(*decision); err != nil {
				return err
			}
			outcome = outcomeRejected
			if err := recordDecision(ctx, tx, ref, *decision, ""); err != nil {
				return err
			}
		}
		// What was published before stays closed when a restatement is given up.
		to := closing.StateOpen
		if attempt.revision > 0 {
			to = closing.StateClosed
		}
		if err := attempt.move(ctx, tx, to, "", reason, ""); err != nil {
			return err
		}
		if err := attempt.end(ctx, tx, outcome, reason, "", ""); err != nil {
			return err
		}
		return attempt.notify(ctx, tx, closing.NotifyReopened, reason, "")
	})
}

// mayReject checks a rejection as mayApprove checks an approval, except for the deadline: a late
// rejection leads where the deadline leads anyway.
func (h *held) mayReject(decision approval.Decision) error {
	switch {
	case h.state != closing.StateAwaitingApproval:
		return fault.New(fault.Conflict, "attempt %d at %s of book %s awaits no decision", h.ref.Attempt, h.ref.Period, h.ref.Book)
	case decision.Verdict != approval.Reject:
		return fault.New(fault.InvalidInput, "a decision to %s cannot reopen %s of book %s", decision.Verdict, h.ref.Period, h.ref.Book)
	case decision.ResultHash != h.resultHash:
		return fault.New(fault.PreconditionFailed, "the decision is about result %.12s, but %s of book %s now has %.12s; look again and decide on that",
			decision.ResultHash, h.ref.Period, h.ref.Book, h.resultHash)
	}
	return nil
}

// Fail stops an attempt that cannot go on, as the port says. It notes from which state, because an
// attempt that failed while publishing is approved and can only be published. Failing a failed one
// changes nothing, so the first reason stays.
func (s *Closing) Fail(ctx context.Context, ref closing.AttemptRef, code, reason string) error {
	return s.changeCurrent(ctx, ref, "failing", func(tx pgx.Tx, attempt *held) error {
		if attempt.state == closing.StateFailed || attempt.givenBack() {
			return nil
		}
		to := closing.StateFailed
		if attempt.nothingTaken(code) {
			to = closing.StateClosed
		}
		if err := attempt.move(ctx, tx, to, "", reason, code); err != nil {
			return err
		}
		if err := attempt.end(ctx, tx, outcomeFailed, reason, code, string(attempt.state)); err != nil {
			return err
		}
		return attempt.notify(ctx, tx, closing.NotifyFailed, reason, code)
	})
}

// nothingTaken tells whether a restatement ends before it begins: its freeze finds nothing to restate
// where another month's close took it meanwhile, and a published period is not alarming for that.
func (h *held) nothingTaken(code string) bool {
	return h.state == closing.StateRestating && h.manifestHash == "" && code == string(fault.Conflict)
}

// givenBack tells whether that is what became of it.
func (h *held) givenBack() bool {
	return h.state == closing.StateClosed && h.outcome == outcomeFailed
}

// Close ends an attempt whose revision is delivered, as the port says: before, it is a Conflict
// error that counts what is left. Closing a closed period changes nothing.
func (s *Closing) Close(ctx context.Context, ref closing.AttemptRef) error {
	return s.changeCurrent(ctx, ref, "closing", func(tx pgx.Tx, attempt *held) error {
		if attempt.state == closing.StateClosed && attempt.outcome == outcomeClosed {
			return nil
		}
		// A restatement that is given up goes from awaiting_approval to closed, but not this way.
		if attempt.state != closing.StatePublishing {
			return fault.New(fault.Conflict, "attempt %d at %s of book %s is %s and publishes nothing", ref.Attempt, ref.Period, ref.Book, attempt.state)
		}
		// Counted under the period's lock, though no lock is needed: a revision's messages were all
		// added when it was approved, and delivered ones never become undelivered.
		var left int
		err := tx.QueryRow(ctx, "SELECT count(*) FROM outbox WHERE topic = $1 AND group_key = $2 AND delivered_at IS NULL",
			outbox.TopicBillingPosting, closing.PostingGroup(ref.Book, ref.Period, attempt.approvedRevision)).Scan(&left)
		if err != nil {
			return err
		}
		if left > 0 {
			return fault.New(fault.Conflict, "%d postings of %s of book %s are not delivered", left, ref.Period, ref.Book)
		}
		if err := attempt.move(ctx, tx, closing.StateClosed, "close", "", ""); err != nil {
			return err
		}
		if err := attempt.end(ctx, tx, outcomeClosed, "", "", ""); err != nil {
			return err
		}
		return attempt.notify(ctx, tx, closing.NotifyClosed, "", "")
	})
}

// notify puts a notification about the attempt into the outbox, in the transaction of what it tells.
// There is one of a kind per attempt, which the key of the message keeps.
func (h *held) notify(ctx context.Context, tx pgx.Tx, kind closing.NotificationKind, reason, failureCode string) error {
	payload, err := json.Marshal(closing.Notification{
		Kind: kind, Book: h.ref.Book, Period: h.ref.Period, Attempt: h.ref.Attempt, Revision: h.approvedRevision,
		ResultHash: h.resultHash, Deadline: h.deadline, Reason: reason, FailureCode: failureCode, CorrelationID: h.correlationID,
	})
	if err != nil {
		return fmt.Errorf("encoding a notification: %w", err)
	}
	return addMessages(ctx, tx, []outbox.Message{{
		Topic: outbox.TopicNotification, Group: h.ref.Book + "/" + h.ref.Period.String(),
		Key: closing.NotificationKey(kind, h.ref, 0), Payload: payload, CorrelationID: h.correlationID,
	}})
}
