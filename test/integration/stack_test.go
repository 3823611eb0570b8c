package integration

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/payloadcodec"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	// patience bounds every wait for another process; in a healthy run each takes a few seconds.
	patience = 90 * time.Second
	// glance is how often something is looked at while it is waited for.
	glance = 50 * time.Millisecond
	// correlationID is the id that a test's requests carry.
	correlationID = "req-4711"
)

var (
	september2025 = period.New(2025, time.September)
	approver      = approval.Actor{Subject: "finance_approver", Roles: []approval.Role{approval.RoleFinanceApprover}}
)

// stack is book main with its sample rules, on a PostgreSQL database, sandbox services over HTTP and
// a Temporal server of its own.
type stack struct {
	testing.TB
	databaseURL string
	pool        *pgxpool.Pool
	periods     *postgres.Closing
	services    *httptest.Server
	keysDir     string
	tokens      *token.Decisions
	temporal    *testsuite.DevServer
	client      client.Client
	decisions   atomic.Int64
	// queues are those that workers serve.
	queues []string
}

// newStack starts a stack without a worker.
func newStack(t testing.TB) *stack {
	t.Helper()
	s := &stack{TB: t, databaseURL: postgrestest.URL(t), keysDir: t.TempDir(), queues: []string{workflows.QueueAllocation}}
	// Everything but the sandbox, which makes its own tables, runs as a user who owns none.
	pool := postgrestest.NewService(t, s.databaseURL)
	s.pool, s.periods = pool, postgres.NewClosing(pool)
	keys, err := token.CreateKeys(context.Background(), keyfolder.At(s.keysDir))
	require.NoError(t, err)
	s.tokens = token.NewDecisions(keys)
	s.startServices()
	s.createBook()
	s.startTemporal()
	return s
}

// startTemporal gives the stack a new Temporal server, which knows nothing of an earlier one.
func (s *stack) startTemporal() {
	s.Helper()
	s.temporal = startTemporal(s.TB)
	s.client = dial(s.TB, s.temporal.FrontendHostPort(), codecOf(s.TB, s.keysDir))
	require.NoError(s, temporalclient.EnsureSearchAttributes(context.Background(), s.client, namespace, workflows.SearchAttributeNames()))
}

func (s *stack) startServices() {
	services, err := sandbox.New(context.Background(), sandbox.Options{DatabaseURL: s.databaseURL, States: postgres.NewResources(s.pool), Logger: quiet()})
	require.NoError(s, err)
	s.services = httptest.NewServer(services.Handler())
	s.Cleanup(func() {
		s.services.CloseClientConnections()
		services.Close()
		s.services.Close()
	})
}

func (s *stack) createBook() {
	_, err := postgres.EnsureBook(context.Background(), s.pool, closing.SampleBook())
	require.NoError(s, err)
	document, err := rulesfile.Parse("rules.yaml", sample.Rules)
	require.NoError(s, err)
	versions, err := document.Versions("system", time.Now())
	require.NoError(s, err)
	rules := postgres.NewRules(s.pool)
	for _, version := range versions {
		require.NoError(s, rules.Revise(context.Background(), allocation.RuleChange{RuleID: version.RuleID, Add: []allocation.RuleVersion{version}}))
	}
}

// startWorker runs a worker in this process until it is stopped or the test ends.
func (s *stack) startWorker() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	connected := s.client
	go func() { done <- serve(ctx, s.pool, s.services.URL, s.keysDir, connected, s.queues) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(s, <-done)
	})
	s.Cleanup(stop)
	return stop
}

// serve runs a worker until ctx ends.
func serve(ctx context.Context, pool *pgxpool.Pool, servicesURL, keysDir string, connected client.Client, queues []string) error {
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(servicesURL), Logger: quiet()})
	if err != nil {
		return err
	}
	defer services.Close()
	keys, err := token.OpenKeys(ctx, keyfolder.At(keysDir))
	if err != nil {
		return err
	}
	return workers.Run(ctx, workers.Config{
		Client: connected, Namespace: namespace, Queues: queues,
		Activities:    workers.NewActivities(pool, services, token.NewDecisions(keys), time.Now),
		Books:         postgres.NewClosing(pool),
		Notifications: &workers.Dispatcher{Outbox: postgres.NewOutbox(pool), Logger: quiet(), Now: time.Now},
		Logger:        quiet(),
	})
}

