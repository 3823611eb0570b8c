package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// Modes implements driftwatch.Store.
func (d *Drifts) Modes(ctx context.Context, tenantID string) (driftwatch.Modes, error) {
	inForce, err := d.ModesInForce(ctx, tenantID)
	var modes driftwatch.Modes
	for _, setting := range inForce {
		modes = append(modes, setting.ModeSetting)
	}
	return modes, err
}

// ModesInForce implements driftwatch.Store.
func (d *Drifts) ModesInForce(ctx context.Context, tenantID string) ([]driftwatch.ModeInForce, error) {
	rows, err := d.db.Query(ctx, "SELECT resource_type, mode, set_by, set_at, reason FROM drift_modes WHERE tenant_id = $1 ORDER BY resource_type", tenantID)
	if err != nil {
		return nil, explain(err, "reading the drift modes of tenant %s", tenantID)
	}
	modes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (setting driftwatch.ModeInForce, err error) {
		err = row.Scan(&setting.ResourceType, &setting.Mode, &setting.SetBy, scannedInstant{&setting.SetAt}, &setting.Reason)
		return setting, err
	})
	return modes, explain(err, "reading the drift modes of tenant %s", tenantID)
}

// SetModes implements driftwatch.Store.
func (d *Drifts) SetModes(ctx context.Context, tenantID string, modes driftwatch.Modes, subject, reason string, now time.Time) error {
	modes = append(driftwatch.Modes{}, modes...)
	slices.SortFunc(modes, func(a, b driftwatch.ModeSetting) int { return strings.Compare(a.ResourceType, b.ResourceType) })
	err := pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		// The head is locked so that two changes of one tenant take turns.
		history, err := lockHistory(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		before, err := (&Drifts{tx}).Modes(ctx, tenantID)
		if err != nil || slices.Equal(before, modes) {
			return err
		}
		types := make([]string, len(modes))
		for i, setting := range modes {
			types[i] = setting.ResourceType
			if _, err := tx.Exec(ctx, `INSERT INTO drift_modes AS m (tenant_id, resource_type, mode, set_by, set_at, reason) VALUES ($1, $2, $3, $4, $5, $6)
				ON CONFLICT (tenant_id, resource_type) DO UPDATE SET mode = excluded.mode, set_by = excluded.set_by, set_at = excluded.set_at, reason = excluded.reason
				WHERE m.mode <> excluded.mode`, tenantID, setting.ResourceType, string(setting.Mode), subject, now, reason); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "DELETE FROM drift_modes WHERE tenant_id = $1 AND resource_type <> ALL ($2)", tenantID, types); err != nil {
			return err
		}
		entry, err := drifthistory.New(drifthistory.ModesSet, tenantID, "", "", subject, "", now,
			driftwatch.ModeChange{Before: before, After: modes, Reason: reason})
		if err != nil {
			return err
		}
		return history.append(ctx, entry)
	})
	return explain(err, "setting the drift modes of tenant %s", tenantID)
}
