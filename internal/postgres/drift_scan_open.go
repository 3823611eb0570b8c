package postgres

import (
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// OpenScan implements driftwatch.Store. However many ask at once, one scan begins: a unique index
// permits one that runs, and the others find it.
func (d *Drifts) OpenScan(ctx context.Context, request driftwatch.ScanRequest) (scan driftwatch.Scan, opened bool, err error) {
	types := slices.Compact(slices.Sorted(slices.Values(request.Types)))
	if types == nil {
		types = []string{}
	}
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		if err := confirmLoss(ctx, tx, request, types); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `INSERT INTO drift_scans (scan_id, tenant_id, resource_types, requested_by, correlation_id, started_at, confirms, confirm_reason, first)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, NOT EXISTS (SELECT FROM drift_scans
				WHERE tenant_id = $2 AND state = 'complete' AND (tally->>'resources')::bigint > 0))
			ON CONFLICT DO NOTHING`,
			request.ScanID, request.TenantID, types, request.RequestedBy, request.CorrelationID, request.Now, request.Confirms, request.Reason)
		if err != nil {
			return err
		}
		opened = tag.RowsAffected() == 1
		scan, err = scanOf(tx.QueryRow(ctx, `SELECT `+scanColumns+` FROM drift_scans
			WHERE tenant_id = $1 AND (scan_id = $2 OR state = 'running')
			ORDER BY (scan_id = $2) DESC LIMIT 1`, request.TenantID, request.ScanID))
		switch {
		case noRow(err):
			return fault.New(fault.Conflict, "scan id %s belongs to another tenant", request.ScanID)
		case err == nil && scan.ScanID != request.ScanID && (!slices.Equal(scan.Types, types) || scan.Confirms != request.Confirms):
			return fault.New(fault.Conflict, "scan %s of tenant %s, which is about something else, is under way; wait until it has ended", scan.ScanID, request.TenantID)
		default:
			return err
		}
	})
	return scan, opened && err == nil, explain(err, "opening a drift scan of tenant %s", request.TenantID)
}

// confirmLoss checks the scan that a request confirms, and puts on record who says what of it. Where
// another scan turns out to run, the record is taken back with the rest.
func confirmLoss(ctx context.Context, tx pgx.Tx, request driftwatch.ScanRequest, types []string) error {
	if request.Confirms == "" {
		return nil
	}
	history, err := lockHistory(ctx, tx, request.TenantID)
	if err != nil {
		return err
	}
	confirmed, err := scanOf(tx.QueryRow(ctx, `SELECT `+scanColumns+` FROM drift_scans
		WHERE scan_id = $1 AND tenant_id = $2`, request.Confirms, request.TenantID))
	switch {
	case noRow(err):
		return noScan(request.Confirms)
	case err != nil:
		return err
	case !confirmed.Lossy():
		return fault.New(fault.Conflict, "scan %s is not partial because of what it did not see any more, so there is nothing to confirm", request.Confirms)
	case !slices.Equal(confirmed.Types, types):
		return fault.New(fault.Conflict, "scan %s was of other resource types; confirm it by a scan of the same ones", request.Confirms)
	}
	var overtaken, running bool
	if err := tx.QueryRow(ctx, `SELECT coalesce(bool_or(state = 'complete' AND started_at > $3), false), coalesce(bool_or(state = 'running' AND confirms = $4), false)
		FROM drift_scans WHERE tenant_id = $1 AND resource_types = $2`, request.TenantID, types, confirmed.StartedAt, request.Confirms).Scan(&overtaken, &running); err != nil || running {
		return err
	}
	if overtaken {
		return fault.New(fault.Conflict, "a later scan than %s was complete already; there is nothing to confirm", request.Confirms)
	}
	entry, err := drifthistory.New(drifthistory.LossConfirmed, request.TenantID, "", "", request.RequestedBy, request.Confirms, request.Now, struct {
		Confirms string           `json:"confirms"`
		ScanID   string           `json:"scan_id"`
		Reason   string           `json:"reason"`
		Doubt    string           `json:"doubt"`
		Seen     driftwatch.Tally `json:"seen"`
	}{request.Confirms, request.ScanID, request.Reason, confirmed.Reason, confirmed.Tally})
	if err != nil {
		return err
	}
	return history.append(ctx, entry)
}

// Baseline implements driftwatch.Store.
func (d *Drifts) Baseline(ctx context.Context, ref driftwatch.ScanRef) (driftwatch.Baseline, error) {
	scan, err := d.Scan(ctx, ref.TenantID, ref.ScanID)
	if err != nil {
		return driftwatch.Baseline{}, err
	}
	before, err := scanOf(d.db.QueryRow(ctx, `SELECT `+scanColumns+` FROM drift_scans
		WHERE tenant_id = $1 AND scan_id <> $2 AND CASE WHEN $3 <> '' THEN scan_id = $3
			ELSE state = 'complete' AND (resource_types = '{}' OR (cardinality($4::text[]) > 0 AND resource_types @> $4)) END
		ORDER BY started_at DESC, scan_id LIMIT 1`, ref.TenantID, ref.ScanID, scan.Confirms, scan.Types))
	if noRow(err) {
		return driftwatch.Baseline{}, nil
	}
	if err != nil {
		return driftwatch.Baseline{}, explain(err, "reading what drift scan %s is held against", ref.ScanID)
	}
	found := driftwatch.Baseline{ScanID: before.ScanID, Types: before.Types, Tally: before.Tally, Confirmed: scan.Confirms != ""}
	return found.For(scan.Types), nil
}