// open opens an attempt and starts its workflow, as the API does.
func (s *stack) open(month period.Period) closing.AttemptRef {
	s.Helper()
	ctx := correlation.WithID(context.Background(), correlationID)
	status, started, err := s.periods.OpenAttempt(ctx, closing.OpenRequest{
		Book: closing.SampleBook().ID, Period: month, RequestedBy: "operator", CorrelationID: correlationID, Now: time.Now(),
	})
	require.NoError(s, err)
	require.True(s, started)
	ref := status.Ref()
	_, err = s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: workflows.PeriodCloseID(ref), TaskQueue: workflows.QueueAllocation,
		TypedSearchAttributes: workflows.PeriodCloseSearchAttributes(ref, correlationID),
	}, workflows.TypePeriodClose, workflows.PeriodCloseInput{Ref: ref})
	require.NoError(s, err)
	return ref
}

// await waits until the period is in a state and returns its status.
func (s *stack) await(ref closing.AttemptRef, state closing.State) closing.Status {
	s.Helper()
	var status closing.Status
	require.Eventually(s, func() bool {
		var err error
		status, err = s.periods.Period(context.Background(), ref.Book, ref.Period)
		require.NoError(s, err)
		return status.State == state
	}, patience, glance, "period never became %s", state)
	return status
}

// decide sends a decision as an Update, as the API does.
func (s *stack) decide(status closing.Status, verdict approval.Verdict, actor approval.Actor) error {
	s.Helper()
	decision := s.decision(status, verdict, actor)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	handle, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: status.Ref().WorkflowID(), UpdateID: decision.ID, UpdateName: workflows.DecideName,
		Args: []any{decision}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return handle.Get(ctx, nil)
}

func (s *stack) decision(status closing.Status, verdict approval.Verdict, actor approval.Actor) approval.Decision {
	s.Helper()
	id := fmt.Sprintf("decision-%d", s.decisions.Add(1))
	claims := approval.TokenClaims{
		DecisionID: id, WorkflowID: status.Ref().WorkflowID(), ResultHash: status.ResultHash,
		Verdict: verdict, Reason: "looked at", Actor: actor,
	}
	if verdict != approval.Reject {
		claims.Verdict = approval.Approve
	}
	signed, _, err := s.tokens.SignDecision(claims)
	require.NoError(s, err)
	return approval.Decision{ID: id, Verdict: verdict, Reason: "looked at", ResultHash: status.ResultHash, Actor: actor, Token: signed}
}

// fault makes a route of the services misbehave.
func (s *stack) fault(f sandbox.Fault) {
	s.Helper()
	s.call(http.MethodPut, "/sandbox/v1/faults", f, nil)
}

// call makes a request to the services and demands a 2xx answer.
func (s *stack) call(method, path string, body, into any) {
	s.Helper()
	var payload io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		require.NoError(s, err)
		payload = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(context.Background(), method, s.services.URL+path, payload)
	require.NoError(s, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(s, err)
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	require.NoError(s, err)
	require.Less(s, response.StatusCode, 300, string(text))
	if into != nil {
		require.NoError(s, json.Unmarshal(text, into))
	}
}

func codecOf(t testing.TB, keysDir string) temporalclient.Codec {
	t.Helper()
	ring, err := payloadcodec.CreateRing(context.Background(), keyfolder.At(keysDir))
	require.NoError(t, err)
	return payloadcodec.New(ring)
}

func dial(t testing.TB, address string, codec temporalclient.Codec) client.Client {
	t.Helper()
	connected, err := temporalclient.Dial(context.Background(), temporalclient.Config{
		Address: address, Namespace: namespace, Codec: codec, Logger: quiet(),
	})
	require.NoError(t, err)
	t.Cleanup(connected.Close)
	return connected
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }
