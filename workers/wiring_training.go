package workers

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// newTraining gives the activities of ModelTraining their ports. What capacity is planned by is what the
// first step collected: compute is not asked for usage once more.
func newTraining(pool *pgxpool.Pool, services *serviceclient.Clients, now activities.Clock) *activities.Training {
	usage, archive, models := postgres.NewUsage(pool), postgres.NewForecasts(pool), postgres.NewForecastModels(pool)
	stated := postgres.NewStatements(pool)
	return &activities.Training{
		Trainer: foresight.Trainer{Usage: usage, Archive: archive, Models: models, Meter: services.Compute, Tenants: services.Tenants, Statements: stated},
		Custom: foresight.CustomTrainer{
			Trainings: postgres.NewCustomTrainings(pool), Usage: usage, Models: models, Meter: services.Compute, Statements: stated, Now: now,
		},
		Scorer:    foresight.Scorer{Usage: usage, Scores: postgres.NewForecastScores(pool), Statements: stated},
		Publisher: foresight.Publisher{Usage: usage, Archive: archive, Monitor: services.Monitor},
		Watch: foresight.Watch{
			Planning: &foresight.Planning{
				Desk:       &foresight.Desk{Usage: usage, Archive: archive, Models: models, Statements: stated, Now: now},
				Provisions: services.Compute, Prices: services.Billing, Scheduler: services.Compute,
			},
			Store: postgres.NewCapacityWatch(pool),
		},
		Retention: postgres.NewForecastRetention(pool),
		Outbox:    postgres.NewOutbox(pool), Monitor: services.Monitor, Recipient: services.Compute, Now: now,
	}
}
