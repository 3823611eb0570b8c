package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/postgres/migrations"
)

// migrationLock is the key of the session advisory lock under which one host at a time migrates.
// PostgreSQL gives it back by itself when that host dies.
const migrationLock = 0x6f6d6e69

// Migrate brings the schema of the database at url to the version that this program knows and
// returns that version. Any number of hosts may call it at once: they take turns, and all but the
// first find nothing to do.
func Migrate(ctx context.Context, url string) (version int64, err error) {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return 0, fault.Wrap(err, fault.InvalidInput, "the database URL cannot be read; give one such as postgres://user@host:5432/omnicloud")
	}
	config.RuntimeParams["search_path"] = Schema
	config.RuntimeParams["application_name"] = "omnicloud migrate"
	db := stdlib.OpenDB(*config)
	defer func() { err = errors.Join(err, db.Close()) }()

	turn, err := db.Conn(ctx)
	if err != nil {
		return 0, fault.Wrap(err, fault.Unavailable, "PostgreSQL does not answer at %s port %d, database %q; check --database-url and that the server runs",
			config.Host, config.Port, config.Database)
	}
	// Closing the connection ends its session and with it the lock, whatever happened before.
	defer func() { err = errors.Join(err, discard(context.WithoutCancel(ctx), turn)) }()
	if _, err := turn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return 0, fmt.Errorf("waiting for another host's migration: %w", err)
	}
	if _, err := turn.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS "+Schema); err != nil {
		return 0, fmt.Errorf("creating schema %s: %w", Schema, err)
	}
	return climb(ctx, db)
}

func climb(ctx context.Context, db *sql.DB) (int64, error) {
	store, err := database.NewStore(database.DialectPostgres, Schema+".schema_version")
	if err != nil {
		return 0, fmt.Errorf("naming the table of schema versions: %w", err)
	}
	// With a store of one's own, goose wants no dialect.
	provider, err := goose.NewProvider("", db, migrations.Files, goose.WithStore(store),
		goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return 0, fmt.Errorf("reading the embedded migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return 0, fmt.Errorf("migrating schema %s: %w", Schema, err)
	}
	version, err := provider.GetDBVersion(ctx)
	if err != nil {
		return 0, fmt.Errorf("reading the schema version: %w", err)
	}
	return version, nil
}

// discard gives up the advisory lock and the connection; a connection that is already gone has
// given up both.
func discard(ctx context.Context, turn *sql.Conn) error {
	_, err := turn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", migrationLock)
	if closing := turn.Close(); closing != nil && !errors.Is(closing, sql.ErrConnDone) {
		err = errors.Join(err, closing)
	}
	if err != nil {
		return fmt.Errorf("giving back the migration lock: %w", err)
	}
	return nil
}
