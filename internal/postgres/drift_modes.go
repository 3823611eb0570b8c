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
	rows, err := d.db.Query(ctx, "SELECT resource_type, mode FROM drift_modes WHERE tenant_id = $1 ORDER BY resource_type", tenantID)
	if err != nil {
		return nil, explain(err, "reading the drift modes of tenant %s", tenantID)
	}
	modes, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (setting driftwatch.ModeSetting, err error) {
		err = row.Scan(&setting.ResourceType, &setting.Mode)
		return setting, err
	})
	return modes, explain(err, "reading the drift modes of tenant %s", tenantID)
}

// SetModes implements driftwatch.Store.
func (d *Drifts) SetModes(ctx context.Context, tenantID string, modes driftwatch.Modes, subject string, now time.Time) error {
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
		if _, err := tx.Exec(ctx, "DELETE FROM drift_modes WHERE tenant_id = $1", tenantID); err != nil {
			return err
		}
		for _, setting := range modes {
			if _, err := tx.Exec(ctx, "INSERT INTO drift_modes (tenant_id, resource_type, mode, set_by) VALUES ($1, $2, $3, $4)",
				tenantID, setting.ResourceType, string(setting.Mode), subject); err != nil {
				return err
			}
		}
		entry, err := drifthistory.New(drifthistory.ModesSet, tenantID, "", "", subject, "", now, struct {
			Before driftwatch.Modes `json:"before"`
			After  driftwatch.Modes `json:"after"`
		}{before, modes})
		if err != nil {
			return err
		}
		return history.append(ctx, entry)
	})
	return explain(err, "setting the drift modes of tenant %s", tenantID)
}
