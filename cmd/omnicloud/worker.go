package main

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/metrics"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/internal/webhook"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

// workerCommand runs workflows and activities until it is told to stop.
type workerCommand struct {
	Connections connectionFlags `embed:""`
	Monitoring  monitoringFlags `embed:""`

	Queues     string `help:"Task queues to serve, separated by commas: allocation, drift, forecast." default:"allocation,drift,forecast"`
	WebhookURL string `name:"webhook-url" help:"Where notifications are delivered, signed with the secret among the keys; empty only logs them." placeholder:"URL"`

	ApprovalDeadline time.Duration `help:"How long the plan of a remediation waits for approvers." default:"72h"`
	ReminderEvery    time.Duration `help:"How often they are reminded; the last reminder is an escalation." default:"24h"`

	MetricsAddr string `help:"Address to serve /metrics, /healthz and /readyz on, such as 0.0.0.0:8081; port 0 picks a free one, empty serves none." placeholder:"ADDRESS"`
}

// Run wires the worker and serves until ctx ends.
func (c *workerCommand) Run(ctx context.Context, logger *slog.Logger) error {
	queues, err := workers.ParseQueues(c.Queues)
	if err != nil {
		return err
	}
	opened, err := c.Connections.Keys.serve(ctx, logger)
	if err != nil {
		return err
	}
	defer opened.close()
	ring, err := opened.payloads(ctx)
	if err != nil {
		return err
	}
	pool, err := postgres.Open(ctx, c.Connections.Database.DatabaseURL)
	if err != nil {
		return err
	}
	defer pool.Close()
	monitoring, err := c.Monitoring.monitoring(logger)
	if err != nil {
		return err
	}
	if err := c.stateEvents(ctx, queues, pool); err != nil {
		return err
	}
	observed, err := metrics.New()
	if err != nil {
		return err
	}
	if err := observed.WatchPool(pool); err != nil {
		return err
	}
	services, err := c.Connections.Services.clients("omnicloud-worker", observed, logger)
	if err != nil {
		return err
	}
	defer services.Close()
	activities, err := c.activities(ctx, pool, services, opened)
	if err != nil {
		return err
	}
	notifications, err := c.notifications(ctx, pool, opened, logger)
	if err != nil {
		return err
	}
	connected, err := lazyTemporal(c.Connections.Temporal, ring, observed, logger)
	if err != nil {
		return err
	}
	defer connected.Close()
	return c.runObserved(ctx, workers.Config{
		Client:        connected,
		Namespace:     c.Connections.Temporal.TemporalNamespace,
		Queues:        queues,
		Activities:    activities.WithMonitoring(pool, services, monitoring),
		Books:         postgres.NewClosing(pool),
		Tenants:       workers.ScannedTenants(pool, services, instant.Now),
		Drift:         workers.UnderWay(pool),
		Notifications: notifications,
		Logger:        logger,
	}, checks(pool, connected), observed, logger)
}

// stateEvents has forecasts honour the events of the file, and none where there is no file; who serves other
// queues states nothing.
func (c *workerCommand) stateEvents(ctx context.Context, queues []string, pool *pgxpool.Pool) error {
	events, err := c.Monitoring.events()
	if err != nil || !slices.Contains(queues, workflows.QueueForecast) {
		return err
	}
	return postgres.NewStatements(pool).ReplaceEvents(ctx, events)
}

func (c *workerCommand) activities(ctx context.Context, pool *pgxpool.Pool, services *serviceclient.Clients, opened *keys) (workers.Activities, error) {
	signing, err := opened.tokens(ctx)
	if err != nil {
		return workers.Activities{}, err
	}
	secret, err := opened.secret(ctx, driftSecret)
	if err != nil {
		return workers.Activities{}, err
	}
	tokens := token.NewDecisions(signing)
	policy := remediation.DefaultPolicy()
	policy.ApprovalDeadline, policy.ReminderEvery = c.ApprovalDeadline, c.ReminderEvery
	return workers.NewActivities(pool, services, tokens, instant.Now).
		WithDrift(pool, services, tokens, instant.Now, workers.DriftOptions{Secret: secret, Policy: policy}), nil
}

func (c *workerCommand) notifications(ctx context.Context, pool *pgxpool.Pool, opened *keys, logger *slog.Logger) (*workers.Dispatcher, error) {
	dispatcher := &workers.Dispatcher{Outbox: postgres.NewOutbox(pool), Logger: logger, Now: instant.Now}
	if c.WebhookURL == "" {
		return dispatcher, nil
	}
	secret, err := opened.secret(ctx, webhookSecret)
	if err != nil {
		return nil, err
	}
	dispatcher.Deliverer, err = webhook.NewSender(c.WebhookURL, secret)
	return dispatcher, err
}
