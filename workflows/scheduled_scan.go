package workflows

import (
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
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
		// Where the scan is under way its workflow normally runs, and this start finds it; where it was
		// lost, this brings it back.
		if err := StartOfScan(opened.Ref, workflow.GetInfo(ctx).WorkflowExecution.RunID).abandoned(ctx); err != nil {
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

// TenantSearchAttributes are what whoever starts a tenant's workflow gives it.
func TenantSearchAttributes(kind, tenantID, correlationID string) temporal.SearchAttributes {
	updates := []temporal.SearchAttributeUpdate{keyTenantID.ValueSet(tenantID), keyJobKind.ValueSet(kind)}
	if correlationID != "" {
		updates = append(updates, keyCorrelationID.ValueSet(correlationID))
	}
	return temporal.NewSearchAttributes(updates...)
}
