package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
)

// stagedProgress is what a delivery in pages remembers between them.
type stagedProgress struct {
	Cursor   string        `json:"cursor"`
	Complete bool          `json:"complete"`
	Tally    *intake.Tally `json:"tally"`
	SliceIDs []int64       `json:"slice_ids"`
}

// Begin implements intake.StagedStore.
func (s *Intake) Begin(ctx context.Context, delivery intake.Delivery, group string) (staged intake.Staged, err error) {
	err = s.inTransaction(ctx, "beginning to collect "+delivery.Name, func(tx pgx.Tx) error {
		if err := takeTurn(ctx, tx); err != nil {
			return err
		}
		found, err := findStaged(ctx, tx, delivery)
		if err != nil || found != nil {
			staged = orZero(found)
			return err
		}
		if err := dropGivenUp(ctx, tx, delivery.Kind, group); err != nil {
			return err
		}
		staged = intake.Staged{Delivery: delivery, Tally: intake.NewTally()}
		_, err = tx.Exec(ctx, `INSERT INTO input_batches (batch_id, kind, source, name, status, created_by, created_at, group_key)
			VALUES ($1, $2, $3, $4, 'loading', $5, $6, $7)`,
			delivery.ID, delivery.Kind, delivery.Source, delivery.Name, delivery.CreatedBy, delivery.CreatedAt, group)
		return err
	})
	return staged, err
}

// orZero spares callers a pointer.
func orZero(staged *intake.Staged) intake.Staged {
	if staged == nil {
		return intake.Staged{}
	}
	return *staged
}

// findStaged returns the delivery of this name, or nil where there is none or it must begin again.
func findStaged(ctx context.Context, tx pgx.Tx, delivery intake.Delivery) (*intake.Staged, error) {
	var status string
	var text []byte
	staged := &intake.Staged{Delivery: delivery, Tally: intake.NewTally()}
	err := tx.QueryRow(ctx, `SELECT batch_id, status, progress FROM input_batches
		WHERE kind = $1 AND source = $2 AND name = $3 AND status IN ('loading', 'sealed')
		ORDER BY created_at DESC LIMIT 1`, delivery.Kind, delivery.Source, delivery.Name).
		Scan(&staged.Delivery.ID, &status, &text)
	if noRow(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if staged.Sealed = status == "sealed"; staged.Sealed || text == nil {
		return staged, nil
	}
	progress, readable := readProgress(text)
	if !readable {
		// Another version of the program wrote it; its rows are dropped with those given up.
		return nil, nil
	}
	staged.Cursor, staged.Complete = progress.Cursor, progress.Complete
	staged.Tally, staged.SliceIDs = progress.Tally, progress.SliceIDs
	return staged, nil
}

// readProgress reports false for a state that this version cannot take up.
func readProgress(text []byte) (progress stagedProgress, readable bool) {
	err := json.Unmarshal(text, &progress)
	return progress, err == nil && progress.Tally != nil
}

// dropGivenUp removes what an earlier attempt collected and never sealed.
func dropGivenUp(ctx context.Context, tx pgx.Tx, kind intake.Kind, group string) error {
	var text []byte
	err := tx.QueryRow(ctx, `DELETE FROM input_batches WHERE kind = $1 AND group_key = $2 AND status = 'loading'
		RETURNING coalesce(progress, '{}')`, kind, group).Scan(&text)
	if noRow(err) {
		return nil
	}
	if err != nil {
		return err
	}
	var progress struct {
		SliceIDs []int64 `json:"slice_ids"`
	}
	if err := json.Unmarshal(text, &progress); err != nil {
		return fmt.Errorf("reading which rows were given up: %w", err)
	}
	_, err = tx.Exec(ctx, "DELETE FROM "+intakeTables[kind].name+" WHERE slice_id = ANY ($1)", progress.SliceIDs)
	return err
}

// AddPage implements intake.StagedStore.
func (s *Intake) AddPage(ctx context.Context, staged *intake.Staged, rows intake.Rows, next string) error {
	return s.inTransaction(ctx, "keeping a page of "+staged.Delivery.Name, func(tx pgx.Tx) error {
		copied, err := copyRows(ctx, tx, staged.Delivery.Kind, staged.Tally, staged.SliceIDs, rows)
		if err != nil {
			return err
		}
		progress := stagedProgress{Cursor: next, Complete: next == "", Tally: copied.tally, SliceIDs: copied.ids}
		text, err := json.Marshal(progress)
		if err != nil {
			return fmt.Errorf("writing how far the collection is: %w", err)
		}
		tag, err := tx.Exec(ctx, "UPDATE input_batches SET progress = $2, rows = $3 WHERE batch_id = $1 AND status = 'loading'",
			staged.Delivery.ID, text, copied.tally.Rows())
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return fault.New(fault.Conflict, "the collection %s was given up for a newer one", staged.Delivery.Name)
		}
		staged.Cursor, staged.Complete, staged.SliceIDs = next, progress.Complete, copied.ids
		return nil
	})
}

