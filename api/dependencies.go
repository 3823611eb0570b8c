package api

import (
	"context"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costwatch"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/idempotency"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/reservation"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/internal/probe"
)

// Dependencies are the ports that the handlers work through. All are required.
type Dependencies struct {
	Logger        *slog.Logger
	Authenticator Authenticator
	Signer        approval.TokenSigner
	Periods       closing.Store
	Rules         allocation.RuleStore
	Reservations  reservation.Registry
	// RulesTogether makes several changes of rules in one transaction: all of them, or none.
	RulesTogether func(ctx context.Context, change func(allocation.RuleStore) error) error
	Ledger        ledger.Store
	// LedgerOf gives read the ledger of a tenant: its own entries of published revisions, and
	// nothing that belongs to others, whatever read asks for.
	LedgerOf func(ctx context.Context, tenantID string, read func(ledger.Store) error) error
	// Revisions and Totals are what statements and exports are made of, beside the ledger.
	Revisions statement.Revisions
	Totals    ledger.Totaller
	// Pools sums results that are converted into another currency.
	Pools ledger.PoolTotaller
	// Costs gives the costs by day and resource as a tenant may see them; every account's where
	// tenantID is empty.
	Costs func(tenantID string) allocation.CostReader
	// Anomalies are what the watch over all tenants' costs found.
	Anomalies costwatch.Store
	// Drift is what the drift routes work through.
	Drift Drift
	// Planning forecasts what tenants use, and says what follows for capacity, from what a tenant may see;
	// from everything where tenantID is empty.
	Planning func(tenantID string) *foresight.Planning
	// Trainings keeps the custom models that people asked for.
	Trainings   foresight.CustomTrainings
	Idempotency idempotency.Store
	Inputs      Inputs
	Frozen      intake.FrozenInputs
	Late        intake.LateStore
	Importer    Importer
	Reports     Reports
	Workflows   Workflows
	Schedules   Schedules
	// Checks are what readiness depends on.
	Checks probe.Checks
	// Codec opens /codec to the Temporal UI; its zero value closes it.
	Codec CodecOptions
	// Figures are what operators watch of closes, messages and forecasts.
	Figures Figures
	// Metrics takes the API's metrics and answers /metrics with everything that is registered there.
	Metrics *prometheus.Registry
}

// Figures counts what operators watch, over all tenants.
type Figures interface {
	Closes(ctx context.Context) (closing.Figures, error)
	// Backlog tells, by topic, what is not delivered yet.
	Backlog(ctx context.Context) (map[string]outbox.Backlog, error)
	Forecasts(ctx context.Context) (foresight.Figures, error)
}
