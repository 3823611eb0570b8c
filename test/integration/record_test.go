package integration

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/workflows"
)

// recordFolder is where histories of this release go. A new release records into a new folder; the
// old ones stay for as long as workflows of theirs may run.
const recordFolder = "../../workflows/testdata/replay/v0.1.0"

// plain is no encryption: recorded histories are of made-up data and are read by people.
type plain struct{}

func (plain) DataConverter() converter.DataConverter { return converter.GetDefaultDataConverter() }

func (plain) FailureConverter() converter.FailureConverter {
	return temporal.GetDefaultFailureConverter()
}

// TestRecordHistories records the histories that package workflows replays. It runs real closes to
// each of their ends; run it with -update when a release is cut.
func TestRecordHistories(t *testing.T) {
	if !*update {
		t.Skip("records only with -update")
	}
	s := newStack(t)
	s.client = dial(t, s.temporal.FrontendHostPort(), plain{})
	s.startWorker()

	s.fault(sandbox.Fault{Route: "GET /billing/v1/charges", Status: 400})
	failed := s.open(september2025)
	s.await(failed, closing.StateFailed)
	s.record(failed.WorkflowID(), "period_close_failed")
	s.call("DELETE", "/sandbox/v1/faults", nil, nil)

	cancelled := s.open(september2025)
	s.await(cancelled, closing.StateAwaitingApproval)
	require.NoError(t, s.client.CancelWorkflow(context.Background(), cancelled.WorkflowID(), ""))
	s.await(cancelled, closing.StateOpen)
	s.record(cancelled.WorkflowID(), "period_close_cancelled")

	rejected := s.await(s.open(september2025), closing.StateAwaitingApproval)
	require.Error(t, s.decide(rejected, approval.Approve, approval.Actor{Subject: "operator", Roles: approver.Roles}))
	require.NoError(t, s.client.SignalWorkflow(context.Background(), rejected.Ref().WorkflowID(), "", workflows.DecideName, "no decision"))
	require.NoError(t, s.decide(rejected, approval.Reject, approver))
	s.await(rejected.Ref(), closing.StateOpen)
	s.record(rejected.Ref().WorkflowID(), "period_close_rejected")

	s.setDeadline("3 seconds", "1 second")
	expired := s.open(september2025)
	s.await(expired, closing.StateAwaitingApproval)
	s.await(expired, closing.StateOpen)
	s.record(expired.WorkflowID(), "period_close_expired")

	s.setDeadline("2 days", "8 hours")
	approved := s.await(s.open(september2025), closing.StateAwaitingApproval)
	require.NoError(t, s.decide(approved, approval.Approve, approver))
	s.await(approved.Ref(), closing.StateClosed)
	s.record(approved.Ref().WorkflowID(), "period_close_approved")

	s.late(september2025, "acct-acme", "-250.00")
	declined := s.await(s.restate(september2025, "a credit came late"), closing.StateAwaitingApproval)
	require.NoError(t, s.decide(declined, approval.Reject, approver))
	s.await(declined.Ref(), closing.StateClosed)
	s.record(declined.Ref().WorkflowID(), "period_restatement_rejected")

	restated := s.await(s.restate(september2025, "a credit came late"), closing.StateAwaitingApproval)
	require.NoError(t, s.decide(restated, approval.Approve, approver))
	s.await(restated.Ref(), closing.StateClosed)
	s.record(restated.Ref().WorkflowID(), "period_restatement_approved")

	s.record(s.backfill(september2025.Next()), "scheduled_start")
	s.record(s.backfill(september2025.Next().Next()), "scheduled_start_refused")
}

// setDeadline changes how long approvals may wait, as PostgreSQL intervals.
func (s *stack) setDeadline(deadline, reminder string) {
	s.Helper()
	_, err := s.pool.Exec(context.Background(),
		"UPDATE omnicloud.books SET approval_deadline = $1::interval, reminder_every = $2::interval", deadline, reminder)
	require.NoError(s, err)
}

// record waits until a workflow has ended and writes its history.
func (s *stack) record(workflowID, name string) {
	s.Helper()
	require.Eventually(s, func() bool {
		described, err := s.client.DescribeWorkflowExecution(context.Background(), workflowID, "")
		require.NoError(s, err)
		return described.GetWorkflowExecutionInfo().GetStatus() != enums.WORKFLOW_EXECUTION_STATUS_RUNNING
	}, patience, 20*time.Millisecond)
	text, err := protojson.MarshalOptions{Multiline: true}.Marshal(s.history(workflowID))
	require.NoError(s, err)
	require.NoError(s, os.MkdirAll(recordFolder, 0o755))
	require.NoError(s, os.WriteFile(filepath.Join(recordFolder, name+".json"), append(text, '\n'), 0o644))
}
