package postgres_test

import (
	"database/sql"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/migrations"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestDriftHistoryOnlyGrows(t *testing.T) {
	b := newDriftBench(t)
	b.scan(t, "", difference("vm-1", "a", "x", drift.Functional))
	b.scan(t, "", difference("vm-1", "a", "y", drift.Functional), difference("vm-2", "a", "x", drift.Functional))
	owner, err := postgres.Open(ctx, b.url)
	require.NoError(t, err)
	t.Cleanup(owner.Close)

	t.Run("each transaction that moves a head is noted once", func(t *testing.T) {
		var heads []drifthistory.Head
		register, err := postgres.VerifyDriftHistories(ctx, b.pool, "", func(head drifthistory.Head) error {
			heads = append(heads, head)
			return nil
		})
		require.NoError(t, err)
		require.EqualValues(t, 2, register.Entries)
		require.Equal(t, []drifthistory.Head{register.Heads["acme"]}, heads)
		_, err = postgres.VerifyDriftHistories(ctx, b.pool, register.Hash, func(drifthistory.Head) error { return nil })
		require.NoError(t, err)
	})
	for _, statement := range []string{
		"UPDATE drift_history SET subject = 'nobody'", "DELETE FROM drift_history", "TRUNCATE drift_history",
		"DELETE FROM drift_history_heads", "TRUNCATE drift_history_heads CASCADE",
		"UPDATE drift_history_register SET entries = 1", "DELETE FROM drift_history_register", "TRUNCATE drift_history_register",
		"INSERT INTO drift_history_register VALUES (3, 'acme', 9, 'x', now(), 'x', 'x')",
		"SELECT note_drift_history_head('acme', 9, 'x')",
		"ALTER TABLE drift_history DISABLE TRIGGER ALL", "DROP TABLE drift_history_register",
	} {
		t.Run("a service may not "+statement, func(t *testing.T) {
			_, err := b.pool.Exec(ctx, statement)
			require.ErrorContains(t, err, "42501", "insufficient privilege")
		})
	}
	for _, statement := range []string{
		"UPDATE drift_history SET subject = 'nobody'", "DELETE FROM drift_history", "TRUNCATE drift_history",
		"DELETE FROM drift_history_heads", "TRUNCATE drift_history_heads CASCADE",
		"UPDATE drift_history_heads SET entries = 1", "UPDATE drift_history_heads SET tenant_id = 'dune'",
		"UPDATE drift_history_register SET entries = 1", "DELETE FROM drift_history_register", "TRUNCATE drift_history_register",
	} {
		t.Run("an owner who leaves the triggers on may not "+statement, func(t *testing.T) {
			_, err := owner.Exec(ctx, statement)
			require.ErrorContains(t, err, "OC001")
		})
	}
	b.holds(t)
	t.Run("a head that a service moves without entries is noted, and tells", func(t *testing.T) {
		_, err := b.pool.Exec(ctx, "UPDATE drift_history_heads SET entries = 9, hash = 'forged'")
		require.NoError(t, err)
		_, err = postgres.VerifyDriftHistory(ctx, b.pool, "acme", "")
		require.ErrorContains(t, err, "entry 4 was dropped")
	})
}

func TestHistoriesFromBeforeTheRegisterAreNotedInIt(t *testing.T) {
	url := postgrestest.EmptyURL(t)
	db, err := sql.Open("pgx", url+"&search_path=omnicloud")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	execute := func(statement string, arguments ...any) {
		_, err := db.ExecContext(ctx, statement, arguments...)
		require.NoError(t, err)
	}
	execute("CREATE SCHEMA omnicloud")
	store, err := database.NewStore(database.DialectPostgres, "omnicloud.schema_version")
	require.NoError(t, err)
	provider, err := goose.NewProvider("", db, migrations.Files, goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
	require.NoError(t, err)
	_, err = provider.UpTo(ctx, 347)
	require.NoError(t, err)
	for _, tenant := range []string{"acme", "dune"} {
		entry, err := drifthistory.New(drifthistory.ModesSet, tenant, "", "", "oscar", "", time.Now(), map[string]string{})
		require.NoError(t, err)
		linked, head := drifthistory.Head{TenantID: tenant}.Append(entry)
		execute("INSERT INTO drift_history_heads VALUES ($1, $2, $3)", tenant, head.Entries, head.Hash)
		execute("INSERT INTO drift_history VALUES ($1, $2, '', '', $3, $4, 'oscar', '', '{}', '', $5)", tenant, linked.Index, string(linked.Kind), linked.At, linked.Hash)
	}
	execute("INSERT INTO drift_history_heads VALUES ('idle', 0, '')")

	_, err = postgres.Migrate(ctx, url)
	require.NoError(t, err)
	pool, err := postgres.Open(ctx, url)
	require.NoError(t, err)
	defer pool.Close()
	register, err := postgres.VerifyDriftHistories(ctx, pool, "", func(drifthistory.Head) error { return nil })
	require.NoError(t, err)
	require.EqualValues(t, 2, register.Entries)
}
