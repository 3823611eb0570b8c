package workflows_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/mock"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

// scanStage runs a DriftScan whose activities are scripted; each is tested on its own.
type scanStage struct {
	*testing.T
	*testsuite.TestWorkflowEnvironment
	scanned activities.ScannedResources
	// scanErrors fail the scan while there are any, openError opening remediations.
	scanErrors []error
	openError  error
	refs       []remediation.Ref
	duringScan func()

	steps     []string
	escalated time.Time
	doubt     string
	started   []string
	failed    string
}

func newScanStage(t *testing.T) *scanStage {
	s := &scanStage{
		T: t, TestWorkflowEnvironment: new(testsuite.WorkflowTestSuite).NewTestWorkflowEnvironment(),
		scanned: activities.ScannedResources{Tally: driftwatch.Tally{Resources: 10, Expected: 10}},
		refs:    []remediation.Ref{{TenantID: "acme", ID: "one"}, {TenantID: "acme", ID: "two"}},
	}
	s.RegisterWorkflowWithOptions(workflows.DriftScan, workflow.RegisterOptions{Name: workflows.TypeDriftScan})
	s.RegisterWorkflowWithOptions(func(ctx workflow.Context, _ workflows.RemediationInput) error {
		s.started = append(s.started, workflow.GetInfo(ctx).WorkflowExecution.ID)
		return workflow.Sleep(ctx, 72*time.Hour)
	}, workflow.RegisterOptions{Name: workflows.TypeRemediation})
	s.RegisterActivity(&activities.DriftScans{})
	s.OnActivity("ScanResources", mock.Anything, mock.Anything).Return(func(ctx context.Context, _ driftwatch.ScanRef) (activities.ScannedResources, error) {
		s.steps = append(s.steps, "scan")
		if s.duringScan != nil {
			s.duringScan()
			<-ctx.Done()
			return activities.ScannedResources{}, ctx.Err()
		}
		return s.scanned, activities.ApplicationError(next(&s.scanErrors))
	}).Maybe()
	s.OnActivity("SettleScan", mock.Anything, mock.Anything).Return(func(_ context.Context, input activities.SettleScanInput) (activities.SettledScan, error) {
		s.steps, s.doubt = append(s.steps, "settle"), input.Doubt
		if input.Doubt != "" {
			return activities.SettledScan{State: driftwatch.ScanPartial, Findings: 3}, nil
		}
		return activities.SettledScan{State: driftwatch.ScanComplete, Findings: 3, News: 2}, nil
	}).Maybe()
	s.OnActivity("OpenRemediations", mock.Anything, mock.Anything).Return(func(context.Context, driftwatch.ScanRef) (activities.OpenedRemediations, error) {
		s.steps = append(s.steps, "remediate")
		return activities.OpenedRemediations{Refs: s.refs, Deferred: 7}, activities.ApplicationError(s.openError)
	}).Maybe()
	s.OnActivity("PublishEscalations", mock.Anything, mock.Anything).Return(func(context.Context, driftwatch.ScanRef) (activities.Published, error) {
		s.steps, s.escalated = append(s.steps, "escalate"), s.Now()
		return activities.Published{}, nil
	}).Maybe()
	s.OnActivity("FailScan", mock.Anything, mock.Anything).Return(func(_ context.Context, failed activities.FailedScan) error {
		s.failed = failed.Reason
		return nil
	}).Maybe()
	return s
}

func (s *scanStage) run() (workflows.DriftScanResult, error) {
	s.ExecuteWorkflow(workflows.TypeDriftScan, workflows.DriftScanInput{Ref: driftwatch.ScanRef{TenantID: "acme", ScanID: "scan-1"}})
	require.True(s, s.IsWorkflowCompleted())
	var result workflows.DriftScanResult
	if err := s.GetWorkflowError(); err != nil {
		return result, err
	}
	require.NoError(s, s.GetWorkflowResult(&result))
	return result, nil
}

func TestDriftScan(t *testing.T) {
	t.Run("a whole scan starts a remediation each and does not wait for them", func(t *testing.T) {
		s := newScanStage(t)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, workflows.DriftScanResult{State: driftwatch.ScanComplete, Resources: 10, Findings: 3, News: 2, Remediations: 2, Deferred: 7}, result)
		require.Equal(t, []string{"scan", "settle", "remediate", "escalate"}, s.steps)
		require.ElementsMatch(t, []string{"remediation:acme:one", "remediation:acme:two"}, s.started)
		require.Less(t, s.escalated.Sub(began), time.Hour)
	})
	t.Run("a scan that did not see everything is partial, escalates, and mends nothing", func(t *testing.T) {
		s := newScanStage(t)
		s.scanned.Doubt = "1 of 10 resources could not be read"
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanPartial, result.State)
		require.Equal(t, "1 of 10 resources could not be read", result.Reason)
		require.Equal(t, []string{"scan", "settle", "escalate"}, s.steps)
		require.Empty(t, s.started)
	})
	t.Run("an answer that is unusable leaves a partial scan", func(t *testing.T) {
		s := newScanStage(t)
		s.scanErrors = []error{fault.New(fault.Upstream, "the state service answered 400")}
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanPartial, result.State)
		require.Equal(t, "the state service answered 400", s.doubt)
		require.Empty(t, s.started)
	})
	t.Run("a platform that is away for a while delays", func(t *testing.T) {
		s := newScanStage(t)
		away := fault.New(fault.Unavailable, "the state service does not answer")
		s.scanErrors = slices.Repeat([]error{away}, 5)
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanComplete, result.State)
	})
	t.Run("one that is away for longer than two hours leaves a partial scan", func(t *testing.T) {
		s := newScanStage(t)
		s.scanErrors = slices.Repeat([]error{fault.New(fault.Unavailable, "the state service does not answer")}, 1000)
		began := s.Now()
		result, err := s.run()
		require.NoError(t, err)
		require.Equal(t, driftwatch.ScanPartial, result.State)
		require.Less(t, s.Now().Sub(began), 3*time.Hour)
		require.Empty(t, s.started)
	})
	t.Run("any other error fails it with the reason", func(t *testing.T) {
		s := newScanStage(t)
		s.scanErrors = []error{fault.New(fault.InvalidInput, "drift rules version 3: line 7")}
		_, err := s.run()
		require.Equal(t, fault.InvalidInput, workflows.FaultOf(err).Code)
		require.Equal(t, "drift rules version 3: line 7", s.failed)
		require.Equal(t, []string{"scan"}, s.steps)
	})
	t.Run("a scan that settled and cannot open remediations fails the workflow, to be started again", func(t *testing.T) {
		s := newScanStage(t)
		s.openError = fault.New(fault.Tampered, "the drift history of tenant acme")
		_, err := s.run()
		require.Equal(t, fault.Tampered, workflows.FaultOf(err).Code)
		require.Empty(t, s.started)
	})
	t.Run("cancelled, it says so and changes nothing more", func(t *testing.T) {
		s := newScanStage(t)
		s.duringScan = s.CancelWorkflow
		_, err := s.run()
		require.True(t, temporal.IsCanceledError(err), "%v", err)
		require.Equal(t, "it was cancelled", s.failed)
		require.Equal(t, []string{"scan"}, s.steps)
	})
}
