package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
)

// Revisions finds what approvals published. It is safe for concurrent use.
type Revisions struct{ db DB }

var _ statement.Revisions = (*Revisions)(nil)

// NewRevisions returns the finder on a pool.
func NewRevisions(db DB) *Revisions { return &Revisions{db: db} }

// Revision implements statement.Revisions. Of several attempts at publishing one revision, the one
// that was approved holds its ledger transactions and what it froze.
func (r *Revisions) Revision(ctx context.Context, book string, month period.Period, number int) (statement.Revision, error) {
	revision := statement.Revision{Period: month}
	var err error
	if revision.Book, err = readBook(ctx, r.db, book); err != nil {
		return revision, err
	}
	rows, err := r.db.Query(ctx, `SELECT DISTINCT ON (a.revision) a.revision, a.ledger_attempt, a.result_hash, d.decided_at,
			coalesce(a.manifest_hash, ''), coalesce(a.totals, '[]')
		FROM close_attempts a LEFT JOIN decisions d ON d.book = a.book AND d.period = a.period
			AND d.attempt = a.ledger_attempt AND d.refusal = ''
		WHERE a.book = $1 AND a.period = $2 AND a.revision IS NOT NULL AND ($3 = 0 OR a.revision <= $3)
		ORDER BY a.revision, a.attempt`, book, month.String(), number)
	if err != nil {
		return revision, explain(err, "finding revisions of %s of book %s", month, book)
	}
	var attempt int
	var totals []byte // of the last one, which is the revision's
	_, err = pgx.ForEachRow(rows, []any{
		&revision.Number, &attempt, &revision.ResultHash,
		scannedInstant{&revision.ApprovedAt},
		&revision.ManifestHash, &totals,
	}, func() error {
		revision.Attempts = append(revision.Attempts, attempt)
		return nil
	})
	if err != nil {
		return revision, explain(err, "finding revisions of %s of book %s", month, book)
	}
	switch {
	case len(revision.Attempts) == 0:
		return revision, fault.New(fault.NotFound, "%s of book %s has no published revision yet", month, book)
	case number != 0 && revision.Number != number:
		return revision, fault.New(fault.NotFound, "%s of book %s has no revision %d", month, book, number)
	}
	if err := json.Unmarshal(totals, &revision.Totals); err != nil {
		return revision, fmt.Errorf("reading the totals of revision %d of %s: %w", revision.Number, month, err)
	}
	return revision, nil
}
