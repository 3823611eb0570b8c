package postgres

import (
	"context"
	"math"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
)

// historyPage is how many entries of the drift history are read, or appended, at once.
const historyPage = 5000

// DriftHistory reads the history of drift. Only the stores that make it write it, in the transaction
// of what it tells.
type DriftHistory struct{ db DB }

// NewDriftHistory returns the store on a pool, or on a tenant's transaction.
func NewDriftHistory(db DB) *DriftHistory { return &DriftHistory{db: db} }

// RecordsOf lists what scans found of a resource, newest first, after a time; the zero time does not
// narrow.
func (h *DriftHistory) RecordsOf(ctx context.Context, resourceID string, since time.Time) ([]drift.Record, error) {
	entries, err := h.Entries(ctx, drifthistory.Filter{ResourceID: resourceID, Since: since, Kinds: drifthistory.FindingKinds()}, drifthistory.Position{}, historyPage)
	if err != nil {
		return nil, err
	}
	records := make([]drift.Record, 0, len(entries))
	for _, entry := range entries {
		record, holds, err := entry.Record()
		if err != nil {
			return nil, err
		}
		if holds {
			records = append(records, record)
		}
	}
	return records, nil
}

// Entries lists entries of a resource, newest first, after a position, at most limit. The chain says
// which is newer: the clocks of those who write it may differ by a little.
func (h *DriftHistory) Entries(ctx context.Context, filter drifthistory.Filter, after drifthistory.Position, limit int) ([]drifthistory.Linked, error) {
	before := after.Index
	if before == 0 {
		before = math.MaxInt64
	}
	kinds := make([]string, len(filter.Kinds))
	for i, kind := range filter.Kinds {
		kinds[i] = string(kind)
	}
	rows, err := h.db.Query(ctx, `SELECT `+historyColumns+` FROM drift_history
		WHERE resource_id = $1 AND ($2 = '' OR tenant_id = $2) AND ($3::timestamptz IS NULL OR at > $3)
			AND (cardinality($4::text[]) = 0 OR kind = ANY ($4)) AND ($5 = '' OR reference = $5)
			AND (chain_index < $6 OR (chain_index = $6 AND tenant_id > $7))
		ORDER BY chain_index DESC, tenant_id LIMIT $8`,
		filter.ResourceID, filter.TenantID, instant(filter.Since), kinds, filter.Reference, before, after.TenantID, limit)
	if err != nil {
		return nil, explain(err, "reading the drift history of resource %s", filter.ResourceID)
	}
	entries, err := pgx.CollectRows(rows, scanHistory)
	return entries, explain(err, "reading the drift history of resource %s", filter.ResourceID)
}

const historyColumns = `tenant_id, chain_index, resource_id, resource_type, kind, at, subject, reference, document::text, previous_hash, hash`

func scanHistory(row pgx.CollectableRow) (drifthistory.Linked, error) {
	var entry drifthistory.Linked
	var document string
	err := row.Scan(&entry.TenantID, &entry.Index, &entry.ResourceID, &entry.ResourceType, &entry.Kind,
		scannedInstant{&entry.At}, &entry.Subject, &entry.Reference, &document, &entry.PreviousHash, &entry.Hash)
	entry.Document = []byte(document)
	return entry, err
}

// historyWriter appends to the chain of one tenant within a transaction, which holds the chain's head
// until it ends.
type historyWriter struct {
	tx   pgx.Tx
	head drifthistory.Head
}

// lockHistory takes the end of a tenant's chain, and makes it where there is none. It is taken before
// the rows of drifts and remediations are, so that transactions wait for each other in one order.
func lockHistory(ctx context.Context, tx pgx.Tx, tenantID string) (*historyWriter, error) {
	if _, err := tx.Exec(ctx, "INSERT INTO drift_history_heads (tenant_id) VALUES ($1) ON CONFLICT DO NOTHING", tenantID); err != nil {
		return nil, err
	}
	w := &historyWriter{tx: tx, head: drifthistory.Head{TenantID: tenantID}}
	err := tx.QueryRow(ctx, "SELECT entries, hash FROM drift_history_heads WHERE tenant_id = $1 FOR UPDATE", tenantID).
		Scan(&w.head.Entries, &w.head.Hash)
	return w, err
}

// append adds entries at the end of the chain, in their order.
func (w *historyWriter) append(ctx context.Context, entries ...drifthistory.Entry) error {
	if len(entries) == 0 {
		return nil
	}
	rows := make([][]any, len(entries))
	for i, entry := range entries {
		var linked drifthistory.Linked
		linked, w.head = w.head.Append(entry)
		rows[i] = []any{
			linked.TenantID, linked.Index, linked.ResourceID, linked.ResourceType, string(linked.Kind), linked.At,
			linked.Subject, linked.Reference, string(linked.Document), linked.PreviousHash, linked.Hash,
		}
	}
	if _, err := w.tx.CopyFrom(ctx, pgx.Identifier{"drift_history"}, []string{
		"tenant_id", "chain_index", "resource_id", "resource_type", "kind", "at",
		"subject", "reference", "document", "previous_hash", "hash",
	}, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	_, err := w.tx.Exec(ctx, "UPDATE drift_history_heads SET entries = $2, hash = $3 WHERE tenant_id = $1",
		w.head.TenantID, w.head.Entries, w.head.Hash)
	return err
}
