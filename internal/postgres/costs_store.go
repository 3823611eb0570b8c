package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Costs keeps cost projections and answers from them. It is safe for concurrent use.
type Costs struct{ db DB }

var _ allocation.CostReader = (*Costs)(nil)

// NewCosts returns the store on a pool, or on the transaction of AsTenant for reading.
func NewCosts(db DB) *Costs { return &Costs{db: db} }

// StoreCosts stores what write gives to its sink as the costs of an attempt, all of it or nothing.
// Where they are stored already, the sink keeps nothing, so that a repeated step does no harm;
// attempt 0 is replaced when its inputs have another hash. An attempt whose costs were made of
// other inputs is a Tampered error. Errors of write are returned as they are.
func (c *Costs) StoreCosts(ctx context.Context, ref closing.AttemptRef, inputsHash string, write func(allocation.CostSink) error) error {
	err := pgx.BeginFunc(ctx, c.db, func(tx pgx.Tx) error {
		id, stored, err := beginProjection(ctx, tx, ref, inputsHash)
		if err != nil {
			return err
		}
		if stored {
			return write(allocation.DiscardCosts{})
		}
		sink := newCostSink(ctx, tx, id)
		if err := write(sink); err != nil {
			sink.abandon(err)
			return err
		}
		return sink.end()
	})
	return explain(err, "storing the costs of %s of book %s", ref.Period, ref.Book)
}

// beginProjection makes the row of a projection, or reports that it is there with the same inputs.
// Of two that begin the same one at once, the second waits for the end of the first.
func beginProjection(ctx context.Context, tx pgx.Tx, ref closing.AttemptRef, inputsHash string) (id int64, stored bool, err error) {
	err = tx.QueryRow(ctx, `INSERT INTO cost_projections (book, period, attempt, inputs_hash)
		VALUES ($1, $2, $3, $4) ON CONFLICT (book, period, attempt) DO NOTHING RETURNING projection_id`,
		ref.Book, ref.Period.String(), ref.Attempt, inputsHash).Scan(&id)
	if !noRow(err) {
		return id, false, err
	}
	var before string
	err = tx.QueryRow(ctx, `SELECT projection_id, inputs_hash FROM cost_projections
		WHERE book = $1 AND period = $2 AND attempt = $3 FOR UPDATE`,
		ref.Book, ref.Period.String(), ref.Attempt).Scan(&id, &before)
	switch {
	case err != nil:
		return 0, false, err
	case before == inputsHash:
		return id, true, nil
	case ref.Attempt > 0:
		return 0, false, fault.New(fault.Tampered, "the costs of attempt %d at %s of book %s were made of other inputs", ref.Attempt, ref.Period, ref.Book)
	}
	batch := &pgx.Batch{}
	batch.Queue("DELETE FROM cost_days WHERE projection_id = $1", id)
	batch.Queue("DELETE FROM cost_lines WHERE projection_id = $1", id)
	batch.Queue("UPDATE cost_projections SET inputs_hash = $2, created_at = now() WHERE projection_id = $1", id, inputsHash)
	return id, false, tx.SendBatch(ctx, batch).Close()
}

// ProvisionalHash returns what the stored provisional costs of a period were made of, or nothing
// where there are none.
func (c *Costs) ProvisionalHash(ctx context.Context, ref closing.AttemptRef) (hash string, err error) {
	err = c.db.QueryRow(ctx, `SELECT inputs_hash FROM cost_projections WHERE book = $1 AND period = $2 AND attempt = 0`,
		ref.Book, ref.Period.String()).Scan(&hash)
	if noRow(err) {
		return "", nil
	}
	return hash, explain(err, "looking for provisional costs of %s of book %s", ref.Period, ref.Book)
}
