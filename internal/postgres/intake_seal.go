package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// frozenBy tells whether an attempt that still counts lists the slice s: one that runs, was closed,
// or was approved and only failed to publish.
const frozenBy = `EXISTS (
	SELECT FROM attempt_inputs i JOIN close_attempts a USING (book, period, attempt)
	WHERE i.slice_id = s.slice_id AND (a.outcome IN ('running', 'closed') OR a.decision_id IS NOT NULL))`

// sealSlices places the slices of a delivery whose rows are copied, and records batch and slices.
// It needs its turn to be taken.
func sealSlices(ctx context.Context, tx pgx.Tx, delivery intake.Delivery, rows copied) ([]intake.Placed, error) {
	slices := rows.tally.Slices()
	existing, err := existingSlices(ctx, tx, delivery, slices)
	if err != nil {
		return nil, err
	}
	if err := sealBatch(ctx, tx, delivery, slices); err != nil {
		return nil, err
	}
	sealing := &sealing{delivery: delivery, batch: &pgx.Batch{}}
	placed := make([]intake.Placed, len(slices))
	for i, slice := range slices {
		others := existing[slice.SliceKey]
		if delivery.Kind.Merged() {
			if err := markCovered(ctx, tx, delivery, rows.ids[i], others); err != nil {
				return nil, err
			}
		}
		placement := intake.Place(intake.Incoming{
			Kind: delivery.Kind, Source: delivery.Source, ContentHash: slice.ContentHash, Append: delivery.Append,
		}, others)
		if err := sealing.add(rows.ids[i], slice, placement); err != nil {
			return nil, err
		}
		placed[i] = intake.Placed{Slice: slice, Outcome: placement.Outcome, Superseded: len(placement.Supersede)}
	}
	return placed, tx.SendBatch(ctx, sealing.batch).Close()
}

// existingSlices returns the current and late slices of the keys of a delivery, oldest first. For
// merged kinds, they are those of the same source.
func existingSlices(ctx context.Context, tx pgx.Tx, delivery intake.Delivery, slices []intake.Slice) (map[intake.SliceKey][]intake.Existing, error) {
	scopes, periods := make([]string, len(slices)), make([]string, len(slices))
	keys := map[[2]string]intake.SliceKey{}
	for i, slice := range slices {
		scopes[i], periods[i] = slice.Scope, slice.Period.String()
		keys[[2]string{scopes[i], periods[i]}] = slice.SliceKey
	}
	rows, err := tx.Query(ctx, `
		SELECT s.scope, s.period, s.slice_id, b.source, s.content_hash, s.status = 'late', `+frozenBy+`
		FROM unnest($2::text[], $3::text[]) k (scope, period)
		JOIN input_slices s ON s.kind = $1 AND s.period = k.period AND s.scope = k.scope AND s.status IN ('current', 'late')
		JOIN input_batches b USING (batch_id)
		WHERE NOT $4 OR b.source = $5
		ORDER BY s.slice_id`, delivery.Kind, scopes, periods, delivery.Kind.Merged(), delivery.Source)
	if err != nil {
		return nil, err
	}
	existing := map[intake.SliceKey][]intake.Existing{}
	var scope, month string
	var found intake.Existing
	_, err = pgx.ForEachRow(rows, []any{&scope, &month, &found.ID, &found.Source, &found.ContentHash, &found.Late, &found.Frozen}, func() error {
		key := keys[[2]string{scope, month}]
		existing[key] = append(existing[key], found)
		return nil
	})
	return existing, err
}

// markCovered finds the slices whose tenants the incoming slice all has. The service's word is
// always complete.
func markCovered(ctx context.Context, tx pgx.Tx, delivery intake.Delivery, incoming int64, existing []intake.Existing) error {
	for i := range existing {
		if delivery.Source == intake.SourceService {
			existing[i].Covered = true
			continue
		}
		err := tx.QueryRow(ctx, `SELECT NOT EXISTS (
			SELECT tenant_id FROM tenants WHERE slice_id = $1
			EXCEPT SELECT tenant_id FROM tenants WHERE slice_id = $2)`, existing[i].ID, incoming).Scan(&existing[i].Covered)
		if err != nil {
			return err
		}
	}
	return nil
}

// sealBatch records the delivery as sealed; a delivery in pages is there already.
func sealBatch(ctx context.Context, tx pgx.Tx, delivery intake.Delivery, slices []intake.Slice) error {
	var rows int64
	for _, slice := range slices {
		rows += slice.Rows
	}
	_, err := tx.Exec(ctx, `INSERT INTO input_batches (batch_id, kind, source, name, rows, status, created_by, created_at, sealed_at)
		VALUES ($1, $2, $3, $4, $5, 'sealed', $6, $7, now())
		ON CONFLICT (batch_id) DO UPDATE SET status = 'sealed', rows = excluded.rows, sealed_at = now(), progress = NULL`,
		delivery.ID, delivery.Kind, delivery.Source, delivery.Name, rows, delivery.CreatedBy, delivery.CreatedAt)
	return err
}

// sealing gathers the statements that carry out placements.
type sealing struct {
	delivery intake.Delivery
	batch    *pgx.Batch
}

func (s *sealing) add(id int64, slice intake.Slice, placement intake.Placement) error {
	if !placement.Stores() {
		// Its rows never belonged to a sealed slice, so they may go.
		s.batch.Queue("DELETE FROM "+intakeTables[s.delivery.Kind].name+" WHERE slice_id = $1", id)
		id = placement.Keep
	} else if err := s.insert(id, slice, placement); err != nil {
		return err
	}
	if len(placement.Supersede) > 0 {
		s.batch.Queue(`UPDATE input_slices SET status = 'superseded', superseded_by = $2 WHERE slice_id = ANY ($1)`,
			placement.Supersede, id)
	}
	return nil
}

func (s *sealing) insert(id int64, slice intake.Slice, placement intake.Placement) error {
	status := "current"
	if placement.Outcome == intake.OutcomeLate {
		status = "late"
	}
	var billed, effective any
	for _, sum := range slice.Sums {
		if len(slice.Sums) == 1 {
			billed, effective = sum.Billed, sum.Effective
		}
	}
	sums, err := json.Marshal(slice.Sums)
	if err != nil {
		return fmt.Errorf("writing the sums of a slice: %w", err)
	}
	s.batch.Queue(`INSERT INTO input_slices (slice_id, batch_id, kind, scope, period, content_hash, rows,
			billed, effective, sums, min_charge_start, max_charge_start, status, appended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`,
		id, s.delivery.ID, slice.Kind, slice.Scope, slice.Period.String(), slice.ContentHash, slice.Rows,
		billed, effective, sums, instant(slice.FirstChargeStart), instant(slice.LastChargeStart),
		status, s.delivery.Append)
	return nil
}
