package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drift/judgement"
	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

// sandboxCommand holds the stand-in platform services and the generator of large samples.
type sandboxCommand struct {
	Serve    sandboxServeCommand    `cmd:"" default:"withargs" help:"Serve the stand-in services: tenants, billing, compute, state, monitor, compliance."`
	Generate sandboxGenerateCommand `cmd:"" help:"Write a bill of any size as files: FOCUS charges, tenants, usage, invoices and rules."`
}

// sandboxServeCommand serves the services until it is told to stop.
type sandboxServeCommand struct {
	Database databaseFlags `embed:""`

	SandboxAddr string `help:"Address to listen on; port 0 picks a free one." default:"127.0.0.1:8090"`
	SandboxSeed uint64 `help:"Seed of the sample data." default:"20260930"`
}

// Run listens first, so that an address in use is told before any data is touched.
func (c *sandboxServeCommand) Run(ctx context.Context, log *slog.Logger) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", c.SandboxAddr)
	if err != nil {
		return fault.Wrap(err, fault.Unavailable, "the sandbox cannot listen on %s; choose another --sandbox-addr", c.SandboxAddr)
	}
	// The resources of the state service lie in the engine's schema, so that imported ones are there too.
	pool, err := c.resources(ctx)
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	defer pool.Close()
	detect, err := sandboxDetector()
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	services, err := sandbox.New(ctx, sandbox.Options{
		DatabaseURL: c.Database.DatabaseURL, States: postgres.NewResources(pool), Detect: detect, Seed: c.SandboxSeed, Logger: log,
	})
	if err != nil {
		_ = listener.Close()
		return fmt.Errorf("starting the sandbox: %w", err)
	}
	defer services.Close()
	log.Info("sandbox ready", "address", "http://"+listener.Addr().String())
	return services.Serve(ctx, listener)
}

// resources opens what keeps the state service's resources, made where it is not there yet.
func (c *sandboxServeCommand) resources(ctx context.Context) (*pgxpool.Pool, error) {
	if _, err := postgres.Migrate(ctx, c.Database.DatabaseURL); err != nil {
		return nil, err
	}
	return postgres.Open(ctx, c.Database.DatabaseURL)
}

// sandboxDetector compares by the built-in rules. Hidden values are tagged with a key of this process
// alone: the state service shows drift and stores none.
func sandboxDetector() (func(context.Context, infra.Resource) ([]drift.Record, error), error) {
	key := make(secrecy.Key, 32)
	if _, err := rand.Read(key); err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the machine gives no random bytes")
	}
	redactor := secrecy.Redactor{Key: key}
	detector, err := drift.NewDetector(append(rulesfile.BuiltIn(),
		drift.WithJudge(judgement.Judge{Secrets: redactor}), drift.WithRedactor(redactor))...)
	if err != nil {
		return nil, err
	}
	return func(_ context.Context, resource infra.Resource) ([]drift.Record, error) {
		return detector.ScanResource(resource)
	}, nil
}
