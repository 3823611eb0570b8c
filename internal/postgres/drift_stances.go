package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// TakeStance implements driftwatch.Store.
func (d *Drifts) TakeStance(ctx context.Context, tenantID, id string, stance driftwatch.Stance) (count int, err error) {
	document, err := json.Marshal(stance)
	if err != nil {
		return 0, fmt.Errorf("encoding what was said about drift %s: %w", id, err)
	}
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		tenants, err := (&Drifts{tx}).TenantsOf(ctx, tenantID, id)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			taken, err := takeStance(ctx, tx, tenant, id, stance, document)
			if err != nil {
				return err
			}
			count += taken
		}
		if count == 0 {
			return noDrift(id)
		}
		return nil
	})
	return count, explain(err, "deciding on drift %s", id)
}

// TenantsOf implements driftwatch.Store.
func (d *Drifts) TenantsOf(ctx context.Context, tenantID, id string) ([]string, error) {
	rows, err := d.db.Query(ctx, `SELECT DISTINCT tenant_id FROM drifts
		WHERE (drift_id = $1 OR cause_id = $1) AND ($2 = '' OR tenant_id = $2) AND state <> 'resolved' ORDER BY 1`, id, tenantID)
	if err != nil {
		return nil, explain(err, "reading whose drift %s is", id)
	}
	tenants, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return tenants, explain(err, "reading whose drift %s is", id)
}

func takeStance(ctx context.Context, tx pgx.Tx, tenantID, id string, stance driftwatch.Stance, document []byte) (int, error) {
	history, err := lockHistory(ctx, tx, tenantID)
	if err != nil {
		return 0, err
	}
	rows, err := tx.Query(ctx, `UPDATE drifts SET state = $3, stance = $4, quiet_until = $5
		WHERE (drift_id = $1 OR cause_id = $1) AND tenant_id = $2 AND state <> 'resolved'
		RETURNING drift_id, resource_id, resource_type, document::text`,
		id, tenantID, string(stance.State), document, stance.Expires)
	if err != nil {
		return 0, err
	}
	kind := drifthistory.Snoozed
	if stance.State == driftwatch.DriftAccepted {
		kind = drifthistory.Accepted
	}
	entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (drifthistory.Entry, error) {
		var driftID, resourceID, resourceType, seen string
		if err := row.Scan(&driftID, &resourceID, &resourceType, &seen); err != nil {
			return drifthistory.Entry{}, err
		}
		// What they saw is kept beside what they said.
		return drifthistory.New(kind, tenantID, resourceID, resourceType, stance.Subject, driftID, stance.At, struct {
			driftwatch.Stance
			Seen json.RawMessage `json:"seen"`
		}{stance, json.RawMessage(seen)})
	})
	if err != nil {
		return 0, err
	}
	return len(entries), history.append(ctx, entries...)
}

// RefuseStance implements driftwatch.Store.
func (d *Drifts) RefuseStance(ctx context.Context, tenantID, id string, stance driftwatch.Stance, refusal fault.Code) error {
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT DISTINCT ON (tenant_id) tenant_id, resource_id, resource_type, document::text FROM drifts
			WHERE (drift_id = $1 OR cause_id = $1) AND ($2 = '' OR tenant_id = $2) AND state <> 'resolved'
			ORDER BY tenant_id, resource_id, drift_id`, id, tenantID)
		if err != nil {
			return err
		}
		entries, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (drifthistory.Entry, error) {
			var tenant, resourceID, resourceType, seen string
			if err := row.Scan(&tenant, &resourceID, &resourceType, &seen); err != nil {
				return drifthistory.Entry{}, err
			}
			return drifthistory.New(drifthistory.StanceRefused, tenant, resourceID, resourceType, stance.Subject, id, stance.At, struct {
				driftwatch.Stance
				Refusal fault.Code      `json:"refusal"`
				Seen    json.RawMessage `json:"seen"`
			}{stance, refusal, json.RawMessage(seen)})
		})
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			return noDrift(id)
		}
		for _, entry := range entries {
			history, err := lockHistory(ctx, tx, entry.TenantID)
			if err != nil {
				return err
			}
			if err := history.append(ctx, entry); err != nil {
				return err
			}
		}
		return nil
	})
	return explain(err, "refusing a decision on drift %s", id)
}

func noDrift(id string) error {
	return fault.New(fault.NotFound, "there is no unresolved drift %.128s", id)
}
