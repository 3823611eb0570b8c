package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Drifts is the driftwatch.Store in PostgreSQL. It is safe for concurrent use.
type Drifts struct{ db DB }

var _ driftwatch.Store = (*Drifts)(nil)

// NewDrifts returns the store on a pool, or for reading on a tenant's transaction.
func NewDrifts(db DB) *Drifts { return &Drifts{db: db} }

const scanColumns = `scan_id, tenant_id, state, resource_types, requested_by, correlation_id, first, rules_version,
	started_at, completed_at, tally, summary, news, resolved, opened, deferred, confirms, confirm_reason, finished, reason`

func scanOf(row pgx.Row) (driftwatch.Scan, error) {
	var scan driftwatch.Scan
	var tally, summary []byte
	err := row.Scan(&scan.ScanID, &scan.TenantID, &scan.State, &scan.Types, &scan.RequestedBy, &scan.CorrelationID,
		&scan.First, &scan.RulesVersion, scannedInstant{&scan.StartedAt}, scannedInstant{&scan.CompletedAt},
		&tally, &summary, &scan.News, &scan.Resolved, &scan.Opened, &scan.Deferred, &scan.Confirms, &scan.ConfirmReason, &scan.Finished, &scan.Reason)
	if err != nil {
		return scan, err
	}
	if err := json.Unmarshal(tally, &scan.Tally); err != nil {
		return scan, fmt.Errorf("reading the counts of scan %s: %w", scan.ScanID, err)
	}
	scan.Summary = map[drift.Severity]int64{}
	for _, severity := range drift.Severities() {
		scan.Summary[severity] = 0
	}
	if err := json.Unmarshal(summary, &scan.Summary); err != nil {
		return scan, fmt.Errorf("reading the summary of scan %s: %w", scan.ScanID, err)
	}
	return scan, nil
}

// Scan implements driftwatch.Store.
func (d *Drifts) Scan(ctx context.Context, tenantID, scanID string) (driftwatch.Scan, error) {
	scan, err := scanOf(d.db.QueryRow(ctx, `SELECT `+scanColumns+` FROM drift_scans
		WHERE scan_id = $1 AND ($2 = '' OR tenant_id = $2)`, scanID, tenantID))
	if noRow(err) {
		return scan, noScan(scanID)
	}
	return scan, explain(err, "reading drift scan %s", scanID)
}

func noScan(scanID string) error {
	return fault.New(fault.NotFound, "there is no drift scan %.128s", scanID)
}

// Scans implements driftwatch.Store.
func (d *Drifts) Scans(ctx context.Context, tenantID string, after driftwatch.ScanPosition, limit int) ([]driftwatch.Scan, error) {
	before := after.StartedAt
	if before.IsZero() {
		before = lastDay
	}
	rows, err := d.db.Query(ctx, `SELECT `+scanColumns+` FROM drift_scans
		WHERE tenant_id = $1 AND (started_at < $2 OR (started_at = $2 AND scan_id > $3))
		ORDER BY started_at DESC, scan_id LIMIT $4`, tenantID, before, after.ScanID, limit)
	return collectScans(rows, err)
}

// Running lists scans that run and were not touched since a time, for whoever looks after lost
// workflows.
func (d *Drifts) Running(ctx context.Context, untouchedSince time.Time) ([]driftwatch.Scan, error) {
	rows, err := d.db.Query(ctx, `SELECT `+scanColumns+` FROM drift_scans
		WHERE state = 'running' AND updated_at < $1 ORDER BY started_at`, untouchedSince)
	return collectScans(rows, err)
}

func collectScans(rows pgx.Rows, err error) ([]driftwatch.Scan, error) {
	var scans []driftwatch.Scan
	if err == nil {
		scans, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (driftwatch.Scan, error) { return scanOf(row) })
	}
	return scans, explain(err, "listing drift scans")
}

// Position implements driftwatch.PageKeeper.
func (d *Drifts) Position(ctx context.Context, ref driftwatch.ScanRef) (driftwatch.Position, error) {
	at, _, err := readPosition(ctx, d.db, ref, "")
	return at, explain(err, "reading where drift scan %s stands", ref.ScanID)
}

func readPosition(ctx context.Context, db DB, ref driftwatch.ScanRef, lock string) (at driftwatch.Position, state driftwatch.ScanState, err error) {
	var tally []byte
	err = db.QueryRow(ctx, `SELECT pages, cursor, finished, tally, state FROM drift_scans WHERE tenant_id = $1 AND scan_id = $2 `+lock,
		ref.TenantID, ref.ScanID).Scan(&at.Pages, &at.Cursor, &at.Finished, &tally, &state)
	if noRow(err) {
		return at, "", noScan(ref.ScanID)
	}
	if err == nil {
		err = json.Unmarshal(tally, &at.Tally)
	}
	return at, state, err
}

