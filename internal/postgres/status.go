package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/period"
)

// chargeMonths yields the months (column month) in which a book (parameter 1) has charges, by the
// column that decides a charge's period in that book.
const chargeMonths = `
	SELECT DISTINCT x.month
	FROM books b
	JOIN input_slices s ON s.kind = 'charges' AND s.status IN ('current', 'late')
		AND (cardinality(b.billing_accounts) = 0 OR s.scope = ANY (b.billing_accounts))
	JOIN input_batches i ON i.batch_id = s.batch_id AND i.status = 'sealed'
	CROSS JOIN LATERAL (
		SELECT s.period AS month WHERE b.period_by = 'billing'
		UNION ALL
		SELECT to_char(m, 'YYYY-MM') FROM generate_series(
			date_trunc('month', s.min_charge_start AT TIME ZONE 'UTC'), s.max_charge_start AT TIME ZONE 'UTC', '1 month') m
		WHERE b.period_by = 'charge') x
	WHERE b.book = $1`

// statusColumns are read by scanStatus. Either side of the join may be missing: a month without a
// row, a period without an attempt.
const statusColumns = `coalesce(p.state, 'open'), coalesce(p.attempt, 0), coalesce(p.revision, 0),
	coalesce(p.step, ''), coalesce(p.step_done, 0), coalesce(p.step_total, 0), coalesce(p.reason, ''),
	coalesce(p.failure_code, ''), p.updated_at, coalesce(a.requested_by, ''), coalesce(a.manifest_hash, ''),
	coalesce(a.result_hash, ''), a.approval_deadline, a.totals, a.reconciliation, coalesce(a.correlation_id, ''),
	coalesce(c.restates, 0), c.restatement,
	coalesce(a.manifest->>'cost_basis', ''), coalesce(a.manifest->>'period_by', '')`

// statusJoins add to a month the row p of its period, its current attempt c, and the attempt a whose
// result stands: the current one, or for a closed period the one that made its revision, since a
// restatement that was given up has left nothing. Parameter 1 is the book; the month is m.month.
const statusJoins = `
	LEFT JOIN periods p ON p.book = $1 AND p.period = m.month
	LEFT JOIN close_attempts c ON c.book = p.book AND c.period = p.period AND c.attempt = p.attempt
	LEFT JOIN close_attempts a ON a.book = p.book AND a.period = p.period AND a.attempt = CASE p.state
		WHEN 'closed' THEN (SELECT max(r.attempt) FROM close_attempts r
			WHERE r.book = p.book AND r.period = p.period AND r.revision = p.revision)
		ELSE p.attempt END`

// Period returns the status of a month; an unknown book is a NotFound error. A month that nobody has
// worked on is open at attempt 0, whether or not the book closes it.
func (s *Closing) Period(ctx context.Context, book string, month period.Period) (closing.Status, error) {
	if _, err := readBook(ctx, s.db, book); err != nil {
		return closing.Status{}, err
	}
	return readStatus(ctx, s.db, book, month)
}

// Periods lists months newest first, as the port says. Months before the book's first period appear
// only where they have charges or were worked on.
func (s *Closing) Periods(ctx context.Context, book string, before period.Period, limit int) ([]closing.Status, error) {
	known, err := readBook(ctx, s.db, book)
	if err != nil {
		return nil, err
	}
	rows, err := s.db.Query(ctx, `WITH months AS (
			SELECT to_char(m, 'YYYY-MM') COLLATE "C" AS month FROM generate_series($2::date, $3::date, '1 month') m
			UNION SELECT period FROM periods WHERE book = $1
			UNION `+chargeMonths+`)
		SELECT m.month, `+statusColumns+`
		FROM months m `+statusJoins+`
		WHERE m.month <= $4 AND ($5 = '' OR m.month < $5)
		ORDER BY m.month DESC LIMIT $6`,
		book, known.FirstPeriod.Start(), s.now().UTC(), period.Of(s.now()).String(), before.String(), limit)
	if err != nil {
		return nil, explain(err, "listing the periods of book %s", book)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (closing.Status, error) {
		status := closing.Status{Book: book}
		err := scanStatus(row, &status, scannedMonth{&status.Period})
		return status, err
	})
	return list, explain(err, "listing the periods of book %s", book)
}

// readStatus reads the status of a month on a pool or within somebody's transaction.
func readStatus(ctx context.Context, db DB, book string, month period.Period) (closing.Status, error) {
	status := closing.Status{Book: book, Period: month}
	row := db.QueryRow(ctx, `SELECT `+statusColumns+` FROM (SELECT $2::text COLLATE "C" AS month) m `+statusJoins,
		book, month.String())
	return status, explain(scanStatus(row, &status), "reading %s of book %s", month, book)
}

// scanStatus reads statusColumns, after what a query selects before them.
func scanStatus(row pgx.Row, status *closing.Status, before ...any) error {
	var totals, reconciliation []byte
	if err := row.Scan(append(before, &status.State, &status.Attempt, &status.Revision, &status.Step,
		&status.StepDone, &status.StepTotal, &status.Reason, &status.FailureCode, scannedInstant{&status.UpdatedAt},
		&status.RequestedBy, &status.ManifestHash, &status.ResultHash, scannedInstant{&status.ApprovalDeadline},
		&totals, &reconciliation, &status.CorrelationID, &status.Restates, &status.Restatement,
		&status.Basis, &status.PeriodBy)...); err != nil {
		return err
	}
	status.Totals = []closing.CurrencyTotal{}
	if totals != nil {
		if err := json.Unmarshal(totals, &status.Totals); err != nil {
			return fmt.Errorf("reading the totals of %s: %w", status.Period, err)
		}
	}
	if reconciliation != nil {
		status.Reconciliation = new(closing.Reconciliation)
		if err := json.Unmarshal(reconciliation, status.Reconciliation); err != nil {
			return fmt.Errorf("reading the reconciliation of %s: %w", status.Period, err)
		}
	}
	return nil
}
