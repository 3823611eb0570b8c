package workers

import (
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// DriftOptions are what operators choose about drift.
type DriftOptions struct {
	// Secret keys the tags that stand for secrets and the digests of resources, and encrypts what the
	// reconciler is about to write: at least 32 random bytes.
	Secret []byte
	// Policy is remediation.DefaultPolicy where it is zero.
	Policy remediation.Policy
}

// WithDrift adds the activities of drift, which a process needs that serves their queue.
func (a Activities) WithDrift(pool *pgxpool.Pool, services *serviceclient.Clients, tokens approval.TokenVerifier, now activities.Clock, options DriftOptions) Activities {
	if options.Policy == (remediation.Policy{}) {
		options.Policy = remediation.DefaultPolicy()
	}
	traces := postgres.NewSecretTraces(pool)
	drifts, messages, mending := postgres.NewDrifts(pool), postgres.NewOutbox(pool), postgres.NewRemediations(pool)
	rules := &rulebook{store: postgres.NewDriftRules(pool), inventory: services.State, memory: traces, key: options.Secret, now: now}
	a.DriftScans = &activities.DriftScans{
		Scans: drifts, Inventory: services.State, Rules: rules, Remediations: mending, Tenants: ScannedTenants(pool, services, now),
		Outbox: messages, Compliance: services.Compliance, Policy: options.Policy, Now: now,
	}
	a.Remediations = &activities.Remediations{
		Store: mending, Drifts: drifts, Rules: rules, Platform: services.State,
		Reconciler: &infra.Reconciler{
			Provider: services.State, Journal: postgres.NewReconciliations(pool, options.Secret), Key: options.Secret, Now: now,
		},
		Tokens: tokens, Notifier: messages, Policy: options.Policy, DigestKey: options.Secret, Now: now,
		Discretion: &driftwatch.Discretion{Memory: traces, Key: options.Secret, Now: now},
	}
	return a
}

// ScannedTenants are those that are scanned for drift: of the tenants service, delivered, or running something.
func ScannedTenants(pool *pgxpool.Pool, services *serviceclient.Clients, now activities.Clock) tenancy.Directory {
	return driftwatch.Tenants{
		Known:   []tenancy.Directory{postgres.NewCurrentInputs(pool), services.Tenants},
		Running: postgres.NewResourceTenants(pool), Now: now,
	}
}

// driftUnderWay lists scans and remediations together.
type driftUnderWay struct {
	*postgres.Drifts
	*postgres.Remediations
}

// UnderWay lists what is under way of drift in a database.
func UnderWay(pool *pgxpool.Pool) UnfinishedDrift {
	return driftUnderWay{postgres.NewDrifts(pool), postgres.NewRemediations(pool)}
}
