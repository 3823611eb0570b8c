package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// lateTaker takes what came late for months of a book that are closed into an attempt. It needs its
// turn to be taken: two attempts that look at once would book the same charges twice.
type lateTaker struct {
	tx       pgx.Tx
	ref      closing.AttemptRef
	accounts []string
	byCharge bool
	// include narrows late deliveries by content hash; empty means all.
	include []string
	// batch is the delivery that the differences belong to, made with the first.
	batch string
}

// counts tells whether the attempt a still counts, as frozenBy does.
const counts = "(a.outcome IN ('running', 'closed') OR a.decision_id IS NOT NULL)"

// closedBefore lists the closed months of a book before one of its months, oldest first. Months that
// are being restated are left out: their restatement takes what came late for them.
func closedBefore(ctx context.Context, tx pgx.Tx, book string, month period.Period) ([]period.Period, error) {
	rows, err := tx.Query(ctx, "SELECT period FROM periods WHERE book = $1 AND period < $2 AND state = 'closed' ORDER BY period",
		book, month.String())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (found period.Period, err error) {
		return found, row.Scan(scannedMonth{&found})
	})
}

// take books the difference between what a month's charges amount to now and what attempts have
// booked of them, account by account, and returns how many differ.
func (l *lateTaker) take(ctx context.Context, month period.Period) (taken int, err error) {
	now, err := l.settled(ctx, month)
	if err != nil {
		return 0, err
	}
	before, waiting, err := l.accounted(ctx, month)
	if err != nil {
		return 0, err
	}
	for _, account := range slices.Sorted(maps.Keys(now)) {
		// Whether an undecided attempt's share stays booked is not known yet: it waits for the next.
		if waiting[account] || now[account].Equal(before[account]) {
			continue
		}
		differs, err := l.book(ctx, month, account, before[account], now[account])
		if err != nil {
			return taken, err
		}
		if differs {
			taken++
		}
	}
	return taken, nil
}

// settled returns what the charges of a month amount to now, by billing account.
func (l *lateTaker) settled(ctx context.Context, month period.Period) (map[string]intake.Content, error) {
	rows, err := l.tx.Query(ctx, `SELECT s.scope, s.period, s.slice_id, s.content_hash, s.appended, s.status = 'late'
		FROM input_slices s
		WHERE s.kind = 'charges' AND s.status IN ('current', 'late') AND (cardinality($1::text[]) = 0 OR s.scope = ANY ($1))
			AND `+ofMonth+`
		ORDER BY s.scope, s.period, s.slice_id`, l.accounts, month.String(), l.byCharge, month.Start(), month.End())
	if err != nil {
		return nil, err
	}
	type key struct{ account, billed string }
	type held struct {
		current []int64
		late    []intake.LateSlice
	}
	found := map[key]*held{}
	var at key
	var slice intake.LateSlice
	var late bool
	_, err = pgx.ForEachRow(rows, []any{&at.account, &at.billed, &slice.ID, &slice.ContentHash, &slice.Appended, &late}, func() error {
		if found[at] == nil {
			found[at] = &held{}
		}
		switch {
		case !late:
			found[at].current = append(found[at].current, slice.ID)
		case len(l.include) == 0 || slices.Contains(l.include, slice.ContentHash):
			found[at].late = append(found[at].late, slice)
		}
		return nil
	})
	settled := map[string]intake.Content{}
	for at, slices := range found {
		settled[at.account] = settled[at.account].Merge(intake.Settle(slices.current, slices.late))
	}
	return settled, err
}

// ofMonth limits a query to slices s with charges of a month: parameter 2, or where parameter 3 says
// that the book goes by charge period, charges from parameter 4 to 5.
const ofMonth = `(NOT $3 AND s.period = $2 OR $3 AND s.min_charge_start < $5 AND s.max_charge_start >= $4)`

// accounted returns what attempts have booked of a month's charges, by billing account: what the
// close froze, and what the last attempt since then brought each account up to. waiting names the
// accounts whose last attempt is not decided.
func (l *lateTaker) accounted(ctx context.Context, month period.Period) (map[string]intake.Content, map[string]bool, error) {
	booked, waiting := map[string]intake.Content{}, map[string]bool{}
	rows, err := l.tx.Query(ctx, `SELECT s.scope, array_agg(s.slice_id)
		FROM attempt_inputs i JOIN input_slices s USING (slice_id)
		WHERE i.book = $1 AND i.period = $2 AND s.kind = 'charges' AND s.status <> 'difference'
			AND i.attempt = (SELECT min(a.ledger_attempt) FROM close_attempts a
				WHERE a.book = $1 AND a.period = $2 AND a.revision = 1)
		GROUP BY s.scope`, l.ref.Book, month.String())
	if err != nil {
		return nil, nil, err
	}
	var account string
	var content intake.Content
	if _, err := pgx.ForEachRow(rows, []any{&account, &content.Base}, func() error {
		booked[account] = content
		content = intake.Content{}
		return nil
	}); err != nil {
		return nil, nil, err
	}
	rows, err = l.tx.Query(ctx, `SELECT DISTINCT ON (t.scope) t.scope, t.base, t.beside,
			a.outcome = 'running' AND a.decision_id IS NULL
		FROM late_inputs t JOIN close_attempts a USING (book, period, attempt)
		WHERE t.book = $1 AND t.month = $2 AND `+counts+`
		ORDER BY t.scope, t.take_no DESC`, l.ref.Book, month.String())
	if err != nil {
		return nil, nil, err
	}
	var undecided bool
	_, err = pgx.ForEachRow(rows, []any{&account, &content.Base, &content.Beside, &undecided}, func() error {
		booked[account], waiting[account] = content, undecided
		content = intake.Content{}
		return nil
	})
	return booked, waiting, err
}

// book stores the difference of an account as a slice of its own and lists it as an input of the
// attempt; it reports false where the contents turn out to be the same rows.
func (l *lateTaker) book(ctx context.Context, month period.Period, account string, before, now intake.Content) (bool, error) {
	ids, err := reserveSlices(ctx, l.tx, 1)
	if err != nil {
		return false, err
	}
	rows, err := l.copyDifference(ctx, ids[0], month, before, now)
	if err != nil || rows == 0 {
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
	batch.Queue(`INSERT INTO late_inputs (book, period, attempt, month, scope, base, beside, slice_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, l.ref.Book, l.ref.Period.String(), l.ref.Attempt,
		month.String(), account, listOfIDs(now.Base), listOfIDs(now.Beside), ids[0])
	return true, l.tx.SendBatch(ctx, batch).Close()
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
