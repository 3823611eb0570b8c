package main

import (
	"context"
	"log/slog"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/costs"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/workers"
)

// dependencies puts stores, services and Temporal behind the API's ports. The caller calls done at
// the end.
func (c *apiCommand) dependencies(ctx context.Context, pool *pgxpool.Pool, opened *keys, observed *metrics.Registry, logger *slog.Logger) (wired api.Dependencies, done func(), err error) {
	ring, err := opened.payloads(ctx)
	if err != nil {
		return wired, nil, err
	}
	secret, err := opened.secret(ctx, driftSecret)
	if err != nil {
		return wired, nil, err
	}
	connected, err := lazyTemporal(c.Connections.Temporal, ring, observed, logger)
	if err != nil {
		return wired, nil, err
	}
	services, err := c.Connections.Services.clients("omnicloud-api", observed, logger)
	if err != nil {
		connected.Close()
		return wired, nil, err
	}
	periods := postgres.NewClosing(pool)
	wired = api.Dependencies{
		Logger:        logger,
		Periods:       periods,
		Rules:         postgres.NewRules(pool),
		Reservations:  services.Billing,
		RulesTogether: rulesTogether(pool),
		Ledger:        postgres.NewLedger(pool),
		LedgerOf:      ledgerOf(pool),
		Drift: api.Drift{
			Watch: postgres.NewDrifts(pool), Remediations: postgres.NewRemediations(pool), History: postgres.NewDriftHistory(pool),
			Rules: postgres.NewDriftRules(pool), CheckRules: workers.CheckDriftRules, Figures: postgres.NewDriftFigures(pool),
			Discretion: &driftwatch.Discretion{Memory: postgres.NewSecretTraces(pool), Key: secret, Now: instant.Now},
		},
		Anomalies:   postgres.NewAnomalies(pool),
		Planning:    planningOf(pool, services),
		Trainings:   postgres.NewCustomTrainings(pool),
		Revisions:   postgres.NewRevisions(pool),
		Totals:      postgres.NewLedger(pool),
		Pools:       postgres.NewLedger(pool),
		Costs:       costsOf(pool, logger),
		Idempotency: postgres.NewIdempotency(pool),
		Importer:    newImporters(pool),
		Reports:     postgres.NewIntake(pool),
		Frozen:      postgres.NewIntake(pool),
		Late:        postgres.NewIntake(pool),
		Inputs:      api.Inputs{Stored: postgres.NewCurrentInputs(pool), Directory: services.Tenants, Seen: postgres.NewSeenTenants(pool), Compute: services.Compute},
		Workflows:   api.NewTemporalWorkflows(connected),
		Schedules: api.NewTemporalSchedules(connected, func(ctx context.Context) ([]string, error) {
			declared, err := workers.Declarations{Books: periods, Tenants: services.Tenants, Training: true}.Schedules(ctx)
			ids := make([]string, 0, len(declared))
			for _, schedule := range declared {
				ids = append(ids, schedule.ID)
			}
			return ids, err
		}),
		Codec:   api.CodecOptions{Codec: payloadcodec.New(ring), Origins: uiOrigins(c.TemporalUIURL), TrustLocalOrigin: c.LocalUI},
		Figures: postgres.NewFigures(pool),
		Metrics: observed.Registry,
		Checks:  checks(pool, connected),
	}
	return wired, func() { services.Close(); connected.Close() }, nil
}

func rulesTogether(pool *pgxpool.Pool) func(context.Context, func(allocation.RuleStore) error) error {
	return func(ctx context.Context, change func(allocation.RuleStore) error) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return change(postgres.NewRules(tx)) })
	}
}

func ledgerOf(pool *pgxpool.Pool) func(context.Context, string, func(ledger.Store) error) error {
	return func(ctx context.Context, tenantID string, read func(ledger.Store) error) error {
		return postgres.AsTenant(ctx, pool, tenantID, func(tx pgx.Tx) error { return read(postgres.NewLedger(tx)) })
	}
}

// costsOf reads costs for a tenant under PostgreSQL's own row-level security, for others without.
func costsOf(pool *pgxpool.Pool, logger *slog.Logger) func(string) allocation.CostReader {
	provisional := &costs.Provisional{
		Books: postgres.NewClosing(pool), Rules: postgres.NewRules(pool), Inputs: postgres.NewIntake(pool),
		Store: postgres.NewCosts(pool), Logger: logger,
	}
	return func(tenantID string) allocation.CostReader {
		reader := costs.Reader{CostReader: postgres.NewCosts(pool), Provisional: provisional}
		if tenantID != "" {
			reader.CostReader = postgres.NewTenantCosts(pool, tenantID)
		}
		return reader
	}
}

// planningOf reads usage and forecasts for a tenant under PostgreSQL's own row-level security, for others
// without.
func planningOf(pool *pgxpool.Pool, services *serviceclient.Clients) func(string) *foresight.Planning {
	return func(tenantID string) *foresight.Planning {
		planning := &foresight.Planning{
			Desk: &foresight.Desk{
				Usage: postgres.NewUsage(pool), Archive: postgres.NewForecasts(pool), Models: postgres.NewForecastModels(pool),
				Statements: postgres.NewStatements(pool), Meter: services.Compute, Now: instant.Now,
			},
			Accuracy: postgres.NewForecastScores(pool), Provisions: services.Compute, Prices: services.Billing, Scheduler: services.Compute,
			Standings: postgres.NewCapacityWatch(pool),
		}
		if tenantID != "" {
			own := postgres.NewTenantForecasts(pool, tenantID)
			planning.Usage, planning.Archive, planning.Models = postgres.NewTenantUsage(pool, tenantID), own, own
			planning.Accuracy, planning.Standings, planning.Statements = own, own, own
		}
		return planning
	}
}

// uiOrigins returns the browser origins of the Temporal UI: the one it is known by, and for a UI on
// this machine both names that people type.
func uiOrigins(base string) []string {
	parsed, err := url.Parse(base)
	if base == "" || err != nil || parsed.Host == "" {
		return nil
	}
	origins := []string{parsed.Scheme + "://" + parsed.Host}
	if parsed.Hostname() == "127.0.0.1" {
		origins = append(origins, parsed.Scheme+"://"+net.JoinHostPort("localhost", parsed.Port()))
	}
	return origins
}
