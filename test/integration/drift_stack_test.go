package integration

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/client"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/keyfolder"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
	"github.com/omnicloud/omnicloud/internal/token"
	"github.com/omnicloud/omnicloud/workers"
	"github.com/omnicloud/omnicloud/workflows"
)

var (
	security  = approval.Actor{Subject: "security_approver", Roles: []approval.Role{approval.RoleSecurityApprover}}
	security2 = approval.Actor{Subject: "security_approver_2", Roles: []approval.Role{approval.RoleSecurityApprover}}
)

// driftStack is a stack whose worker serves the drift queue.
type driftStack struct {
	*stack
	watch        *postgres.Drifts
	remediations *postgres.Remediations
	history      *postgres.DriftHistory
	platform     *serviceclient.Clients
	scans        atomic.Int64
	policy       remediation.Policy
}

func newDriftStack(t testing.TB) *driftStack {
	t.Helper()
	s := &driftStack{stack: newStack(t), policy: remediation.DefaultPolicy()}
	s.watch, s.remediations = postgres.NewDrifts(s.pool), postgres.NewRemediations(s.pool)
	s.history = postgres.NewDriftHistory(s.pool)
	platform, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(s.services.URL), Logger: quiet()})
	require.NoError(t, err)
	t.Cleanup(platform.Close)
	s.platform = platform
	return s
}

// work runs a worker of the drift queue in this process until it is stopped or the test ends.
func (s *driftStack) work() (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	keys, err := token.OpenKeys(context.Background(), keyfolder.At(s.keysDir))
	require.NoError(s, err)
	tokens := token.NewDecisions(keys)
	config := workers.Config{
		Client: s.client, Namespace: namespace, Queues: []string{workflows.QueueDrift}, Books: s.periods, Logger: quiet(),
		Drift: workers.UnderWay(s.pool),
		Activities: workers.NewActivities(s.pool, s.platform, tokens, time.Now).WithDrift(s.pool, s.platform, tokens, time.Now,
			workers.DriftOptions{Secret: []byte("a secret of thirty-two bytes, no less"), Policy: s.policy}),
	}
	go func() { done <- workers.Run(ctx, config) }()
	stop = sync.OnceFunc(func() {
		cancel()
		require.NoError(s, <-done)
	})
	s.Cleanup(stop)
	return stop
}

func (s *driftStack) mode(tenantID string, mode driftwatch.Mode) {
	s.Helper()
	require.NoError(s, s.watch.SetModes(context.Background(), tenantID, driftwatch.Modes{{ResourceType: driftwatch.AllTypes, Mode: mode}}, "operator", "", time.Now()))
}

// scan runs a scan of a tenant to its end.
func (s *driftStack) scan(tenantID string, types ...string) driftwatch.Scan {
	s.Helper()
	ref := s.openScan(tenantID, types...)
	var result workflows.DriftScanResult
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	require.NoError(s, s.client.GetWorkflow(ctx, ref.WorkflowID(), "").Get(ctx, &result))
	scan, err := s.watch.Scan(context.Background(), tenantID, ref.ScanID)
	require.NoError(s, err)
	require.Equal(s, scan.State, result.State)
	return scan
}

// openScan opens a scan and starts its workflow, as the API does.
func (s *driftStack) openScan(tenantID string, types ...string) driftwatch.ScanRef {
	s.Helper()
	ctx := correlation.WithID(context.Background(), correlationID)
	scan, opened, err := s.watch.OpenScan(ctx, driftwatch.ScanRequest{
		TenantID: tenantID, ScanID: fmt.Sprintf("scan-%d", s.scans.Add(1)), Types: types,
		RequestedBy: "operator", CorrelationID: correlationID, Now: time.Now(),
	})
	require.NoError(s, err)
	require.True(s, opened)
	start := workflows.StartOfScan(scan.ScanRef, correlationID)
	_, err = s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: start.ID, TaskQueue: start.Queue, TypedSearchAttributes: start.Attributes,
	}, start.Type, start.Input)
	require.NoError(s, err)
	return scan.ScanRef
}

