package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/workflows"
)

const (
	// decisionWait is how long a decision may take to be carried out; longer means that no worker
	// is there, and an Update that no worker accepted is not durable.
	decisionWait = 15 * time.Second
	// startWait and askWait bound the ordinary calls; without them the SDK tries on for a minute.
	startWait = 8 * time.Second
	askWait   = 10 * time.Second
	// comeBack is what a caller is told when Temporal or its workers do not answer.
	comeBack = 2 * time.Second
)

// TemporalWorkflows implements Workflows over a Temporal client.
type TemporalWorkflows struct{ client client.Client }

var _ Workflows = (*TemporalWorkflows)(nil)

// NewTemporalWorkflows returns Workflows over a client, which the caller closes.
func NewTemporalWorkflows(connected client.Client) *TemporalWorkflows {
	return &TemporalWorkflows{client: connected}
}

// EnsureClose implements Workflows. An id whose last run succeeded is left alone, since the period's
// row has moved on by then; one whose run failed or was terminated is used again, because the row
// still promises the work and every step of it can be repeated.
func (t *TemporalWorkflows) EnsureClose(ctx context.Context, ref closing.AttemptRef) error {
	return t.ensure(ctx, workflows.StartOfClose(ref, correlation.ID(ctx)))
}

// EnsureScan implements Workflows.
func (t *TemporalWorkflows) EnsureScan(ctx context.Context, ref driftwatch.ScanRef) error {
	return t.ensure(ctx, workflows.StartOfScan(ref, correlation.ID(ctx)))
}

// EnsureRemediation implements Workflows.
func (t *TemporalWorkflows) EnsureRemediation(ctx context.Context, ref remediation.Ref) error {
	return t.ensure(ctx, workflows.StartOfRemediation(ref, correlation.ID(ctx)))
}

// EnsureCustomTraining implements Workflows.
func (t *TemporalWorkflows) EnsureCustomTraining(ctx context.Context, ref foresight.CustomRef, at time.Time) error {
	return t.ensure(ctx, workflows.StartOfCustomTraining(ref, at, correlation.ID(ctx)))
}

func (t *TemporalWorkflows) ensure(ctx context.Context, start workflows.Start) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	_, err := t.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: start.ID, TaskQueue: start.Queue, WorkflowIDReusePolicy: start.Reuse,
		WorkflowIDConflictPolicy:                 enums.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		TypedSearchAttributes:                    start.Attributes,
		StaticSummary:                            start.Summary,
	}, start.Type, start.Input)
	if err == nil || temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		return nil
	}
	return fromTemporal(err, "workflow "+start.ID)
}

// Decide implements Workflows. The decision's id is the Update's, so that the same decision again
// gives the same answer, whether or not the first answer arrived.
func (t *TemporalWorkflows) Decide(ctx context.Context, workflowID string, decision approval.Decision) error {
	ctx, cancel := context.WithTimeout(ctx, decisionWait)
	defer cancel()
	handle, err := t.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID:   workflowID,
		UpdateID:     decision.ID,
		UpdateName:   workflows.DecideName,
		Args:         []any{decision},
		WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(ctx, nil)
	}
	return fromTemporal(err, "workflow "+workflowID)
}

// Describe implements Workflows.
func (t *TemporalWorkflows) Describe(ctx context.Context, workflowID string) (WorkflowRun, error) {
	asked, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	described, err := t.client.DescribeWorkflow(asked, workflowID, "")
	if err != nil {
		return WorkflowRun{}, fromTemporal(err, "workflow "+workflowID)
	}
	run := WorkflowRun{
		WorkflowID: workflowID,
		Type:       described.WorkflowType.Name,
		State:      jobState(described.Status),
		StartedAt:  described.WorkflowStartTime.UTC(),
	}
	if described.WorkflowCloseTime != nil {
		run.ClosedAt = described.WorkflowCloseTime.UTC()
	}
	switch run.State {
	case Running:
		run.Progress = t.progress(ctx, workflowID)
	default:
		run.Result, run.Error = t.outcome(ctx, workflowID)
	}
	return run, nil
}

// progress asks the workflow itself; without a worker there is nobody to answer, and that is no
// reason to withhold the rest.
func (t *TemporalWorkflows) progress(ctx context.Context, workflowID string) *Progress {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	answer, err := t.client.QueryWorkflow(ctx, workflowID, "", workflows.QueryProgress)
	if err != nil {
		return nil
	}
	var progress workflows.Progress
	if err := answer.Get(&progress); err != nil {
		return nil
	}
	return &Progress{Step: progress.Step, Done: progress.Done, Total: progress.Total}
}

func (t *TemporalWorkflows) outcome(ctx context.Context, workflowID string) (json.RawMessage, *JobError) {
	ctx, cancel := context.WithTimeout(ctx, askWait)
	defer cancel()
	var result json.RawMessage
	if err := t.client.GetWorkflow(ctx, workflowID, "").Get(ctx, &result); err != nil {
		failure := workflows.FaultOf(err)
		return nil, &JobError{Code: string(failure.Code), Detail: failure.Message}
	}
	return result, nil
}

// Cancel implements Workflows.
func (t *TemporalWorkflows) Cancel(ctx context.Context, workflowID string) error {
	ctx, cancel := context.WithTimeout(ctx, startWait)
	defer cancel()
	return fromTemporal(t.client.CancelWorkflow(ctx, workflowID, ""), "workflow "+workflowID)
}

func jobState(status enums.WorkflowExecutionStatus) JobState {
	switch status {
	case enums.WORKFLOW_EXECUTION_STATUS_COMPLETED:
		return Completed
	case enums.WORKFLOW_EXECUTION_STATUS_FAILED:
		return Failed
	case enums.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return Cancelled
	case enums.WORKFLOW_EXECUTION_STATUS_TERMINATED:
		return Terminated
	case enums.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return TimedOut
	default:
		return Running
	}
}

// fromTemporal gives errors of the Temporal client their codes; what names the thing asked for.
func fromTemporal(err error, what string) error {
	var notFound *serviceerror.NotFound
	var notReady *serviceerror.WorkflowNotReady
	var late *client.WorkflowUpdateServiceTimeoutOrCanceledError
	var deadline *serviceerror.DeadlineExceeded
	var unavailable *serviceerror.Unavailable
	var application *temporal.ApplicationError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &application):
		return workflows.FaultOf(err)
	case errors.As(err, &notFound):
		return fault.Wrap(err, fault.NotFound, "%s is not known to Temporal, or has ended", what)
	case errors.As(err, &late), errors.As(err, &deadline), errors.As(err, &notReady), errors.Is(err, context.DeadlineExceeded):
		return unanswered(err, "no worker took up the request for "+what+" in time; start a worker and try again")
	case errors.As(err, &unavailable):
		return unanswered(err, "the Temporal server does not answer; try again")
	default:
		return unanswered(err, "the Temporal server refused the request for "+what+"; the log holds the reason")
	}
}

func unanswered(err error, message string) error {
	refusal := fault.Wrap(err, fault.Unavailable, "%s", message)
	refusal.RetryAfter = comeBack
	return refusal
}
