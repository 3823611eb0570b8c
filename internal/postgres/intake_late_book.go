package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// book stores the difference of an account as a slice of its own and lists it as an input of the
// attempt. Where the contents turn out to be the same rows there is nothing to book: it reports false,
// and only writes down that the account has been brought up to now.
func (l *lateTaker) book(ctx context.Context, month period.Period, account string, before, now intake.Content) (bool, error) {
	ids, err := reserveSlices(ctx, l.tx, 1)
	if err != nil {
		return false, err
	}
	rows, err := l.copyDifference(ctx, ids[0], month, before, now)
	if err != nil {
		return false, err
	}
	if rows == 0 {
		l.repeats = append(l.repeats, repeat{month, account, now})
		_, err := l.tx.Exec(ctx, takeStatement, takenBy(l.ref, month, account, now, nil)...)
		return false, err
	}
	hash, err := l.differenceHash(ctx, before, now)
	if err != nil {
		return false, err
	}
	if err := l.ensureBatch(ctx); err != nil {
		return false, err
	}
	if err := l.insertSlice(ctx, ids[0], month, account, hash, rows); err != nil {
		return false, err
	}
	batch := &pgx.Batch{}
	batch.Queue("INSERT INTO attempt_inputs (book, period, attempt, slice_id) VALUES ($1, $2, $3, $4)",
		l.ref.Book, l.ref.Period.String(), l.ref.Attempt, ids[0])
	batch.Queue(takeStatement, takenBy(l.ref, month, account, now, &ids[0])...)
	return true, l.tx.SendBatch(ctx, batch).Close()
}

// takeStatement records what a month's account has been brought up to by an attempt; see takenBy.
const takeStatement = `INSERT INTO late_inputs (book, period, attempt, month, scope, base, beside, slice_id)
	VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

// takenBy are the parameters of takeStatement. difference is the slice that was booked, nil for none.
func takenBy(ref closing.AttemptRef, month period.Period, account string, now intake.Content, difference *int64) []any {
	return []any{
		ref.Book, ref.Period.String(), ref.Attempt,
		month.String(), account, listOfIDs(now.Base), listOfIDs(now.Beside), difference,
	}
}

// insertSlice records the slice of a difference with the sums of its rows.
func (l *lateTaker) insertSlice(ctx context.Context, id int64, month period.Period, account, hash string, rows int64) error {
	_, err := l.tx.Exec(ctx, `INSERT INTO input_slices (slice_id, batch_id, kind, scope, period, content_hash, rows,
			sums, billed, effective, min_charge_start, max_charge_start, status)
		SELECT $1, $2, 'charges', $3, $4, $5, $6,
			jsonb_object_agg(currency, jsonb_build_object('billed', billed::text, 'effective', effective::text)),
			CASE count(*) WHEN 1 THEN min(billed) END, CASE count(*) WHEN 1 THEN min(effective) END,
			min(first), max(last), 'difference'
		FROM (SELECT currency, trim_scale(sum(billed_cost)) AS billed, trim_scale(sum(effective_cost)) AS effective,
				min(charge_period_start) AS first, max(charge_period_start) AS last
			FROM charges WHERE slice_id = $1 GROUP BY currency) sums`,
		id, l.batch, account, month.String(), hash, rows)
	return err
}

// ensureBatch makes the delivery that the attempt's differences belong to.
func (l *lateTaker) ensureBatch(ctx context.Context) error {
	if l.batch != "" {
		return nil
	}
	id, err := uuid.NewV7()
	if err != nil {
		return fmt.Errorf("making an id for late charges: %w", err)
	}
	l.batch = id.String()
	_, err = l.tx.Exec(ctx, `INSERT INTO input_batches (batch_id, kind, source, name, status, created_by, created_at, sealed_at)
		VALUES ($1, 'charges', 'late', $2, 'sealed', 'close', now(), now())`, l.batch, "late charges for "+l.ref.WorkflowID())
	return err
}

// differenceHash names a difference by the contents that it lies between: the same contents have the
// same difference, in any database.
func (l *lateTaker) differenceHash(ctx context.Context, before, now intake.Content) (string, error) {
	rows, err := l.tx.Query(ctx, "SELECT slice_id, content_hash FROM input_slices WHERE slice_id = ANY ($1)",
		slices.Concat(before.Slices(), now.Slices()))
	if err != nil {
		return "", err
	}
	hashes := map[int64]string{}
	var id int64
	var hash string
	if _, err := pgx.ForEachRow(rows, []any{&id, &hash}, func() error {
		hashes[id] = hash
		return nil
	}); err != nil {
		return "", err
	}
	digest := sha256.New()
	fmt.Fprintln(digest, "omnicloud-late-1")
	for _, group := range [][]int64{before.Base, before.Beside, now.Base, now.Beside} {
		var named []string
		for _, id := range group {
			named = append(named, hashes[id])
		}
		slices.Sort(named)
		fmt.Fprintln(digest, len(named), named)
	}
	return hex.EncodeToString(digest.Sum(nil)), nil
}

func listOfIDs(ids []int64) []int64 {
	if ids == nil {
		return []int64{}
	}
	return ids
}
