package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// Reconciliations is the infra.Journal in PostgreSQL. It is safe for concurrent use by different runs.
type Reconciliations struct {
	db DB
	// values seals what an entry holds of configurations.
	values seal
}

var _ infra.Journal = (*Reconciliations)(nil)

// NewReconciliations returns the journal on a pool. What entries hold of configurations is encrypted under
// the secret, at least 32 random bytes; entries that are open when it is exchanged can no longer be read.
func NewReconciliations(db DB, secret []byte) *Reconciliations {
	return &Reconciliations{db: db, values: newSeal(secret, "reconciliation journal")}
}

// entryValues are what of an entry is sealed.
type entryValues struct {
	Before  []infra.Change  `json:"before,omitempty"`
	After   []infra.Change  `json:"after,omitempty"`
	Removed *infra.Resource `json:"removed,omitempty"`
}

// about is what the values of an entry are sealed beside, so that no row passes for another.
func about(run, resourceID string) string { return "resource " + resourceID + " in run " + run }

// Entries implements infra.Journal.
func (j *Reconciliations) Entries(ctx context.Context, run string) ([]infra.Entry, error) {
	rows, err := j.db.Query(ctx, "SELECT entry::text, sealed FROM reconciliations WHERE run = $1 ORDER BY number", run)
	if err != nil {
		return nil, explain(err, "reading what a run did")
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (entry infra.Entry, err error) {
		var text string
		var sealed []byte
		if err := row.Scan(&text, &sealed); err != nil {
			return entry, err
		}
		if err := json.Unmarshal([]byte(text), &entry); err != nil || sealed == nil {
			return entry, err
		}
		plain, err := j.values.open(sealed, about(run, entry.ResourceID))
		if err != nil {
			return entry, err
		}
		var values entryValues
		err = json.Unmarshal(plain, &values)
		entry.Before, entry.After, entry.Removed = values.Before, values.After, values.Removed
		return entry, err
	})
	return entries, explain(err, "reading what a run did")
}

// Intend implements infra.Journal.
func (j *Reconciliations) Intend(ctx context.Context, entry infra.Entry) error {
	values, err := json.Marshal(entryValues{entry.Before, entry.After, entry.Removed})
	if err != nil {
		return fmt.Errorf("keeping what is about to be written to %s: %w", entry.ResourceID, err)
	}
	text, err := json.Marshal(entry.WithoutValues())
	if err != nil {
		return fmt.Errorf("keeping what is about to be written to %s: %w", entry.ResourceID, err)
	}
	_, err = j.db.Exec(ctx, `INSERT INTO reconciliations (run, resource_id, number, fingerprint, status, entry, sealed)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (run, resource_id) DO UPDATE SET number = excluded.number, fingerprint = excluded.fingerprint,
			status = excluded.status, entry = excluded.entry, sealed = excluded.sealed, settled_at = NULL`,
		entry.Run, entry.ResourceID, entry.Number, entry.Fingerprint, entry.Status, string(text),
		j.values.close(values, about(entry.Run, entry.ResourceID)))
	return explain(err, "keeping what is about to be written to %s", entry.ResourceID)
}

// Settle implements infra.Journal.
func (j *Reconciliations) Settle(ctx context.Context, run, resourceID string, status infra.Status, restored int64) error {
	err := pgx.BeginFunc(ctx, j.db, func(tx pgx.Tx) error {
		var text string
		err := tx.QueryRow(ctx, "SELECT entry::text FROM reconciliations WHERE run = $1 AND resource_id = $2 FOR UPDATE", run, resourceID).Scan(&text)
		if noRow(err) {
			return fault.New(fault.Internal, "the journal has no entry of resource %s in this run", resourceID)
		}
		if err != nil {
			return err
		}
		var entry infra.Entry
		if err := json.Unmarshal([]byte(text), &entry); err != nil {
			return err
		}
		settled, err := json.Marshal(entry.Settled(status, restored))
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, "UPDATE reconciliations SET status = $3, entry = $4, sealed = NULL, settled_at = now() WHERE run = $1 AND resource_id = $2",
			run, resourceID, status, string(settled))
		return err
	})
	return explain(err, "noting how the change of %s ended", resourceID)
}

// Fixed implements infra.Journal.
func (j *Reconciliations) Fixed(ctx context.Context, run, resourceID, fingerprint string, since time.Time) (int, error) {
	var count int
	err := j.db.QueryRow(ctx, `SELECT count(*) FROM reconciliations
		WHERE resource_id = $1 AND fingerprint = $2 AND status = 'done' AND settled_at >= $3 AND run <> $4`,
		resourceID, fingerprint, since, run).Scan(&count)
	return count, explain(err, "counting how often %s was changed back", resourceID)
}

// forgetRuns drops what is still open of the runs of a workflow that has ended, and that nothing will take
// up again.
func forgetRuns(ctx context.Context, tx pgx.Tx, runs []string) error {
	_, err := tx.Exec(ctx, "DELETE FROM reconciliations WHERE run = ANY ($1) AND status = $2", runs, string(infra.StatusBegun))
	return err
}
