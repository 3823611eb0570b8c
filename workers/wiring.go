package workers

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// NewActivities gives the activities their ports: stores on the pool, the platform's services, and
// what verifies decision tokens.
func NewActivities(pool *pgxpool.Pool, services *serviceclient.Clients, tokens approval.TokenVerifier, now activities.Clock) Activities {
	periods, rules, messages := postgres.NewClosing(pool), postgres.NewRules(pool), postgres.NewOutbox(pool)
	inputs, entries := postgres.NewIntake(pool), postgres.NewLedger(pool)
	return Activities{
		Closing: &activities.Closing{
			Periods: periods, Rules: rules, Tokens: tokens, Notifier: messages,
			Ledger: entries, Now: now,
		},
		Intake: &activities.Intake{
			Periods: periods, Rules: rules, Freezer: inputs, Inputs: inputs,
			Collector: &intake.Collector{
				Store: inputs, Billing: services.Billing, Compute: services.Compute, Tenants: services.Tenants, Rates: services.Billing, Now: now,
			},
		},
		Allocation:  &activities.Allocation{Periods: periods, Rules: rules, Inputs: inputs, Ledger: entries, Costs: postgres.NewCosts(pool)},
		Publication: &activities.Publication{Periods: periods, Outbox: messages, Billing: services.Billing},
		Watch: &activities.Watch{
			Costs: costwatch.Watch{
				Costs: postgres.NewCosts(pool), Store: postgres.NewAnomalies(pool), Books: periods, Now: now,
				Rule: anomaly.DefaultDailyRule(closing.DefaultAnomalyLeastImpact()),
			},
			Outbox: messages, Monitor: services.Monitor,
		},
		Training: newTraining(pool, services, now),
	}
}
