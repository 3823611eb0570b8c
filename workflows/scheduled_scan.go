package workflows

import (
	"errors"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// startScans opens a scan of the schedule's tenant, or of every tenant one after the other, and starts
// its workflow. A scan that is under way is no error. Of many tenants it takes a page at a time and
// begins anew after each, so that its history stays short.
func startScans(ctx workflow.Context, input ScheduledStartInput, progress *Progress) (ScheduledStartResult, error) {
	page := activities.ScannedTenants{TenantIDs: []string{input.TenantID}}
	if input.TenantID == "" {
		var err error
		if page, err = activities.ListScannedTenants(under(ctx, bookkeeping), input.After); err != nil {
			return ScheduledStartResult{}, err
		}
	}
	var result ScheduledStartResult
	for _, tenantID := range page.TenantIDs {
		opened, err := activities.OpenDriftScan(under(ctx, bookkeeping), activities.OpenDriftScanInput{TenantID: tenantID, RequestedBy: ScheduleRequester})
		if err != nil {
			return result, err
		}
		if err := startDriftScan(ctx, opened.Ref); err != nil {
			return result, err
		}
		result.WorkflowID, result.Started = opened.Ref.WorkflowID(), result.Started || opened.Started
	}
	if page.Next != "" {
		input.After = page.Next
		return result, workflow.NewContinueAsNewError(ctx, TypeScheduledStart, input)
	}
	progress.State = "done"
	return result, nil
}

// startDriftScan starts the workflow of a scan as a child that outlives its parent. Where the scan is
// under way its workflow normally runs, and this start finds it; where it was lost, this brings it back.
func startDriftScan(ctx workflow.Context, ref driftwatch.ScanRef) error {
	return startAbandoned(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: ref.WorkflowID(), TaskQueue: QueueDrift,
		TypedSearchAttributes: TenantSearchAttributes(TypeDriftScan, ref.TenantID, workflow.GetInfo(ctx).WorkflowExecution.RunID),
	}, TypeDriftScan, DriftScanInput{Ref: ref})
}

// startAbandoned starts a child that outlives its parent; one that runs under its id is no error.
func startAbandoned(ctx workflow.Context, options workflow.ChildWorkflowOptions, workflowType string, input any) error {
	options.ParentClosePolicy = enums.PARENT_CLOSE_POLICY_ABANDON
	options.WorkflowIDReusePolicy = enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, options), workflowType, input)
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	if errors.As(err, &running) {
		return nil
	}
	return err
}

// TenantSearchAttributes are what whoever starts a tenant's workflow gives it.
func TenantSearchAttributes(kind, tenantID, correlationID string) temporal.SearchAttributes {
	updates := []temporal.SearchAttributeUpdate{keyTenantID.ValueSet(tenantID), keyJobKind.ValueSet(kind)}
	if correlationID != "" {
		updates = append(updates, keyCorrelationID.ValueSet(correlationID))
	}
	return temporal.NewSearchAttributes(updates...)
}
