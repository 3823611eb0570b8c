package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// standing lists what a freeze of the month would list now, but for charges of closed months that
// came late: what becomes of those is decided by the freeze.
func (s *Intake) standing(ctx context.Context, ref closing.AttemptRef) (frozen frozenInputs, hash string, err error) {
	frozen.ref = ref
	var accounts []string
	err = s.pool.QueryRow(ctx, "SELECT period_by, billing_accounts FROM books WHERE book = $1", ref.Book).Scan(&frozen.periodBy, &accounts)
	if noRow(err) {
		return frozen, "", fault.New(fault.NotFound, "there is no book %.128q", ref.Book)
	}
	if err != nil {
		return frozen, "", explain(err, "reading book %s", ref.Book)
	}
	rows, err := s.pool.Query(ctx, `SELECT s.slice_id, s.kind, s.period, b.source, false, s.content_hash
		FROM input_slices s JOIN input_batches b USING (batch_id)
		WHERE s.status = 'current' AND (
			s.kind IN ('tenants', 'ownership')
			OR s.kind = 'usage' AND s.period = $1
			OR s.kind IN ('charges', 'invoices') AND s.period = $1 AND (cardinality($2::text[]) = 0 OR s.scope = ANY ($2))
			OR s.kind = 'charges' AND $3 AND s.min_charge_start < $5 AND s.max_charge_start >= $4
				AND (cardinality($2::text[]) = 0 OR s.scope = ANY ($2)))
		ORDER BY s.kind, s.scope, s.content_hash, s.slice_id`,
		ref.Period.String(), accounts, frozen.periodBy == closing.PeriodByCharge, ref.Period.Start(), ref.Period.End())
	if err != nil {
		return frozen, "", explain(err, "reading what stands for %s of book %s", ref.Period, ref.Book)
	}
	sum := sha256.New()
	frozen.inputs, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (slice frozenSlice, err error) {
		var content string
		err = row.Scan(&slice.ID, &slice.Kind, &slice.Period, &slice.Source, &slice.Difference, &content)
		fmt.Fprintf(sum, "%s %s %s %s\n", slice.Kind, slice.Period, slice.Source, content)
		return slice, err
	})
	return frozen, hex.EncodeToString(sum.Sum(nil)), explain(err, "reading what stands for %s of book %s", ref.Period, ref.Book)
}

// StandingHash names what attempt 0 of a month stands for by content, or returns nothing where there
// are no charges.
func (s *Intake) StandingHash(ctx context.Context, book string, month period.Period) (string, error) {
	frozen, hash, err := s.standing(ctx, closing.AttemptRef{Book: book, Period: month})
	if err != nil || len(frozen.slices(string(intake.KindCharges))) == 0 {
		return "", err
	}
	return hash, nil
}
