package sandbox_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

// server is a sandbox on a database of its own, reached over real HTTP.
type server struct {
	*httptest.Server
	sandbox *sandbox.Sandbox
	url     string // of the database
}

func start(t *testing.T) *server {
	t.Helper()
	return startOn(t, postgrestest.URL(t))
}

// TestSandbox runs what can share one database: loading the sample takes longer than most tests.
func TestSandbox(t *testing.T) {
	s := start(t)
	for name, test := range map[string]func(*testing.T, *server){
		"listings":                      testListings,
		"listing refusals":              testListingRefusals,
		"contract":                      testContract,
		"delivery refusals":             testDeliveryRefusals,
		"faults":                        testFaults,
		"fault refusals":                testFaultRefusals,
		"control totals can be wrong":   testControlTotalsCanBeMadeWrong,
		"request log":                   testRequestLog,
		"a server that is told to stop": testServeStops,
		"resources":                     testResources,
		"resource refusals":             testResourceRefusals,
		"drift on order":                testMeddling,
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { s.heal(t) })
			test(t, s)
		})
	}
}

func startOn(t *testing.T, databaseURL string) *server {
	t.Helper()
	pool, err := postgres.Open(context.Background(), databaseURL)
	require.NoError(t, err)
	t.Cleanup(pool.Close)
	services, err := sandbox.New(context.Background(), sandbox.Options{
		DatabaseURL: databaseURL, States: postgres.NewResources(pool), Logger: slog.New(slog.DiscardHandler),
	})
	require.NoError(t, err)
	listening := httptest.NewServer(services.Handler())
	t.Cleanup(func() {
		listening.CloseClientConnections()
		services.Close()
		listening.Close()
	})
	return &server{Server: listening, sandbox: services, url: databaseURL}
}

// call makes a request and returns its answer with the whole body.
func (s *server) call(t *testing.T, method, path, body string, header map[string]string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	for name, value := range header {
		request.Header.Set(name, value)
	}
	response, err := s.Client().Do(request)
	require.NoError(t, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(t, err)
	return response, string(text)
}

// get reads a path into a document and demands status 200.
func (s *server) get(t *testing.T, path string, into any) {
	t.Helper()
	response, body := s.call(t, http.MethodGet, path, "", nil)
	require.Equal(t, http.StatusOK, response.StatusCode, body)
	require.NoError(t, json.Unmarshal([]byte(body), into))
}

// fault switches a fault on.
func (s *server) fault(t *testing.T, document string) {
	t.Helper()
	response, body := s.call(t, http.MethodPut, "/sandbox/v1/faults", document, nil)
	require.Equal(t, http.StatusOK, response.StatusCode, body)
}
