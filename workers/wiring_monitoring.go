package workers

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// WithMonitoring has the nightly training take over what a monitoring system measured; nil has none, and what
// one stated is forgotten.
func (a Activities) WithMonitoring(pool *pgxpool.Pool, services *serviceclient.Clients, monitoring foresight.Monitoring) Activities {
	a.Training.Gauges = foresight.GaugeReader{Monitoring: monitoring, Store: postgres.NewUsage(pool), Statements: postgres.NewStatements(pool), Tenants: services.Tenants}
	return a
}
