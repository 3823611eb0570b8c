package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// lateStatement lists what came late. Parameters are those of ofMonth, 1 being the accounts, then the
// book, a kind or nothing, whether only what waits, and where to start.
//
// Late is what was sealed as such, and what came for a published month where there was nothing: a
// close that has no charges of an account freezes none, so that nothing holds their place. What the
// first revision froze is not late, and what an undecided attempt of the month itself lists is not
// known to be.
const lateStatement = `
	WITH found AS (
		SELECT s.*, b.source, b.name, b.sealed_at FROM input_slices s JOIN input_batches b USING (batch_id)
		WHERE (s.kind = 'charges' AND ` + ofMonth + ` OR s.kind IN ('invoices', 'usage', 'rates') AND s.period = $2)
			AND (s.kind NOT IN ('charges', 'invoices') OR cardinality($1::text[]) = 0 OR s.scope = ANY ($1))
			AND ($7 = '' OR s.kind = $7) AND s.slice_id > $9 AND s.status <> 'difference'
			AND (s.status = 'late' OR EXISTS (SELECT FROM periods p WHERE p.book = $6 AND p.period = $2 AND p.revision > 0))
			AND NOT EXISTS (SELECT FROM attempt_inputs i
				WHERE i.slice_id = s.slice_id AND i.book = $6 AND i.period = $2
					AND i.attempt = (SELECT min(a.ledger_attempt) FROM close_attempts a
						WHERE a.book = $6 AND a.period = $2 AND a.revision = 1))),
	taken AS (
		SELECT DISTINCT ON (f.slice_id) f.slice_id, a.period, a.attempt, coalesce(a.restates, 0) AS restates, coalesce(a.revision, 0) AS revision
		FROM found f JOIN close_attempts a ON a.book = $6 AND ` + counts + `
		WHERE EXISTS (SELECT FROM attempt_inputs i WHERE i.slice_id = f.slice_id
				AND i.book = a.book AND i.period = a.period AND i.attempt = a.attempt AND a.period = $2)
			OR EXISTS (SELECT FROM late_inputs t WHERE f.slice_id = ANY (t.base || t.beside) AND t.month = $2
				AND t.book = a.book AND t.period = a.period AND t.attempt = a.attempt)
		ORDER BY f.slice_id, a.period, a.attempt)
	SELECT f.slice_id, f.kind, f.scope, f.period, f.content_hash, f.rows, coalesce(f.sums, 'null'), f.appended, f.source, f.name,
		coalesce(f.sealed_at, f.created_at), coalesce(t.period, ''), coalesce(t.attempt, 0), coalesce(t.restates, 0), coalesce(t.revision, 0)
	FROM found f LEFT JOIN taken t USING (slice_id)
	WHERE (t.slice_id IS NOT NULL OR f.status IN ('current', 'late')) AND NOT ($8 AND t.slice_id IS NOT NULL)
	ORDER BY f.slice_id LIMIT $10`

// LateDeliveries implements intake.LateStore.
func (s *Intake) LateDeliveries(ctx context.Context, query intake.LateQuery) ([]intake.LateDelivery, error) {
	month := query.Month
	rows, err := s.pool.Query(ctx, lateStatement, listOf(query.Book.BillingAccounts), month.String(), query.Book.PeriodBy == closing.PeriodByCharge,
		month.Start(), month.End(), query.Book.ID, string(query.Kind), query.Waiting, query.After, query.Limit)
	if err != nil {
		return nil, explain(err, "listing what came late for %s of book %s", month, query.Book.ID)
	}
	late, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (late intake.LateDelivery, err error) {
		var sums []byte
		var takenIn string
		late.TakenBy.Book = query.Book.ID
		if err = row.Scan(&late.ID, &late.Kind, &late.Scope, scannedMonth{&late.Period}, &late.ContentHash, &late.Rows, &sums, &late.Appended,
			&late.Source, &late.Name, scannedInstant{&late.DeliveredAt}, &takenIn, &late.TakenBy.Attempt, &late.TakenBy.Restates, &late.TakenRevision); err != nil {
			return late, err
		}
		if takenIn != "" {
			if late.TakenBy.Period, err = period.Parse(takenIn); err != nil {
				return late, err
			}
		}
		return late, json.Unmarshal(sums, &late.Sums)
	})
	return late, explain(err, "listing what came late for %s of book %s", month, query.Book.ID)
}
