package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// OpenRestatement starts a restatement, as the port says; of many who ask at once, one starts it.
func (s *Closing) OpenRestatement(
	ctx context.Context, request closing.OpenRequest, wanted closing.Restatement,
) (status closing.Status, started bool, err error) {
	if err := wanted.Validate(); err != nil {
		return closing.Status{}, false, err
	}
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		book, err := readBook(ctx, tx, request.Book)
		if err != nil {
			return err
		}
		state, err := lockPeriod(ctx, tx, request.Book, request.Period)
		if err != nil {
			return err
		}
		if status, err = readStatus(ctx, tx, request.Book, request.Period); err != nil {
			return err
		}
		if state == closing.StateRestating || (state.Running() && status.Restates > 0) {
			return sameRestatement(status, wanted)
		}
		if err := mayRestate(status); err != nil {
			return err
		}
		if err := startAttempt(ctx, tx, request, state, &wanted); err != nil {
			return err
		}
		started = true
		if status, err = readStatus(ctx, tx, request.Book, request.Period); err != nil {
			return err
		}
		// One that goes on with publishing was calculated and approved before.
		if status.State != closing.StateRestating {
			return nil
		}
		return mayChange(ctx, tx, book, status.Ref())
	})
	if err != nil {
		return closing.Status{}, false, explain(err, "opening a restatement of %s of book %s", request.Period, request.Book)
	}
	return status, started, nil
}

// sameRestatement returns a Conflict error unless the restatement under way is the one that is wanted:
// who asks for another must not take it for theirs.
func sameRestatement(status closing.Status, wanted closing.Restatement) error {
	if status.Restatement != nil && status.Restatement.Equal(wanted) {
		return nil
	}
	return fault.New(fault.Conflict, "%s of book %s is being restated as revision %d by another request; wait until that is published or given up, and ask again",
		status.Period, status.Book, status.Restates)
}

// mayRestate returns a Conflict error unless a period has a revision that nothing is being done to.
func mayRestate(status closing.Status) error {
	restated := status.State == closing.StateFailed && status.Restates > 0
	if status.State == closing.StateClosed || restated {
		return nil
	}
	return fault.New(fault.Conflict, "period %s of book %s is %s; only a closed period is restated, and what comes before its close is part of that",
		status.Period, status.Book, status.State)
}

// giveUpRestatement takes a period whose restatement failed before its approval back to the revision
// that it has, and reports false where the period failed in another way.
func giveUpRestatement(ctx context.Context, tx pgx.Tx, request closing.OpenRequest) (bool, error) {
	tag, err := tx.Exec(ctx, `UPDATE periods p SET state = 'closed', step = '', step_done = 0, step_total = 0, updated_at = now()
		FROM close_attempts a
		WHERE p.book = $1 AND p.period = $2 AND p.state = 'failed'
			AND a.book = p.book AND a.period = p.period AND a.attempt = p.attempt
			AND a.restates IS NOT NULL AND a.decision_id IS NULL`, request.Book, request.Period.String())
	return tag.RowsAffected() == 1, err
}

// Restated returns what a restatement was asked to do and what it starts from, as the port says.
func (s *Closing) Restated(ctx context.Context, ref closing.AttemptRef) (closing.Restated, error) {
	return readRestated(ctx, s.db, ref)
}

func readRestated(ctx context.Context, db DB, ref closing.AttemptRef) (closing.Restated, error) {
	restated := closing.Restated{Base: closing.AttemptRef{Book: ref.Book, Period: ref.Period}}
	err := db.QueryRow(ctx, `SELECT a.restatement, b.attempt, coalesce(b.restates, 0), b.revision, b.result_hash
		FROM close_attempts a
		JOIN close_attempts b ON b.book = a.book AND b.period = a.period AND b.revision = a.restates - 1
		WHERE a.book = $1 AND a.period = $2 AND a.attempt = $3
		ORDER BY b.attempt DESC LIMIT 1`, ref.Book, ref.Period.String(), ref.Attempt).
		Scan(&restated.Restatement, &restated.Base.Attempt, &restated.Base.Restates, &restated.Revision, &restated.ResultHash)
	if noRow(err) {
		return closing.Restated{}, fault.New(fault.NotFound, "attempt %d at %s of book %s restates nothing", ref.Attempt, ref.Period, ref.Book)
	}
	return restated, explain(err, "reading what attempt %d at %s of book %s restates", ref.Attempt, ref.Period, ref.Book)
}
