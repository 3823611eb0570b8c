package main

import (
	"context"

	"github.com/jackc/pgx/v5/pgxpool"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/probe"
)

// checks are what the readiness of every role depends on.
func checks(pool *pgxpool.Pool, connected client.Client) probe.Checks {
	return probe.Checks{
		"database": pool.Ping,
		"temporal": func(ctx context.Context) error {
			if _, err := connected.CheckHealth(ctx, &client.CheckHealthRequest{}); err != nil {
				return fault.Wrap(err, fault.Unavailable, "the Temporal server does not answer")
			}
			return nil
		},
	}
}
