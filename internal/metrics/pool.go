package metrics

import (
	"fmt"

	"github.com/exaring/otelpgx"
	"github.com/jackc/pgx/v5/pgxpool"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/semconv/v1.40.0"
)

// WatchPool tells how many connections a pool has and how long callers waited for one.
func (r *Registry) WatchPool(pool *pgxpool.Pool) error {
	err := otelpgx.RecordStats(
		pool, otelpgx.WithStatsMeterProvider(r.meters),
		// By default the pool is named by the server's address.
		otelpgx.WithStatsAttributes(attribute.String(string(semconv.DBClientConnectionPoolNameKey), "omnicloud")),
	)
	if err != nil {
		return fmt.Errorf("watching the pool of connections: %w", err)
	}
	return nil
}
