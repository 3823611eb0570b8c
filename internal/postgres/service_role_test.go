package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// TestServiceRole closes a month as a user who is only a member of omnicloud_service. The whole close
// under such a user is in test/integration.
func TestServiceRole(t *testing.T) {
	pool := postgrestest.NewService(t, postgrestest.URL(t))
	b := newBook(t, pool, "main")
	ref := b.close(t, september)

	t.Run("reads for a tenant as that tenant", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, pool, "tenant-00001", func(tx pgx.Tx) error {
			cells, err := postgres.NewLedger(tx).Cells(ctx, cellsOf(ref), start, 100)
			require.Len(t, cells, 3)
			return err
		}))
	})
	t.Run("verifies the chain", func(t *testing.T) {
		_, err := postgres.VerifyChain(ctx, pool, "main", "")
		require.NoError(t, err)
	})
	for _, statement := range []string{
		"UPDATE ledger_entries SET amount = 0", "DELETE FROM ledger_entries", "TRUNCATE ledger_entries",
		"DELETE FROM ledger_transactions", "DELETE FROM decisions", "DELETE FROM allocation_rules",
		"ALTER TABLE ledger_entries DISABLE TRIGGER ALL", "SET session_replication_role = replica",
		"ALTER TABLE usage_records DISABLE ROW LEVEL SECURITY", "DELETE FROM schema_version",
		"CREATE TABLE omnicloud.more (id int)", "DROP TABLE outbox",
	} {
		t.Run("may not "+statement, func(t *testing.T) {
			_, err := pool.Exec(ctx, statement)
			require.ErrorContains(t, err, "42501", "insufficient privilege")
		})
	}
}

// TestEveryProtectedTableServes finds a table that was given row-level security without the policy
// that lets the services in: they would see it empty.
func TestEveryProtectedTableServes(t *testing.T) {
	rows, err := postgrestest.New(t).Query(ctx, `SELECT c.relname FROM pg_class c
		WHERE c.relnamespace = 'omnicloud'::regnamespace AND c.relrowsecurity AND NOT EXISTS (
			SELECT FROM pg_policy p WHERE p.polrelid = c.oid AND 'omnicloud_service'::regrole = ANY (p.polroles))`)
	require.NoError(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	require.NoError(t, err)
	require.Empty(t, names)
}
