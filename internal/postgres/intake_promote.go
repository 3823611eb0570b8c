package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// promoteLate gives slices that waited as late the place that nobody holds any more: the attempt
// that had frozen it was rejected, withdrawn or failed. They act in the order in which they came.
func promoteLate(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, `
		SELECT l.slice_id, l.appended FROM input_slices l
		WHERE l.status = 'late' AND NOT EXISTS (
			SELECT FROM input_slices s
			WHERE s.kind = l.kind AND s.scope = l.scope AND s.period = l.period
				AND s.status IN ('current', 'late') AND `+frozenBy+`)
		ORDER BY l.slice_id`)
	if err != nil {
		return err
	}
	type late struct {
		ID       int64
		Appended bool
	}
	waiting, err := pgx.CollectRows(rows, pgx.RowToStructByPos[late])
	if err != nil {
		return err
	}
	for _, slice := range waiting {
		if !slice.Appended {
			_, err = tx.Exec(ctx, `UPDATE input_slices s SET status = 'superseded', superseded_by = l.slice_id
				FROM input_slices l
				WHERE l.slice_id = $1 AND s.kind = l.kind AND s.scope = l.scope AND s.period = l.period
					AND s.status = 'current'`, slice.ID)
		}
		if err == nil {
			_, err = tx.Exec(ctx, "UPDATE input_slices SET status = 'current' WHERE slice_id = $1", slice.ID)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
