package integration

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/workflows"
)

func TestAnOpenPortIsClosedByOneApproval(t *testing.T) {
	s := newDriftStack(t)
	s.work()
	s.mode("meridian", driftwatch.Enforce)

	scan := s.scan("meridian")
	require.Equal(t, driftwatch.ScanComplete, scan.State, scan.Reason)
	require.True(t, scan.First)
	require.EqualValues(t, 1, scan.Summary[drift.Critical])

	t.Run("what does not touch security is mended without a person", func(t *testing.T) {
		mended := s.awaits("db-meridian-3", remediation.Mended)
		require.True(t, mended.Automatic)
		require.Equal(t, []drifthistory.Kind{
			drifthistory.Ended, drifthistory.Resolved, drifthistory.Applied, drifthistory.Planned, drifthistory.Opened, drifthistory.Detected,
		}, s.kinds("db-meridian-3"))
	})
	waiting := s.awaits("sg-meridian", remediation.AwaitingApproval)
	require.Equal(t, remediation.Narrows, waiting.Plan.Revert.Effect)
	require.Equal(t, 1, waiting.Plan.Revert.Approvals)
	require.Equal(t, 2, waiting.Plan.Accept.Approvals)
	require.Contains(t, string(s.resource("sg-meridian").Actual), "0.0.0.0/0")

	outcome, err := s.rule(waiting, approve(security, approval.Revert))
	require.NoError(t, err)
	require.Equal(t, "approved", outcome.State)
	s.awaits("sg-meridian", remediation.Mended)
	require.NotContains(t, string(s.resource("sg-meridian").Actual), `"0.0.0.0/0","FromPort":22`)
	groups, err := s.watch.Drifts(context.Background(), driftwatch.Filter{TenantID: "meridian"}, driftwatch.GroupPosition{}, 10)
	require.NoError(t, err)
	require.Empty(t, groups, "what was mended is open no more, without another scan")
	s.holds("meridian")
}

func TestDriftWithinFaults(t *testing.T) {
	s := newDriftStack(t)
	s.work()
	s.mode("granite", driftwatch.Enforce)
	s.scan("granite")

	t.Run("a listing that breaks off leaves a partial scan, which resolves and mends nothing", func(t *testing.T) {
		s.meddle(map[string]any{"resource_id": "vm-granite-1", "kind": "instance_type"})
		s.fault(sandbox.Fault{Route: "GET /state/v1/resources", Status: 400})
		scan := s.scan("granite")
		s.call("DELETE", "/sandbox/v1/faults", nil, nil)
		require.Equal(t, driftwatch.ScanPartial, scan.State)
		require.NotEmpty(t, scan.Reason)
		require.Zero(t, scan.Opened)
		require.Zero(t, scan.Resolved)
		_, found := s.remediation("vm-granite-1")
		require.False(t, found)
	})
	t.Run("so does a scan of types that the tenant has nothing of", func(t *testing.T) {
		scan := s.scan("granite", "AWS::EC2::SecurityGrop")
		require.Equal(t, driftwatch.ScanPartial, scan.State)
		require.Contains(t, scan.Reason, "look at their spelling")
	})
	t.Run("an unreadable resource makes a scan a partial one", func(t *testing.T) {
		s.mode("acme", driftwatch.Enforce)
		scan := s.scan("acme")
		require.Equal(t, driftwatch.ScanPartial, scan.State)
		require.EqualValues(t, 1, scan.Unreadable)
		require.Zero(t, scan.Opened)
	})
	t.Run("the next whole scan mends it, while the platform fails now and then", func(t *testing.T) {
		s.fault(sandbox.Fault{Route: "PATCH /state/*", Status: 503, AfterEffect: true, Times: 1})
		s.fault(sandbox.Fault{Route: "GET /state/v1/resources", Status: 503, Times: 1})
		scan := s.scan("granite")
		require.Equal(t, driftwatch.ScanComplete, scan.State, scan.Reason)
		s.awaits("vm-granite-1", remediation.Mended)
		require.NotContains(t, string(s.resource("vm-granite-1").Actual), "m6i.8xlarge")
	})
	s.call("DELETE", "/sandbox/v1/faults", nil, nil)
	t.Run("what widens needs two people, and the requester is none of them", func(t *testing.T) {
		waiting := s.awaits("sg-granite", remediation.AwaitingApproval)
		_, err := s.rule(waiting, approve(approval.Actor{Subject: "operator", Roles: security.Roles}, approval.Accept))
		require.Equal(t, fault.Forbidden, workflows.FaultOf(err).Code)
		outcome, err := s.rule(waiting, approve(security, approval.Accept))
		require.NoError(t, err)
		require.Equal(t, workflows.DecisionOutcome{State: "awaiting_approval", ResultHash: waiting.PlanHash, Approvals: 1, Needed: 2}, outcome)
		_, err = s.rule(waiting, approve(security, approval.Accept))
		require.Equal(t, fault.Conflict, workflows.FaultOf(err).Code)
		_, err = s.rule(waiting, approve(security2, approval.Accept))
		require.NoError(t, err)
		s.awaits("sg-granite", remediation.Declared)
		require.Contains(t, string(s.resource("sg-granite").Desired), "192.168.7.0/24")
	})
	t.Run("what moves under the approver is planned and asked for anew", func(t *testing.T) {
		s.meddle(map[string]any{"resource_id": "sg-granite", "kind": "open_port"})
		s.scan("granite")
		waiting := s.awaits("sg-granite", remediation.AwaitingApproval)
		s.meddle(map[string]any{"resource_id": "sg-granite", "kind": "tags"})
		_, err := s.rule(waiting, approve(security, approval.Revert))
		require.Equal(t, fault.PreconditionFailed, workflows.FaultOf(err).Code)
		// The tags are mended by themselves, and then the port is asked for again.
		var again remediation.Remediation
		require.Eventually(t, func() bool {
			again, _ = s.remediation("sg-granite")
			return again.State == remediation.AwaitingApproval && again.PlanHash != waiting.PlanHash
		}, patience, glance)
		_, err = s.rule(again, approve(security, approval.Revert))
		require.NoError(t, err)
		s.awaits("sg-granite", remediation.Mended)
	})
	t.Run("compliance hears of what touches security, but for the first scan", func(t *testing.T) {
		var listed struct {
			Escalations []struct {
				Document drift.Escalation `json:"document"`
			} `json:"escalations"`
		}
		s.call("GET", "/compliance/v1/escalations?tenant_id=granite", nil, &listed)
		require.NotEmpty(t, listed.Escalations)
		for _, escalation := range listed.Escalations {
			require.Equal(t, "sg-granite", escalation.Document.ResourceID)
			require.Equal(t, "critical", escalation.Document.Severity)
		}
	})
	s.holds("granite")
}
