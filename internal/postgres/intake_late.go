package postgres

import (
	"context"
	"maps"
	"slices"

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
	// dry only counts what differs and books nothing. It needs no turn, and may count a delivery that
	// turns out to repeat rows which are booked.
	dry bool
	// repeats are what turned out to be the same rows as are booked.
	repeats []repeat
	// batch is the delivery that the differences belong to, made with the first.
	batch string
}

// repeat is an account of a month whose late deliveries hold nothing that is not booked, with all that
// was looked at.
type repeat struct {
	month   period.Period
	account string
	now     intake.Content
}

// counts tells whether the attempt a still counts, as frozenBy does.
const counts = "(a.outcome IN ('running', 'closed') OR a.decision_id IS NOT NULL)"

// closedBefore lists the published months of a book before one of its months, oldest first. One whose
// restatement failed stays published; months that are being restated are left out: their restatement
// takes what came late for them.
func closedBefore(ctx context.Context, tx pgx.Tx, book string, month period.Period) ([]period.Period, error) {
	rows, err := tx.Query(ctx, `SELECT period FROM periods WHERE book = $1 AND period < $2
			AND revision > 0 AND state IN ('closed', 'failed')
		ORDER BY period`, book, month.String())
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
	before, waiting, err := l.accounted(ctx, month)
	if err != nil {
		return 0, err
	}
	now, err := l.settled(ctx, month, before)
	if err != nil {
		return 0, err
	}
	for _, account := range slices.Sorted(maps.Keys(now)) {
		// Whether an undecided attempt's share stays booked is not known yet: it waits for the next.
		if waiting[account] || now[account].Equal(before[account]) {
			continue
		}
		if l.dry {
			taken++
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

// settled returns what the charges of a month amount to, by billing account: what was delivered, or
// where deliveries are named what is booked and they.
func (l *lateTaker) settled(ctx context.Context, month period.Period, booked map[string]intake.Content) (map[string]intake.Content, error) {
	// Of what is booked, some may have been replaced since, and stays where the replacement is not named.
	kept := []int64{}
	if len(l.include) > 0 {
		for _, content := range booked {
			kept = append(kept, content.Slices()...)
		}
	}
	rows, err := l.tx.Query(ctx, `SELECT s.scope, s.period, s.slice_id, s.content_hash, s.appended, s.status
		FROM input_slices s
		WHERE s.kind = 'charges' AND (s.status IN ('current', 'late') OR s.slice_id = ANY ($6))
			AND (cardinality($1::text[]) = 0 OR s.scope = ANY ($1))
			AND `+ofMonth+`
		ORDER BY s.scope, s.period, s.slice_id`, l.accounts, month.String(), l.byCharge, month.Start(), month.End(), kept)
	if err != nil {
		return nil, err
	}
	type key struct{ account, billed string }
	found := map[key]*standing{}
	var at key
	var slice foundSlice
	_, err = pgx.ForEachRow(rows, []any{&at.account, &at.billed, &slice.ID, &slice.ContentHash, &slice.Appended, &slice.Status}, func() error {
		if found[at] == nil {
			found[at] = &standing{include: l.include, booked: booked[at.account]}
		}
		found[at].add(slice)
		return nil
	})
	settled := map[string]intake.Content{}
	for at, standing := range found {
		settled[at.account] = settled[at.account].Merge(standing.settle())
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