// remediation returns the latest remediation of a resource.
func (s *driftStack) remediation(resourceID string) (remediation.Remediation, bool) {
	s.Helper()
	found, err := s.remediations.Remediations(context.Background(), remediation.Filter{ResourceID: resourceID}, remediation.Position{}, 1)
	require.NoError(s, err)
	if len(found) == 0 {
		return remediation.Remediation{}, false
	}
	return found[0], true
}

// awaits waits until the latest remediation of a resource is in a state.
func (s *driftStack) awaits(resourceID string, state remediation.State) remediation.Remediation {
	s.Helper()
	var found remediation.Remediation
	for ended := time.Now().Add(patience / 2); ; {
		found, _ = s.remediation(resourceID)
		if found.State == state {
			return found
		}
		require.False(s, found.State.Over() && found.State != "" || time.Now().After(ended),
			"the remediation of %s never became %s; it is %s: %s", resourceID, state, found.State, found.Reason)
		waitABit()
	}
}

// rule sends a decision as an Update, as the API does; like the API it gives a workflow that has not
// heard of its own request yet a little time.
func (s *driftStack) rule(about remediation.Remediation, decision approval.Decision) (workflows.DecisionOutcome, error) {
	s.Helper()
	for ended := time.Now().Add(patience / 4); ; waitABit() {
		outcome, err := s.update(about, s.signed(about, decision))
		if err == nil || !strings.Contains(err.Error(), "does not wait for a decision") || time.Now().After(ended) {
			return outcome, err
		}
	}
}

func (s *driftStack) update(about remediation.Remediation, decision approval.Decision) (workflows.DecisionOutcome, error) {
	s.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	handle, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: about.WorkflowID(), UpdateID: decision.ID, UpdateName: workflows.DecideName,
		Args: []any{decision}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	var outcome workflows.DecisionOutcome
	if err == nil {
		err = handle.Get(ctx, &outcome)
	}
	return outcome, err
}

// signed completes a decision on a plan with an id and the token that the API would sign for it.
func (s *driftStack) signed(about remediation.Remediation, decision approval.Decision) approval.Decision {
	s.Helper()
	decision.ID = fmt.Sprintf("decision-%d", s.decisions.Add(1))
	if decision.ResultHash == "" {
		decision.ResultHash = about.PlanHash
	}
	if decision.Reason == "" {
		decision.Reason = "looked at"
	}
	signed, claims, err := s.tokens.SignDecision(approval.TokenClaims{
		DecisionID: decision.ID, WorkflowID: about.WorkflowID(), ResultHash: decision.ResultHash, Verdict: decision.Verdict,
		Reason: decision.Reason, Direction: decision.Direction, BreakGlass: decision.BreakGlass, Actor: decision.Actor,
	})
	require.NoError(s, err)
	decision.Token, decision.DecidedAt = signed, claims.IssuedAt
	return decision
}

func (s *driftStack) resource(id string) infra.Resource {
	s.Helper()
	resource, err := s.platform.State.Read(context.Background(), id)
	require.NoError(s, err)
	return resource
}

// meddle changes a resource behind the platform's back.
func (s *driftStack) meddle(body map[string]any) {
	s.Helper()
	s.call(http.MethodPost, "/sandbox/v1/drift", body, nil)
}

// kinds lists what the history says of a resource, newest first.
func (s *driftStack) kinds(resourceID string) []drifthistory.Kind {
	s.Helper()
	entries, err := s.history.Entries(context.Background(), drifthistory.Filter{ResourceID: resourceID}, drifthistory.Position{}, 100)
	require.NoError(s, err)
	kinds := make([]drifthistory.Kind, len(entries))
	for i, entry := range entries {
		kinds[i] = entry.Kind
	}
	return kinds
}

// holds walks the chain of a tenant.
func (s *driftStack) holds(tenantID string) {
	s.Helper()
	_, err := postgres.VerifyDriftHistory(context.Background(), s.pool, tenantID, "")
	require.NoError(s, err)
}

func approve(actor approval.Actor, direction approval.Direction) approval.Decision {
	return approval.Decision{Verdict: approval.Approve, Direction: direction, Actor: actor}
}

// waitABit lets a moment pass between two looks.
func waitABit() { <-time.After(glance) }
