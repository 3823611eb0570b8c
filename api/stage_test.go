package api_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/routers"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/costs"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/focus"
	"github.com/omnicloud/omnicloud/internal/intakefile"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/opencost"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

// september is the sample book's first month.
var september = period.New(2025, time.September)

// stage is the API over real HTTP on a real database and a real Temporal server.
type stage struct {
	url      string
	database string
	pool     *pgxpool.Pool
	periods  *postgres.Closing
	ledger   *postgres.Ledger
	rules    *postgres.Rules
	keys     *token.Keys
	client   client.Client
	tokens   map[string]string
	router   routers.Router
}

// newStage starts the API with the sample book; change adjusts what it is made of.
func newStage(t *testing.T, change ...func(*api.Dependencies, *api.Options)) *stage {
	t.Helper()
	server, err := sharedTemporal()
	require.NoError(t, err, "make bin/temporal builds the server")
	return newStageOn(t, server, change...)
}

func newStageOn(t *testing.T, temporal *testsuite.DevServer, change ...func(*api.Dependencies, *api.Options)) *stage {
	t.Helper()
	database := postgrestest.URL(t)
	pool, err := postgres.Open(t.Context(), database, postgres.WithTracing())
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	folder := t.TempDir()
	keys, err := token.CreateKeys(t.Context(), keyfolder.At(folder))
	require.NoError(t, err)
	connected, codec := dialTemporal(t, temporal, folder)
	s := &stage{
		pool: pool, periods: postgres.NewClosing(pool), ledger: postgres.NewLedger(pool),
		rules: postgres.NewRules(pool), keys: keys, client: connected, database: database,
	}
	_, err = postgres.EnsureBook(t.Context(), pool, closing.SampleBook())
	require.NoError(t, err)
	bearer := token.NewBearer(keys)
	s.tokens, err = token.MintDevelopment(bearer, []string{"acme", "globex"}, time.Hour)
	require.NoError(t, err)

	dependencies := api.Dependencies{
		Logger: quiet, Authenticator: bearer, Signer: token.NewDecisions(keys),
		Periods: s.periods, Rules: s.rules, Ledger: s.ledger,
		Reservations: contracts{},
		RulesTogether: func(ctx context.Context, change func(allocation.RuleStore) error) error {
			return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return change(postgres.NewRules(tx)) })
		},
		LedgerOf: func(ctx context.Context, tenant string, read func(ledger.Store) error) error {
			return postgres.AsTenant(ctx, pool, tenant, func(tx pgx.Tx) error { return read(postgres.NewLedger(tx)) })
		},
		Drift: api.Drift{
			Watch: postgres.NewDrifts(pool), Remediations: postgres.NewRemediations(pool), History: postgres.NewDriftHistory(pool),
			Rules: postgres.NewDriftRules(pool), CheckRules: workers.CheckDriftRules, Figures: postgres.NewDriftFigures(pool),
			Discretion: &driftwatch.Discretion{Memory: postgres.NewSecretTraces(pool), Key: driftSecret, Now: time.Now},
		},
		Anomalies: postgres.NewAnomalies(pool), Revisions: postgres.NewRevisions(pool), Totals: s.ledger, Pools: s.ledger,
		Costs:       costsOf(pool),
		Idempotency: postgres.NewIdempotency(pool),
		Inputs:      api.Inputs{Stored: postgres.NewCurrentInputs(pool), Directory: noService{}, Seen: postgres.NewSeenTenants(pool), Compute: noService{}},
		Importer: &intake.Importer{
			Store: postgres.NewIntake(pool), Now: time.Now, Tenants: postgres.NewCurrentInputs(pool).Tenants,
			Formats: map[intake.FileKind]intake.Format{
				"focus": focus.Format, "tenants": intakefile.Tenants, "usage": opencost.Or(intakefile.Usage), "invoices": intakefile.Invoices, "rates": intakefile.Rates,
			},
		},
		Trainings: postgres.NewCustomTrainings(pool),
		Frozen:    postgres.NewIntake(pool),
		Late:      postgres.NewIntake(pool),
		Reports:   postgres.NewIntake(pool),
		Workflows: api.NewTemporalWorkflows(connected),
		Schedules: api.NewTemporalSchedules(connected, func(context.Context) ([]string, error) {
			return []string{workflows.CloseScheduleID("main")}, nil
		}),
		Codec:   api.CodecOptions{Codec: codec, Origins: []string{uiOrigin}, TrustLocalOrigin: true},
		Checks:  map[string]func(context.Context) error{"database": pool.Ping},
		Figures: postgres.NewFigures(pool),
		Metrics: prometheus.NewRegistry(),
	}
	options := api.Options{ImportLimit: 64 << 20, TemporalUI: uiOrigin, TemporalNamespace: namespace, Chart: statement.DefaultChart()}
	for _, apply := range change {
		apply(&dependencies, &options)
	}
	handler, err := api.New(t.Context(), dependencies, options)
	require.NoError(t, err)
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	s.url = server.URL
	s.router = readDocument(t, server.URL)
	return s
}

const uiOrigin = "http://127.0.0.1:8233"

// costsOf reads costs as the API does in production.
func costsOf(pool *pgxpool.Pool) func(string) allocation.CostReader {
	provisional := &costs.Provisional{
		Books: postgres.NewClosing(pool), Rules: postgres.NewRules(pool), Inputs: postgres.NewIntake(pool),
		Store: postgres.NewCosts(pool), Logger: quiet,
	}
	return func(tenant string) allocation.CostReader {
		if tenant == "" {
			return costs.Reader{CostReader: postgres.NewCosts(pool), Provisional: provisional}
		}
		return costs.Reader{CostReader: postgres.NewTenantCosts(pool, tenant), Provisional: provisional}
	}
}

// noService stands for a platform that has nothing to say.
type noService struct{}

func (noService) Tenants(context.Context) ([]tenancy.Tenant, error) { return nil, nil }

func (noService) Usage(context.Context, period.Period, string) (closing.UsagePage, error) {
	return closing.UsagePage{}, nil
}

func (noService) Ownership(context.Context, string) (closing.OwnershipPage, error) {
	return closing.OwnershipPage{}, nil
}

// brokenAuthenticator panics, as no handler should.
type brokenAuthenticator struct{}

func (brokenAuthenticator) Verify(context.Context, string) (approval.Actor, error) {
	panic("a defect, with secrets in its message")
}

// get and post are requests that must be answered with a status.
func (s *stage) get(t *testing.T, path, as string, status int) answer {
	t.Helper()
	return s.expect(t, request{method: http.MethodGet, path: path, as: as}, status)
}

func (s *stage) post(t *testing.T, path, as, body string, status int, headers ...string) answer {
	t.Helper()
	return s.expect(t, request{method: http.MethodPost, path: path, as: as, body: body, headers: headers}, status)
}

func (s *stage) expect(t *testing.T, asked request, status int) answer {
	t.Helper()
	got := s.do(t, asked)
	require.Equal(t, status, got.status, "%s %s: %s", asked.method, asked.path, got.body)
	return got
}
