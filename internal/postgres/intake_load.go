package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
)

// firstSlices is how many slice ids a delivery reserves at first; most have one slice.
const firstSlices = 16

// Load implements intake.Store.
func (s *Intake) Load(
	ctx context.Context, delivery intake.Delivery, rows intake.Rows, conclude func([]intake.Placed) intake.Report,
) (report intake.Report, err error) {
	err = s.inTransaction(ctx, "importing "+delivery.Name, func(tx pgx.Tx) error {
		copied, err := copyRows(ctx, tx, delivery.Kind, intake.NewTally(), nil, rows)
		if err != nil {
			return err
		}
		if err := takeTurn(ctx, tx); err != nil {
			return err
		}
		placed, err := sealSlices(ctx, tx, delivery, copied)
		if err != nil {
			return err
		}
		report = conclude(placed)
		return saveReport(ctx, tx, report)
	})
	if err != nil {
		return intake.Report{}, err
	}
	return report, nil
}

// copied is the rows of a delivery as they lie in the table: ids holds the slice ids of the tally's
// slices, perhaps more.
type copied struct {
	tally *intake.Tally
	ids   []int64
}

// copyRows copies rows into the table of their kind. It goes on with the tally and the ids of
// earlier pages where there are some.
func copyRows(ctx context.Context, tx pgx.Tx, kind intake.Kind, tally *intake.Tally, ids []int64, rows intake.Rows) (copied, error) {
	table, known := intakeTables[kind]
	if !known {
		return copied{}, fault.New(fault.Internal, "no table keeps rows of kind %q", kind)
	}
	source := newCopySource(table, tally, ids, rows)
	defer source.stop()
	for {
		if _, err := tx.Conn().PgConn().CopyFrom(ctx, inCopyFrame(source), table.copyStatement()); err != nil {
			// The server only says that the copy was broken off; the source knows why.
			if source.failure != nil {
				return copied{}, source.failure
			}
			return copied{}, err
		}
		if !source.more {
			return copied{tally: tally, ids: source.ids}, nil
		}
		more, err := reserveSlices(ctx, tx, max(firstSlices, len(source.ids)))
		if err != nil {
			return copied{}, err
		}
		source.ids = append(source.ids, more...)
	}
}

// saveReport keeps the report of an import, taken or refused.
func saveReport(ctx context.Context, db DB, report intake.Report) error {
	text, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("writing the report: %w", err)
	}
	state := "done"
	if report.Refused() {
		state = "refused"
	}
	_, err = db.Exec(ctx, `INSERT INTO imports (import_id, kind, source_name, state, report, created_by, correlation_id, created_at, finished_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, now())`,
		report.ID, report.Kind, report.Name, state, text, report.CreatedBy, report.CorrelationID, report.CreatedAt)
	return err
}

// SaveRefusal implements intake.Store.
func (s *Intake) SaveRefusal(ctx context.Context, report intake.Report) error {
	return explain(saveReport(ctx, s.pool, report), "keeping the refusal of %s", report.Name)
}

// Report implements intake.Store.
func (s *Intake) Report(ctx context.Context, id string) (intake.Report, error) {
	var text []byte
	err := s.pool.QueryRow(ctx, "SELECT report FROM imports WHERE import_id = $1", id).Scan(&text)
	if noRow(err) {
		return intake.Report{}, fault.New(fault.NotFound, "there is no import %.128q", id)
	}
	if err != nil {
		return intake.Report{}, explain(err, "reading the report of import %.128q", id)
	}
	var report intake.Report
	if err := json.Unmarshal(text, &report); err != nil {
		return intake.Report{}, fault.Wrap(err, fault.Internal, "the report of import %s cannot be read", id)
	}
	return report, nil
}
