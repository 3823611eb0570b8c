// Package sandbox stands in for the platform's services, so that the engine can be run, tested and
// shown without a platform: tenants, billing, compute, state, monitor and compliance as one HTTP
// server, each under its own path and described by its own OpenAPI document. What it knows is the
// deterministic sample of package sample; what it is told (postings, events, escalations) it keeps
// in PostgreSQL, under the idempotency keys of its callers.
//
// Below /sandbox/v1 it has controls that no platform has: faults that are switched on per route, a
// log of the requests that came in, and control totals that can be made wrong.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// Options configure a sandbox.
type Options struct {
	// DatabaseURL names the PostgreSQL database in which schema sandbox is made and kept.
	DatabaseURL string
	// States keeps the resources of the state service. Without it, a sandbox has no state service.
	States infra.Store
	// Detect compares the two configurations of a resource; by default with no rules but the engine's own.
	Detect func(context.Context, infra.Resource) ([]drift.Record, error)
	// Seed chooses the sample; zero means sample.DefaultSeed.
	Seed   uint64
	Logger *slog.Logger
}

// Sandbox is the six services. Its methods may be used concurrently.
type Sandbox struct {
	pool     *pgxpool.Pool
	logger   *slog.Logger
	faults   *faults
	requests *requestLog
	// states is nil where the sandbox was given nothing to keep resources in.
	states    *stateManager
	meddlings *meddlings
	handler   http.Handler
	// sampleSeed and loadedAt are those of the sample that is loaded.
	sampleSeed uint64
	loadedAt   time.Time

	// stopping is closed when the server is to end, which frees requests that a fault keeps hanging.
	stopping chan struct{}
	stop     sync.Once
}

// New connects to the database, brings schema sandbox up to date and loads the sample where it is
// not there yet, which takes about a second and is skipped from then on. It returns an
// InvalidInput error for a database URL that cannot be read and an Unavailable one where the
// database does not answer.
func New(ctx context.Context, options Options) (*Sandbox, error) {
	if options.Seed == 0 {
		options.Seed = sample.DefaultSeed
	}
	if options.Logger == nil {
		options.Logger = slog.Default()
	}
	pool, err := open(ctx, options.DatabaseURL)
	if err != nil {
		return nil, err
	}
	s := &Sandbox{
		pool: pool, logger: options.Logger,
		faults: newFaults(), requests: newRequestLog(), meddlings: newMeddlings(), stopping: make(chan struct{}),
	}
	if options.States != nil {
		if s.states, err = newStateManager(options); err != nil {
			pool.Close()
			return nil, err
		}
	}
	if err := s.prepare(ctx, options.Seed); err != nil {
		pool.Close()
		return nil, err
	}
	s.handler = s.routes()
	return s, nil
}

// prepare migrates and seeds while holding a lock, so that processes that start at the same time
// take turns.
func (s *Sandbox) prepare(ctx context.Context, seed uint64) error {
	turn, err := s.pool.Acquire(ctx)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the sandbox got no database connection; check that the server runs")
	}
	defer turn.Release()
	if _, err := turn.Exec(ctx, "SELECT pg_advisory_lock($1)", migrationLock); err != nil {
		return fmt.Errorf("waiting for another sandbox to finish its start: %w", err)
	}
	defer func() {
		// An unlock that fails means that the session, and with it the lock, is gone.
		_, _ = turn.Exec(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1)", migrationLock)
	}()
	if err := migrate(ctx, s.pool); err != nil {
		return err
	}
	if err := s.seed(ctx, seed); err != nil {
		return err
	}
	s.sampleSeed = seed
	if err := s.pool.QueryRow(ctx, "SELECT loaded_at FROM sandbox.sample").Scan(&s.loadedAt); err != nil {
		return fmt.Errorf("reading when the sample was loaded: %w", err)
	}
	return nil
}

// open makes the pool and checks that the database answers. Eight connections are more than the page
// requests of one close need at a time.
func open(ctx context.Context, url string) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the database URL cannot be read; give one such as postgres://user@host:5432/omnicloud")
	}
	config.ConnConfig.RuntimeParams["application_name"] = "omnicloud sandbox"
	config.ConnConfig.RuntimeParams["timezone"] = "UTC"
	config.MaxConns = 8
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fault.Wrap(err, fault.InvalidInput, "the database pool cannot be made from its URL")
	}
	ping, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := pool.Ping(ping); err != nil {
		pool.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "PostgreSQL does not answer at %s port %d; check --database-url and that the server runs",
			config.ConnConfig.Host, config.ConnConfig.Port)
	}
	return pool, nil
}

// Handler returns the server's handler, for tests that bring their own server.
func (s *Sandbox) Handler() http.Handler { return s.handler }

// shutdownGrace is how long requests under way may take to finish after the context ends.
const shutdownGrace = 5 * time.Second

// Serve answers requests on a listener until the context ends, then lets requests under way finish.
// It returns nil after such an end, and closes the listener in any case.
func (s *Sandbox) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		ErrorLog:          slog.NewLogLogger(s.logger.Handler(), slog.LevelDebug),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(listener) }()
	select {
	case err := <-failed:
		return fmt.Errorf("the sandbox's server stopped: %w", err)
	case <-ctx.Done():
	}
	s.letGo()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), shutdownGrace)
	defer cancel()
	err := server.Shutdown(grace)
	if errors.Is(err, context.DeadlineExceeded) {
		err = server.Close() // whoever is still being answered has had its time
	}
	if served := <-failed; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}

// letGo frees the requests that a fault keeps hanging.
func (s *Sandbox) letGo() { s.stop.Do(func() { close(s.stopping) }) }

// Close frees hanging requests and closes the database pool. Call it after Serve has returned.
func (s *Sandbox) Close() {
	s.letGo()
	s.pool.Close()
}
