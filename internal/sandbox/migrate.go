package sandbox

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrationLock is the key of the advisory lock under which one process at a time migrates and
// seeds. It differs from the engine's own, which may migrate the same database at the same time.
const migrationLock = 0x73616e64

// migrate brings schema sandbox to this program's version. The schema has a version table of its
// own, so that the engine's migrations and these never get in each other's way.
func migrate(ctx context.Context, pool *pgxpool.Pool) (err error) {
	db := stdlib.OpenDBFromPool(pool)
	defer func() { err = errors.Join(err, db.Close()) }()
	if _, err := db.ExecContext(ctx, "CREATE SCHEMA IF NOT EXISTS sandbox"); err != nil {
		return fmt.Errorf("creating schema sandbox: %w", err)
	}
	provider, err := newProvider(db)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating schema sandbox: %w", err)
	}
	return nil
}

func newProvider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, fmt.Errorf("reading the embedded migrations: %w", err)
	}
	store, err := database.NewStore(database.DialectPostgres, "sandbox.schema_version")
	if err != nil {
		return nil, fmt.Errorf("naming the sandbox's table of schema versions: %w", err)
	}
	// With a store of one's own, goose wants no dialect.
	provider, err := goose.NewProvider("", db, files, goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return nil, fmt.Errorf("reading the sandbox's migrations: %w", err)
	}
	return provider, nil
}
