package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/intake"
)

// intakeLock is the key of the transaction advisory lock that lets sealing and freezing take turns:
// what a freeze lists is never superseded by a delivery that looked a moment earlier.
const intakeLock = 0x696e746b

// Intake keeps deliveries, what attempts froze of them, and reads it back. It implements
// intake.Store, intake.StagedStore, intake.Freezer and intake.FrozenInputs, and is safe for
// concurrent use.
type Intake struct {
	pool *pgxpool.Pool
}

var (
	_ intake.Store        = (*Intake)(nil)
	_ intake.StagedStore  = (*Intake)(nil)
	_ intake.Freezer      = (*Intake)(nil)
	_ intake.FrozenInputs = (*Intake)(nil)
	_ intake.LateStore    = (*Intake)(nil)
)

// NewIntake returns a store on a pool.
func NewIntake(pool *pgxpool.Pool) *Intake { return &Intake{pool: pool} }

// inTransaction runs work in a transaction that is rolled back unless work succeeds.
func (s *Intake) inTransaction(ctx context.Context, doing string, work func(pgx.Tx) error) error {
	return explain(pgx.BeginFunc(ctx, s.pool, work), "%s", doing)
}

// takeTurn waits for other deliveries and freezes that are about to be committed.
func takeTurn(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", intakeLock)
	return err
}

// reserveSlices returns new slice ids.
func reserveSlices(ctx context.Context, tx pgx.Tx, count int) ([]int64, error) {
	rows, err := tx.Query(ctx, `SELECT nextval(pg_get_serial_sequence('omnicloud.input_slices', 'slice_id'))
		FROM generate_series(1, $1)`, count)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[int64])
}
