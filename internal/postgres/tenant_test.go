package postgres_test

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestAsTenant(t *testing.T) {
	b := newBench(t)
	ref := b.close(t, september)
	waiting := b.open(t, october)
	b.calculate(t, waiting, 2, 4)
	_, err := b.pool.Exec(ctx, `INSERT INTO usage_records (slice_id, row_no, tenant_id, category, quantity)
		VALUES (1, 1, 'tenant-00001', 'compute', 5), (1, 2, 'tenant-00002', 'compute', 6)`)
	require.NoError(t, err)

	count := func(tx pgx.Tx, query string) int {
		var found int
		require.NoError(t, tx.QueryRow(ctx, query).Scan(&found))
		return found
	}
	t.Run("sees its own rows and nobody else's", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, b.pool, "tenant-00001", func(tx pgx.Tx) error {
			require.Equal(t, 1, count(tx, "SELECT count(*) FROM usage_records"))
			require.Equal(t, 0, count(tx, "SELECT count(*) FROM usage_records WHERE tenant_id = 'tenant-00002'"))
			require.Equal(t, 3, count(tx, "SELECT count(*) FROM ledger_entries"))
			require.Equal(t, 0, count(tx, "SELECT count(*) FROM ledger_entries WHERE account <> 'tenant-00001'"))
			return nil
		}))
	})
	t.Run("reads its cells through the store, but not those of others", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, b.pool, "tenant-00001", func(tx pgx.Tx) error {
			cells, err := postgres.NewLedger(tx).Cells(ctx, cellsOf(ref), start, 100)
			require.NoError(t, err)
			require.Len(t, cells, 3)
			foreign := cellsOf(ref)
			foreign.Account = "tenant-00002"
			cells, err = postgres.NewLedger(tx).Cells(ctx, foreign, start, 100)
			require.NoError(t, err)
			require.Empty(t, cells)
			return nil
		}))
	})
	t.Run("sees nothing that is not approved", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, b.pool, "tenant-00001", func(tx pgx.Tx) error {
			cells, err := postgres.NewLedger(tx).Cells(ctx, cellsOf(waiting), start, 100)
			require.NoError(t, err)
			require.Empty(t, cells)
			return nil
		}))
	})
	for _, statement := range []string{
		"SELECT billed_cost FROM charges", "SELECT amount FROM ledger_transactions", "SELECT actor FROM decisions",
		"SELECT payload FROM outbox", "SELECT response_body FROM idempotency_keys", "SELECT document FROM allocation_rules",
		"INSERT INTO usage_records SELECT * FROM usage_records", "SELECT result_hash FROM close_attempts",
	} {
		t.Run("may not "+statement, func(t *testing.T) {
			err := postgres.AsTenant(ctx, b.pool, "tenant-00001", func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, statement)
				return err
			})
			require.Error(t, err)
		})
	}
	t.Run("that is nobody sees nothing", func(t *testing.T) {
		tx, err := b.pool.Begin(ctx)
		require.NoError(t, err)
		defer func() { require.NoError(t, tx.Rollback(ctx)) }()
		_, err = tx.Exec(ctx, "SET LOCAL ROLE omnicloud_tenant")
		require.NoError(t, err)
		for _, table := range []string{"usage_records", "tenants", "ownership", "ledger_entries"} {
			require.Zero(t, count(tx, "SELECT count(*) FROM "+table))
		}
		require.Zero(t, count(tx, "SELECT count(tx_id) FROM ledger_transactions"))
	})
	t.Run("leaves no trace on the connection", func(t *testing.T) {
		for range 20 {
			require.NoError(t, postgres.AsTenant(ctx, b.pool, "tenant-00001", func(pgx.Tx) error { return nil }))
		}
		var usages int
		require.NoError(t, b.pool.QueryRow(ctx, "SELECT count(*) FROM usage_records").Scan(&usages))
		require.Equal(t, 2, usages)
	})
	t.Run("needs an id", func(t *testing.T) {
		err := postgres.AsTenant(ctx, b.pool, "' OR true", func(pgx.Tx) error { return nil })
		require.True(t, fault.Is(err, fault.InvalidInput))
	})
}

func TestEntryTenants(t *testing.T) {
	b := newBench(t)
	ref := b.open(t, september)
	b.calculate(t, ref, 1, 1)
	rows, err := b.pool.Query(ctx, "SELECT account FROM ledger_entries WHERE tenant_id IS NULL ORDER BY account")
	require.NoError(t, err)
	accounts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Equal(t, []string{"@unallocated", "pool:pool-00"}, accounts, "accounts and pools are no tenant's")
}

func TestSealedSlices(t *testing.T) {
	b := newBench(t)
	remove := func(status string) error {
		batch := uuid.NewString()
		var slice int64
		require.NoError(t, b.pool.QueryRow(ctx, `WITH b AS (INSERT INTO input_batches (batch_id, kind, source, name, status, created_by)
				VALUES ($1, 'usage', 'file', 'usage.csv', $2, 'olga') RETURNING batch_id)
			INSERT INTO input_slices (batch_id, kind, scope, period, content_hash, rows, status)
			SELECT batch_id, 'usage', '', '2025-09', 'ab', 1, 'current' FROM b RETURNING slice_id`, batch, status).Scan(&slice))
		_, err := b.pool.Exec(ctx, "INSERT INTO usage_records (slice_id, row_no, tenant_id, category, quantity) VALUES ($1, 1, 'acme', 'compute', 1)", slice)
		require.NoError(t, err)
		_, err = b.pool.Exec(ctx, "DELETE FROM usage_records WHERE slice_id = $1", slice)
		return err
	}
	t.Run("keep their rows", func(t *testing.T) { require.ErrorContains(t, remove("sealed"), "OC001") })
	t.Run("that are still loading may be given up", func(t *testing.T) { require.NoError(t, remove("loading")) })
}
