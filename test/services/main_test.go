// Package services tests the service clients against the sandbox over HTTP and PostgreSQL, with
// faults switched on: what a caller that retries as Temporal does gets is what it would have got
// from services that never fail.
package services

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

var september = period.New(2026, time.September)

// TestServices runs every test on one database: loading the sample takes longer than most of them.
func TestServices(t *testing.T) {
	database := postgrestest.URL(t)
	for name, test := range map[string]func(*testing.T, string){
		"the sample arrives whole":     testTheSampleArrivesWhole,
		"headers arrive":               testHeadersArrive,
		"pages under faults":           testPagesUnderFaults,
		"a posting loses its answer":   testPostingWhoseAnswerIsLost,
		"the breaker over HTTP":        testBreakerOverHTTP,
		"the allocation of the sample": testAllocationOfTheSample,
		"training under faults":        testTrainingUnderFaults,
		"training on Prometheus":       testTrainingOnWhatPrometheusMeasured,
	} {
		t.Run(name, func(t *testing.T) { test(t, database) })
	}
}

// TestReconciler runs on a database of its own, since it mends the sample.
func TestReconciler(t *testing.T) {
	database := postgrestest.URL(t)
	t.Run("in order", func(t *testing.T) { testReconciling(t, database) })
	t.Run("under faults", func(t *testing.T) { testReconcilingUnderFaults(t, database) })
	t.Run("after a crash", func(t *testing.T) { testReconcilingAfterACrash(t, database) })
	t.Run("strange input", func(t *testing.T) { testTheStateServiceUnderStrangeInput(t, database) })
}

// platform is a sandbox and clients of it.
type platform struct {
	*serviceclient.Clients
	url  string
	pool *pgxpool.Pool
}

func start(t *testing.T, database string, adjust ...func(*serviceclient.Options)) *platform {
	t.Helper()
	pool, err := postgres.Open(context.Background(), database)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	services, err := sandbox.New(context.Background(), sandbox.Options{
		DatabaseURL: database, States: postgres.NewResources(pool), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	server := httptest.NewServer(services.Handler())
	t.Cleanup(func() {
		server.CloseClientConnections()
		services.Close()
		server.Close()
	})
	options := serviceclient.Options{URLs: serviceclient.URLsUnder(server.URL), Logger: slog.New(slog.DiscardHandler)}
	for _, change := range adjust {
		change(&options)
	}
	clients, err := serviceclient.New(options)
	require.NoError(t, err)
	t.Cleanup(clients.Close)
	return &platform{Clients: clients, url: server.URL, pool: pool}
}

// control makes a request to the sandbox's own routes.
func (p *platform) control(t *testing.T, method, path, body string) *http.Response {
	t.Helper()
	// A cleanup, which switches faults off, has a context that has ended.
	request, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, p.url+path, strings.NewReader(body))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	require.Less(t, response.StatusCode, 300)
	return response
}

// fault switches a fault on, and off again when the test ends.
func (p *platform) fault(t *testing.T, document string) {
	t.Helper()
	p.control(t, http.MethodPut, "/sandbox/v1/faults", document)
	t.Cleanup(func() {
		request, _ := http.NewRequest(http.MethodDelete, p.url+"/sandbox/v1/faults", http.NoBody)
		response, err := http.DefaultClient.Do(request)
		require.NoError(t, err)
		require.NoError(t, response.Body.Close())
	})
}

// persist calls until it succeeds, as Temporal does: only where the error says that a retry can
// help, and not before the time that it names. It returns the number of calls.
func persist(t *testing.T, call func() error) int {
	t.Helper()
	for attempt := 1; ; attempt++ {
		err := call()
		if err == nil {
			return attempt
		}
		var coded *fault.Error
		require.ErrorAs(t, err, &coded)
		require.True(t, coded.Retryable, "%v", err)
		require.Less(t, attempt, 100, "%v", err)
		if coded.RetryAfter > 0 {
			timer := time.NewTimer(coded.RetryAfter)
			select {
			case <-timer.C:
			case <-t.Context().Done():
				t.Fatal("the test ended while it waited")
			}
		}
	}
}