// Seal implements intake.StagedStore.
func (s *Intake) Seal(ctx context.Context, staged *intake.Staged, month period.Period) (placed []intake.Placed, err error) {
	if staged.Sealed {
		return nil, nil
	}
	err = s.inTransaction(ctx, "sealing "+staged.Delivery.Name, func(tx pgx.Tx) error {
		if err := takeTurn(ctx, tx); err != nil {
			return err
		}
		if err := coverSlices(ctx, tx, staged); err != nil {
			return err
		}
		rows := copied{tally: staged.Tally, ids: staged.SliceIDs}
		if placed, err = sealSlices(ctx, tx, staged.Delivery, rows); err != nil {
			return err
		}
		return supersedeUnlisted(ctx, tx, staged, month)
	})
	staged.Sealed = err == nil
	return placed, err
}

// coverSlices gives ids to slices without rows, which no copy ever asked one for.
func coverSlices(ctx context.Context, tx pgx.Tx, staged *intake.Staged) error {
	missing := len(staged.Tally.Slices()) - len(staged.SliceIDs)
	if missing <= 0 {
		return nil
	}
	more, err := reserveSlices(ctx, tx, missing)
	staged.SliceIDs = append(staged.SliceIDs, more...)
	return err
}

// supersedeUnlisted ends slices whose account the service no longer lists for the month. Frozen
// ones stay: an attempt that goes on counting has them.
func supersedeUnlisted(ctx context.Context, tx pgx.Tx, staged *intake.Staged, month period.Period) error {
	if !staged.Delivery.Kind.Dated() {
		return nil
	}
	scopes := []string{}
	for _, slice := range staged.Tally.Slices() {
		scopes = append(scopes, slice.Scope)
	}
	_, err := tx.Exec(ctx, `UPDATE input_slices s SET status = 'superseded'
		FROM input_batches b
		WHERE b.batch_id = s.batch_id AND b.source = 'service' AND s.kind = $1 AND s.period = $2
			AND s.status IN ('current', 'late') AND s.scope <> ALL ($3) AND NOT `+frozenBy,
		staged.Delivery.Kind, month.String(), scopes)
	return err
}

// FileScopes implements intake.StagedStore.
func (s *Intake) FileScopes(ctx context.Context, kind intake.Kind, month period.Period) ([]string, error) {
	rows, err := s.pool.Query(ctx, `SELECT DISTINCT s.scope FROM input_slices s JOIN input_batches b USING (batch_id)
		WHERE s.kind = $1 AND s.period = $2 AND s.status = 'current' AND b.source = 'file' ORDER BY s.scope`,
		kind, month.String())
	if err != nil {
		return nil, explain(err, "listing the %s of %s that came in files", kind, month)
	}
	scopes, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return scopes, explain(err, "listing the %s of %s that came in files", kind, month)
}
