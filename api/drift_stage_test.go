package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/temporalclient"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

// hang bounds every wait for a workflow, which takes seconds where the machine is not busy with else.
const hang = 4 * time.Minute

// driftSecret is what API and worker hide secrets with.
var driftSecret = bytes.Repeat([]byte("k"), 32)

// driftStage is the API with a worker of the drift queue and the sandbox's services. Its Temporal client
// encrypts nothing, so that histories can be searched.
type driftStage struct {
	*stage
	plain    client.Client
	logs     *logBuffer
	platform *platform
}

// unencrypted is what histories are written with where they are searched.
type unencrypted struct{}

func (unencrypted) DataConverter() converter.DataConverter {
	return converter.GetDefaultDataConverter()
}

func (unencrypted) FailureConverter() converter.FailureConverter {
	return temporal.GetDefaultFailureConverter()
}

// logBuffer keeps what is logged.
type logBuffer struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (b *logBuffer) Write(text []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(text)
}

func (b *logBuffer) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// platform is the sandbox behind a door: writes to one resource that hold a word are refused with a
// sentence that quotes what was to be written, as a careless provider would.
type platform struct {
	behind        http.Handler
	refuses, word string
}

func (p *platform) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	if r.Method != http.MethodPatch || r.URL.Path != "/state/v1/resources/"+p.refuses || !bytes.Contains(body, []byte(p.word)) {
		r.Body = io.NopCloser(bytes.NewReader(body))
		p.behind.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusBadRequest)
	_ = json.NewEncoder(w).Encode(map[string]any{"code": "invalid_input", "title": "no", "status": http.StatusBadRequest, "detail": "cannot write " + string(body)})
}

func newDriftStage(t *testing.T, change func(*remediation.Policy)) *driftStage {
	t.Helper()
	server := ownTemporal(t)
	s := &driftStage{logs: &logBuffer{}}
	logger := slog.New(slog.NewJSONHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	plain, err := temporalclient.Dial(t.Context(), temporalclient.Config{
		Address: server.FrontendHostPort(), Namespace: namespace, Codec: unencrypted{}, Logger: logger,
	})
	require.NoError(t, err)
	t.Cleanup(plain.Close)
	s.plain = plain
	s.stage = newStageOn(t, server, func(dependencies *api.Dependencies, _ *api.Options) {
		dependencies.Workflows, dependencies.Logger = api.NewTemporalWorkflows(plain), logger
	})
	services, err := sandbox.New(t.Context(), sandbox.Options{DatabaseURL: s.database, States: postgres.NewResources(s.pool), Logger: logger})
	require.NoError(t, err)
	t.Cleanup(services.Close)
	s.platform = &platform{behind: services.Handler()}
	policy := remediation.DefaultPolicy()
	change(&policy)
	s.mend(t, logger, policy)
	return s
}

// mend runs a worker of the drift queue until the test ends.
func (s *driftStage) mend(t *testing.T, logger *slog.Logger, policy remediation.Policy) {
	t.Helper()
	server := httptest.NewServer(s.platform)
	t.Cleanup(server.Close)
	services, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(server.URL), Logger: logger})
	require.NoError(t, err)
	t.Cleanup(services.Close)
	tokens := token.NewDecisions(s.keys)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() {
		done <- workers.Run(ctx, workers.Config{
			Client: s.plain, Namespace: namespace, Queues: []string{workflows.QueueDrift}, Books: s.periods, Logger: logger,
			Activities: workers.NewActivities(s.pool, services, tokens, time.Now).WithDrift(s.pool, services, tokens, time.Now,
				workers.DriftOptions{Secret: driftSecret, Policy: policy}),
		})
	}()
	t.Cleanup(func() {
		stop()
		require.NoError(t, <-done)
	})
}

// holds puts resources of a tenant into the state service.
func (s *driftStage) holds(t *testing.T, resources iter.Seq[infra.Resource]) {
	t.Helper()
	importer := infra.Importer{Store: postgres.NewResources(s.pool), Now: time.Now}
	_, err := importer.Import(t.Context(), infra.Delivery{ID: newScanID(), Name: "resources"}, func(yield func(infra.Row, error) bool) {
		for resource := range resources {
			if !yield(infra.Row{Resource: resource, Place: resource.ID}, nil) {
				return
			}
		}
	})
	require.NoError(t, err)
}

func newScanID() string { return driftwatch.NewScanID() }

// scans asks for a scan over REST and waits for its end.
func (s *driftStage) scans(t *testing.T, tenant, body string) driftwatch.Scan {
	t.Helper()
	asked := decode[driftwatch.Scan](t, s.post(t, "/v1/tenants/"+tenant+"/drift-scans", "operator", body, http.StatusAccepted))
	var scan driftwatch.Scan
	require.Eventually(t, func() bool {
		scan = decode[api.DriftReport](t, s.get(t, "/v1/drift-scans/"+asked.ScanID+"?limit=1", "auditor", http.StatusOK)).Scan
		return scan.State != driftwatch.ScanRunning
	}, hang, 100*time.Millisecond)
	s.ended(t, scan.WorkflowID())
	return decode[api.DriftReport](t, s.get(t, "/v1/drift-scans/"+asked.ScanID+"?limit=1", "auditor", http.StatusOK)).Scan
}

// ended waits for the end of a workflow.
func (s *driftStage) ended(t *testing.T, workflowID string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), hang)
	defer cancel()
	err := s.plain.GetWorkflow(ctx, workflowID, "").Get(ctx, nil)
	require.NoError(t, ctx.Err(), "%s does not end: %v", workflowID, err)
}

// becomes waits until the latest remediation of a resource is in a state.
func (s *driftStage) becomes(t *testing.T, resource string, state remediation.State) remediation.Remediation {
	t.Helper()
	var found remediation.Remediation
	for ended := time.Now().Add(hang); ; <-time.After(100 * time.Millisecond) {
		page := decode[api.RemediationPage](t, s.get(t, "/v1/remediations?limit=1&resource="+resource, "auditor", http.StatusOK))
		if len(page.Items) > 0 {
			found = page.Items[0]
		}
		if found.State == state {
			return found
		}
		require.True(t, time.Now().Before(ended), "%s is %s (%s), not %s", resource, found.State, found.Reason, state)
	}
}

// decides sends a decision on a plan; a workflow that has not caught up with its row is asked again.
func (s *driftStage) decides(t *testing.T, about remediation.Remediation, as, body string, headers ...string) answer {
	t.Helper()
	var got answer
	require.Eventually(t, func() bool {
		got = s.do(t, post("/v1/remediations/"+about.ID+"/decisions", as, body, append([]string{"If-Match", `"` + about.PlanHash + `"`}, headers...)...))
		return got.status != http.StatusServiceUnavailable
	}, hang, 100*time.Millisecond)
	return got
}
