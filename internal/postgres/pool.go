// Package postgres keeps the engine's state in PostgreSQL: periods and attempts, rules, inputs, the
// ledger, the outbox and idempotency keys. It is the only database there is.
package postgres

import (
	"context"
	"time"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Schema holds every table of the engine, apart from what else lives in the same database.
const Schema = "omnicloud"

// DB is what the stores need of a connection: a *pgxpool.Pool, or the transaction that AsTenant
// gives.
type DB interface {
	Begin(ctx context.Context) (pgx.Tx, error)
	Exec(ctx context.Context, sql string, arguments ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, arguments ...any) (pgx.Rows, error)
	QueryRow(ctx context.Context, sql string, arguments ...any) pgx.Row
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
	CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, source pgx.CopyFromSource) (int64, error)
}

// Option adjusts a pool.
type Option func(*pgxpool.Config)

// WithTracing reports every statement as an OpenTelemetry span, without its arguments.
func WithTracing() Option {
	return func(config *pgxpool.Config) {
		config.ConnConfig.Tracer = otelpgx.NewTracer(otelpgx.WithDisableConnectionDetailsInAttributes())
	}
}

// Open connects to the database at url and checks that it answers. The url may hold pgx's pool
// settings (pool_max_conns and its like). It returns an InvalidInput error for a url that cannot be
// read and an Unavailable error where nothing answers within ten seconds. The pool is safe for
// concurrent use; its owner closes it.
func Open(ctx context.Context, url string, options ...Option) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the database URL cannot be read; give one such as postgres://user@host:5432/omnicloud")
	}
	settle(config)
	for _, option := range options {
		option(config)
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the database pool cannot be made from its URL")
	}
	if err := Ping(ctx, pool); err != nil {
		pool.Close()
		return nil, err
	}
	return pool, nil
}

// Ping returns an Unavailable error unless the database answers within ten seconds.
func Ping(ctx context.Context, pool *pgxpool.Pool) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := pool.Ping(ctx); err != nil {
		at := pool.Config().ConnConfig
		return fault.Wrap(err, fault.Unavailable, "PostgreSQL does not answer at %s port %d, database %q; check --database-url and that the server runs",
			at.Host, at.Port, at.Database)
	}
	return nil
}

// settle fills in what the url left open and fixes what the stores rely on.
func settle(config *pgxpool.Config) {
	parameters := config.ConnConfig.RuntimeParams
	// Every statement of the stores names tables without their schema.
	parameters["search_path"] = Schema
	parameters["timezone"] = "UTC"
	if parameters["application_name"] == "" {
		parameters["application_name"] = "omnicloud"
	}
	// A lock that is not given within half a minute is a defect or an outage: the caller's retry
	// shows it, an endless wait would hide it.
	if parameters["lock_timeout"] == "" {
		parameters["lock_timeout"] = "30s"
	}
	config.MaxConns = max(config.MaxConns, 8)
	config.MaxConnIdleTime = 5 * time.Minute
	config.HealthCheckPeriod = 30 * time.Second
	config.AfterConnect = readTimesAsUTC
}

// readTimesAsUTC keeps the machine's time zone out of results, which would otherwise print the same
// instant differently from host to host.
func readTimesAsUTC(_ context.Context, connection *pgx.Conn) error {
	types := connection.TypeMap()
	types.RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID,
		Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}
