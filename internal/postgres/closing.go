package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	moment "github.com/omnicloud/omnicloud/domain/instant"
)

// Closing is the closing.Store in PostgreSQL. It is safe for concurrent use, by any number of
// processes. Errors that carry no code of the port's are Unavailable where trying again can help,
// and without a code where only a person can.
type Closing struct {
	db DB
	// now says which months have begun.
	now func() time.Time
}

var _ closing.Store = (*Closing)(nil)

// NewClosing returns the store on a pool.
func NewClosing(db DB) *Closing { return &Closing{db: db, now: moment.Now} }

// held is a period and one of its attempts while the period's row is locked.
type held struct {
	ref      closing.AttemptRef
	state    closing.State
	current  int
	revision int

	// The rest is the attempt's. decisionID is set once it is approved, deadline once it was shown.
	requestedBy, correlationID string
	manifestHash, resultHash   string
	deadline                   time.Time
	decisionID                 string
	approvedRevision           int
	outcome, failedFrom        string
}

// The outcomes of an attempt. A running attempt has none of the others; the schema permits one
// running attempt per period.
const (
	outcomeRunning   = "running"
	outcomeClosed    = "closed"
	outcomeFailed    = "failed"
	outcomeRejected  = "rejected"
	outcomeWithdrawn = "withdrawn"
)

// change locks the row of an attempt's period, reads both and lets work change them, all in one
// transaction. An attempt that does not exist is a NotFound error.
func (s *Closing) change(ctx context.Context, ref closing.AttemptRef, doing string, work func(pgx.Tx, *held) error) error {
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		holding, err := hold(ctx, tx, ref)
		if err != nil {
			return err
		}
		return work(tx, holding)
	})
	return explain(err, "%s %s of book %s (attempt %d)", doing, ref.Period, ref.Book, ref.Attempt)
}

// changeCurrent is change for what only the period's current attempt may do: one that was followed
// by another is a Conflict error.
func (s *Closing) changeCurrent(ctx context.Context, ref closing.AttemptRef, doing string, work func(pgx.Tx, *held) error) error {
	return s.change(ctx, ref, doing, func(tx pgx.Tx, holding *held) error {
		if holding.current != ref.Attempt {
			return fault.New(fault.Conflict, "attempt %d at %s of book %s is over; the current one is %d",
				ref.Attempt, ref.Period, ref.Book, holding.current)
		}
		return work(tx, holding)
	})
}

// hold locks a period and one of its attempts and reads both.
func hold(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef) (*held, error) {
	holding := held{ref: ref}
	row := tx.QueryRow(ctx, `SELECT p.state, p.attempt, p.revision, a.requested_by, a.correlation_id,
			a.manifest_hash, a.result_hash, a.approval_deadline, coalesce(a.decision_id, ''),
			coalesce(a.revision, 0), a.outcome, a.failed_from
		FROM periods p JOIN close_attempts a USING (book, period)
		WHERE p.book = $1 AND p.period = $2 AND a.attempt = $3 FOR UPDATE`,
		ref.Book, ref.Period.String(), ref.Attempt)
	err := row.Scan(&holding.state, &holding.current, &holding.revision, &holding.requestedBy, &holding.correlationID,
		&holding.manifestHash, &holding.resultHash, scannedInstant{&holding.deadline}, &holding.decisionID,
		&holding.approvedRevision, &holding.outcome, &holding.failedFrom)
	if noRow(err) {
		return nil, fault.New(fault.NotFound, "there is no attempt %d at %s of book %s", ref.Attempt, ref.Period, ref.Book)
	}
	return &holding, err
}

// move changes the state of the period, which CheckTransition must permit, and the step.
func (h *held) move(ctx context.Context, tx pgx.Tx, to closing.State, step, reason, failureCode string) error {
	if err := closing.CheckTransition(h.state, to); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE periods SET state = $3, step = $4, step_done = 0, step_total = 0,
		reason = $5, failure_code = $6, updated_at = now() WHERE book = $1 AND period = $2`,
		h.ref.Book, h.ref.Period.String(), string(to), step, reason, failureCode)
	return err
}

// end notes how the attempt ended.
func (h *held) end(ctx context.Context, tx pgx.Tx, outcome, reason, failureCode, failedFrom string) error {
	_, err := tx.Exec(ctx, `UPDATE close_attempts SET outcome = $4, reason = $5, failure_code = $6,
		failed_from = $7, ended_at = now() WHERE book = $1 AND period = $2 AND attempt = $3`,
		h.ref.Book, h.ref.Period.String(), h.ref.Attempt, outcome, reason, failureCode, failedFrom)
	return err
}