// KeepPage implements driftwatch.PageKeeper. Findings and position commit together, so that a page is
// kept once however often it is sent.
func (d *Drifts) KeepPage(ctx context.Context, ref driftwatch.ScanRef, page driftwatch.Page) (at driftwatch.Position, err error) {
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		if len(page.Changing) > 0 {
			// Whoever writes what is known takes turns by the head, and takes it before the scan.
			if _, err := lockHistory(ctx, tx, ref.TenantID); err != nil {
				return err
			}
		}
		var state driftwatch.ScanState
		if at, state, err = readPosition(ctx, tx, ref, "FOR UPDATE"); err != nil {
			return err
		}
		if state != driftwatch.ScanRunning {
			return fault.New(fault.Conflict, "drift scan %s has ended: it is %s", ref.ScanID, state)
		}
		if page.Number != at.Pages+1 {
			return nil
		}
		if err := copyFindings(ctx, tx, ref, page.Findings); err != nil {
			return err
		}
		if err := keepKnown(ctx, tx, ref, page.Changing); err != nil {
			return err
		}
		at = driftwatch.Position{Pages: page.Number, Cursor: page.Next, Finished: page.Next == "", Tally: at.Tally.Add(page.Tally)}
		tally, err := json.Marshal(at.Tally)
		if err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `UPDATE drift_scans SET pages = $2, cursor = $3, finished = $4, tally = $5, updated_at = now()
			WHERE scan_id = $1`, ref.ScanID, at.Pages, at.Cursor, at.Finished, tally)
		return err
	})
	return at, explain(err, "keeping page %d of drift scan %s", page.Number, ref.ScanID)
}

func copyFindings(ctx context.Context, tx pgx.Tx, ref driftwatch.ScanRef, findings []driftwatch.Finding) error {
	if len(findings) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"drift_findings"}, []string{
		"scan_id", "resource_id", "drift_id", "cause_id", "fingerprint", "resource_type", "config_path", "drift_type", "severity", "opens", "document",
	}, pgx.CopyFromSlice(len(findings), func(i int) ([]any, error) {
		record := findings[i].Record
		document, err := json.Marshal(record)
		if err != nil {
			return nil, fmt.Errorf("encoding a drift of resource %s: %w", record.ResourceID, err)
		}
		return []any{
			ref.ScanID, record.ResourceID, record.ID, findings[i].Cause, findings[i].Fingerprint, record.ResourceType,
			record.ConfigPath, string(record.Type), string(record.Severity), findings[i].Opens, string(document),
		}, nil
	}))
	return err
}

// keepKnown lets what is known of resources stand: it is not resolved when the scan is settled.
func keepKnown(ctx context.Context, tx pgx.Tx, ref driftwatch.ScanRef, resources []string) error {
	if len(resources) == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `UPDATE drifts SET seen_in = $2
		WHERE tenant_id = $1 AND state <> 'resolved' AND resource_id = ANY ($3)`, ref.TenantID, ref.ScanID, resources)
	return err
}

// NoteRules implements driftwatch.Store.
func (d *Drifts) NoteRules(ctx context.Context, ref driftwatch.ScanRef, version int) error {
	_, err := d.db.Exec(ctx, "UPDATE drift_scans SET rules_version = $2, updated_at = now() WHERE scan_id = $1 AND state = 'running'", ref.ScanID, version)
	return explain(err, "noting the rules of drift scan %s", ref.ScanID)
}

// CountOpened implements driftwatch.Store.
func (d *Drifts) CountOpened(ctx context.Context, ref driftwatch.ScanRef, opened int, deferred int64) error {
	_, err := d.db.Exec(ctx, "UPDATE drift_scans SET opened = $2, deferred = $3 WHERE scan_id = $1", ref.ScanID, opened, deferred)
	return explain(err, "noting the remediations of drift scan %s", ref.ScanID)
}

// FailScan implements driftwatch.Store.
func (d *Drifts) FailScan(ctx context.Context, ref driftwatch.ScanRef, reason string, now time.Time) error {
	_, err := d.db.Exec(ctx, `UPDATE drift_scans SET state = 'failed', reason = $2, completed_at = $3, updated_at = now()
		WHERE scan_id = $1 AND state = 'running'`, ref.ScanID, reason, now)
	return explain(err, "failing drift scan %s", ref.ScanID)
}

// Findings implements driftwatch.Store.
func (d *Drifts) Findings(ctx context.Context, scanID string, after driftwatch.FindingPosition, limit int) ([]drift.Record, error) {
	rows, err := d.db.Query(ctx, `SELECT document::text FROM drift_findings
		WHERE scan_id = $1 AND (resource_id, drift_id) > ($2, $3) ORDER BY resource_id, drift_id LIMIT $4`,
		scanID, after.ResourceID, after.DriftID, limit)
	if err != nil {
		return nil, explain(err, "reading the report of drift scan %s", scanID)
	}
	records, err := pgx.CollectRows(rows, scanRecord)
	return records, explain(err, "reading the report of drift scan %s", scanID)
}

func scanRecord(row pgx.CollectableRow) (record drift.Record, err error) {
	var document string
	if err = row.Scan(&document); err == nil {
		err = json.Unmarshal([]byte(document), &record)
	}
	return record, err
}
