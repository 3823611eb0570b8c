package integration

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

// TestRecordDriftHistories records the histories of scans and remediations that package workflows
// replays, one for each way in which they end; run it with -update when a release is cut.
func TestRecordDriftHistories(t *testing.T) {
	if !*update {
		t.Skip("records only with -update")
	}
	s := newDriftStack(t)
	s.client = dial(t, s.temporal.FrontendHostPort(), plain{})
	stop := s.work()
	for _, tenant := range []string{"meridian", "granite", "umbra", "acme", "borealis"} {
		s.mode(tenant, driftwatch.Enforce)
	}
	recordScan := func(tenant, name string) {
		s.record(s.scan(tenant).WorkflowID(), name)
	}

	recordScan("meridian", "drift_scan_complete")
	recordScan("acme", "drift_scan_partial")
	s.record(s.awaits("db-meridian-3", remediation.Mended).WorkflowID(), "remediation_automatic")

	one := s.awaits("sg-meridian", remediation.AwaitingApproval)
	_, err := s.rule(one, approve(approval.Actor{Subject: "operator", Roles: security.Roles}, approval.Revert))
	require.Error(t, err)
	require.NoError(t, s.client.SignalWorkflow(context.Background(), one.WorkflowID(), "", workflows.DecideName, "no decision"))
	_, err = s.rule(one, approve(security, approval.Revert))
	require.NoError(t, err)
	s.record(s.awaits("sg-meridian", remediation.Mended).WorkflowID(), "remediation_approved")

	s.scan("granite")
	two := s.awaits("sg-granite", remediation.AwaitingApproval)
	_, err = s.rule(two, approve(security, approval.Accept))
	require.NoError(t, err)
	signed := s.signed(two, approve(security2, approval.Accept))
	require.NoError(t, s.client.SignalWorkflow(context.Background(), two.WorkflowID(), "", workflows.DecideName, signed))
	s.record(s.awaits("sg-granite", remediation.Declared).WorkflowID(), "remediation_declared_by_two")

	changed := s.reopened("granite", "sg-granite")
	s.meddle(map[string]any{"resource_id": "sg-granite", "kind": "tags"})
	_, err = s.rule(changed, approve(security, approval.Revert))
	require.Error(t, err)
	require.Eventually(t, func() bool {
		again, _ := s.remediation("sg-granite")
		return again.State == remediation.AwaitingApproval && again.PlanHash != changed.PlanHash
	}, patience, glance)
	again, _ := s.remediation("sg-granite")
	_, err = s.rule(again, approve(security, approval.Revert))
	require.NoError(t, err)
	s.record(s.awaits("sg-granite", remediation.Mended).WorkflowID(), "remediation_changed_under_the_approver")

	rejected := s.reopened("granite", "sg-granite")
	_, err = s.rule(rejected, approval.Decision{Verdict: approval.Reject, Reason: "it is meant to be open", Actor: security})
	require.NoError(t, err)
	s.record(s.awaits("sg-granite", remediation.Rejected).WorkflowID(), "remediation_rejected")

	s.scan("umbra")
	broken := s.awaits("sg-umbra", remediation.AwaitingApproval)
	decision := approve(security, approval.Accept)
	decision.BreakGlass = true
	_, err = s.rule(broken, decision)
	require.NoError(t, err)
	s.record(s.awaits("sg-umbra", remediation.Declared).WorkflowID(), "remediation_broken_glass")

	cancelled := s.reopened("umbra", "sg-umbra")
	require.NoError(t, s.client.CancelWorkflow(context.Background(), cancelled.WorkflowID(), ""))
	s.record(s.awaits("sg-umbra", remediation.Cancelled).WorkflowID(), "remediation_cancelled")

	stop()
	s.policy.ApprovalDeadline, s.policy.ReminderEvery = 3*time.Second, time.Second
	s.work()
	s.scan("borealis")
	s.record(s.awaits("db-borealis-3", remediation.Expired).WorkflowID(), "remediation_expired")
}

// reopened opens a port behind the platform's back, scans, and returns what waits for people then.
func (s *driftStack) reopened(tenant, securityGroup string) remediation.Remediation {
	s.Helper()
	s.meddle(map[string]any{"resource_id": securityGroup, "kind": "open_port"})
	s.scan(tenant)
	return s.awaits(securityGroup, remediation.AwaitingApproval)
}
