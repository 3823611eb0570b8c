package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// OpenAttempt starts an attempt, as the port says. However many ask at once, one starts: the others
// wait for its row and then find the period running. A refusal leaves no row behind, since the row
// that was made for the lock goes with the transaction.
func (s *Closing) OpenAttempt(ctx context.Context, request closing.OpenRequest) (status closing.Status, started bool, err error) {
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		book, err := readBook(ctx, tx, request.Book)
		if err != nil {
			return err
		}
		state, err := lockPeriod(ctx, tx, request.Book, request.Period)
		if err != nil {
			return err
		}
		if state == closing.StateFailed {
			given, err := giveUpRestatement(ctx, tx, request)
			if err != nil {
				return err
			}
			if given {
				state = closing.StateClosed
			}
		}
		if state == closing.StateOpen || state == closing.StateFailed {
			if err := mayClose(ctx, tx, book, request); err != nil {
				return err
			}
			if err := startAttempt(ctx, tx, request, state, nil); err != nil {
				return err
			}
			started = true
		}
		status, err = readStatus(ctx, tx, request.Book, request.Period)
		return err
	})
	if err != nil {
		return closing.Status{}, false, explain(err, "opening an attempt at %s of book %s", request.Period, request.Book)
	}
	return status, started, nil
}

// lockPeriod makes the period's row where there is none and locks it: a row that does not exist
// cannot be locked, and two first attempts would not see each other.
func lockPeriod(ctx context.Context, tx pgx.Tx, book string, month period.Period) (state closing.State, err error) {
	if _, err := tx.Exec(ctx, "INSERT INTO periods (book, period) VALUES ($1, $2) ON CONFLICT DO NOTHING", book, month.String()); err != nil {
		return "", err
	}
	err = tx.QueryRow(ctx, "SELECT state FROM periods WHERE book = $1 AND period = $2 FOR UPDATE", book, month.String()).Scan(&state)
	return state, err
}

// mayClose returns a Conflict error unless the period has ended, is the book's, and follows a closed
// one. The clock is the caller's, so that tests and backfills have theirs. The period before is read
// without a lock: once closed, it never becomes unclosed.
func mayClose(ctx context.Context, tx pgx.Tx, book closing.Book, request closing.OpenRequest) error {
	month := request.Period
	if request.Now.Before(month.End()) {
		return fault.New(fault.Conflict, "period %s has not ended; it can be closed from %s on", month, month.End().Format("2006-01-02"))
	}
	known, err := belongs(ctx, tx, book, month)
	if err != nil {
		return err
	}
	if !known {
		return fault.New(fault.Conflict, "period %s has no charges and lies before %s, the first of book %s; import its charges first",
			month, book.FirstPeriod, book.ID)
	}
	if !book.InOrder {
		return nil
	}
	// The month before counts only where the book closes it: the first period, and months of old
	// charges after a gap, have nothing to wait for.
	before := month.Previous()
	known, err = belongs(ctx, tx, book, before)
	if err != nil || !known {
		return err
	}
	status, err := readStatus(ctx, tx, book.ID, before)
	if err != nil {
		return err
	}
	// A period that is restated was closed before; one that publishes its first revision was not.
	publishing := status.State == closing.StatePublishing || status.State == closing.StateFailed
	if status.Revision == 0 || (publishing && status.Restates == 0) {
		return fault.New(fault.Conflict, "period %s comes after %s, which is %s; close %s first", month, before, status.State, before)
	}
	return nil
}

// belongs reports whether a month is one that the book closes: from its first period on every month,
// charges or not, and before that those with imported charges.
func belongs(ctx context.Context, tx pgx.Tx, book closing.Book, month period.Period) (bool, error) {
	if !month.Before(book.FirstPeriod) {
		return true, nil
	}
	var charged bool
	err := tx.QueryRow(ctx, "SELECT $2 IN ("+chargeMonths+")", book.ID, month.String()).Scan(&charged)
	return charged, err
}

// startAttempt makes the next attempt. After a failure while publishing it takes over everything
// that was approved, the decision included, and goes on there: what was sealed cannot be calculated
// again. Else it begins anew, with nothing of the attempts before: as the restatement that is wanted,
// or where that is nil as a close.
func startAttempt(ctx context.Context, tx pgx.Tx, request closing.OpenRequest, from closing.State, wanted *closing.Restatement) error {
	to, step := closing.StateClosing, "collect"
	tag, err := tx.Exec(ctx, `INSERT INTO close_attempts (book, period, attempt, requested_by, correlation_id,
			ledger_attempt, restates, restatement, manifest, manifest_hash, reconciliation, result_hash, totals,
			approval_deadline, decision_id, revision)
		SELECT a.book, a.period, a.attempt + 1, $3, $4, a.ledger_attempt, a.restates, a.restatement, a.manifest,
			a.manifest_hash, a.reconciliation, a.result_hash, a.totals, a.approval_deadline, a.decision_id, a.revision
		FROM periods p JOIN close_attempts a USING (book, period, attempt)
		WHERE p.book = $1 AND p.period = $2 AND p.state = 'failed' AND a.failed_from = 'publishing'`,
		request.Book, request.Period.String(), request.RequestedBy, request.CorrelationID)
	if err != nil {
		return err
	}
	switch {
	case tag.RowsAffected() == 1:
		to, step = closing.StatePublishing, "publish"
	case wanted != nil:
		to, step = closing.StateRestating, "freeze"
	}
	if to != closing.StatePublishing {
		// A null document stands for no restatement, and then the revision it would make is null too.
		if _, err := tx.Exec(ctx, `INSERT INTO close_attempts (book, period, attempt, requested_by, correlation_id,
				ledger_attempt, restates, restatement)
			SELECT book, period, attempt + 1, $3, $4, attempt + 1, CASE WHEN $5::jsonb IS NOT NULL THEN revision + 1 END, $5
			FROM periods WHERE book = $1 AND period = $2`,
			request.Book, request.Period.String(), request.RequestedBy, request.CorrelationID, wanted); err != nil {
			return err
		}
	}
	if err := closing.CheckTransition(from, to); err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `UPDATE periods SET state = $3, attempt = attempt + 1, step = $4, step_done = 0,
		step_total = 0, reason = '', failure_code = '', updated_at = now() WHERE book = $1 AND period = $2`,
		request.Book, request.Period.String(), string(to), step)
	return err
}
