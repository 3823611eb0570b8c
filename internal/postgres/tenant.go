package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// AsTenant runs read in a read-only transaction that sees the rows of one tenant alone: PostgreSQL
// itself hides everybody else's, whatever the queries ask for. Of the ledger it shows what was
// approved. read may use stores made on the transaction.
func AsTenant(ctx context.Context, pool *pgxpool.Pool, tenantID string, read func(tx pgx.Tx) error) error {
	if err := tenancy.CheckID(tenantID); err != nil {
		return err
	}
	err := pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		// Both settings end with the transaction, so a connection never goes back to the pool as
		// somebody.
		if _, err := tx.Exec(ctx, "SELECT set_config('omnicloud.tenant_id', $1, true)", tenantID); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE omnicloud_tenant"); err != nil {
			return err
		}
		return read(tx)
	})
	return explain(err, "reading for tenant %s", tenantID)
}
