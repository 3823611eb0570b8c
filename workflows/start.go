package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Start is how a workflow that a row promises is started, by whoever starts it: once under its id, and
// again where an earlier run of that id did not succeed, since every step of it can be repeated.
type Start struct {
	ID         string
	Queue      string
	Type       string
	Input      any
	Reuse      enums.WorkflowIdReusePolicy
	Attributes temporal.SearchAttributes
	// Summary is what the Temporal UI shows for it, on one line.
	Summary string
}

// StartOfClose starts the workflow of an attempt at closing or restating a period.
func StartOfClose(ref closing.AttemptRef, correlationID string) Start {
	return Start{
		ID: PeriodCloseID(ref), Queue: QueueAllocation, Type: TypeOf(ref), Input: PeriodCloseInput{Ref: ref},
		Reuse: ReusePolicyOf(ref), Attributes: PeriodCloseSearchAttributes(ref, correlationID), Summary: summaryOf(ref),
	}
}

func summaryOf(ref closing.AttemptRef) string {
	if ref.Restates > 0 {
		return fmt.Sprintf("Restates %s of book %s", ref.Period, ref.Book)
	}
	return fmt.Sprintf("Closes %s of book %s", ref.Period, ref.Book)
}

// StartOfScan starts the workflow of a drift scan.
func StartOfScan(ref driftwatch.ScanRef, correlationID string) Start {
	return Start{
		ID: ref.WorkflowID(), Queue: QueueDrift, Type: TypeDriftScan, Input: DriftScanInput{Ref: ref},
		Reuse:      enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: TenantSearchAttributes(TypeDriftScan, ref.TenantID, correlationID),
		Summary:    "Looks for drift in what tenant " + ref.TenantID + " runs",
	}
}

// StartOfRemediation starts the workflow of a remediation.
func StartOfRemediation(ref remediation.Ref, correlationID string) Start {
	return Start{
		ID: ref.WorkflowID(), Queue: QueueDrift, Type: TypeRemediation, Input: RemediationInput{Ref: ref},
		Reuse:      enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: TenantSearchAttributes(TypeRemediation, ref.TenantID, correlationID),
		Summary:    fmt.Sprintf("Mends drift for tenant %s: remediation %s", ref.TenantID, ref.ID),
	}
}

// StartOfCustomTraining starts the workflow that trains a custom model on usage up to an instant.
func StartOfCustomTraining(ref foresight.CustomRef, at time.Time, correlationID string) Start {
	return Start{
		ID: ref.WorkflowID(), Queue: QueueForecast, Type: TypeModelTraining, Input: ModelTrainingInput{At: at, Custom: &ref},
		Reuse:      enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: TenantSearchAttributes(TypeModelTraining, ref.TenantID, correlationID),
		Summary:    fmt.Sprintf("Trains a model of %s for tenant %s", ref.Metric, ref.TenantID),
	}
}

// abandoned starts it as a child that outlives its parent; one that runs under its id is no error.
func (s Start) abandoned(ctx workflow.Context) error {
	child := workflow.ExecuteChildWorkflow(workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: s.ID, TaskQueue: s.Queue, WorkflowIDReusePolicy: s.Reuse, TypedSearchAttributes: s.Attributes, StaticSummary: s.Summary,
		ParentClosePolicy: enums.PARENT_CLOSE_POLICY_ABANDON,
	}), s.Type, s.Input)
	err := child.GetChildWorkflowExecution().Get(ctx, nil)
	var running *temporal.ChildWorkflowExecutionAlreadyStartedError
	if errors.As(err, &running) {
		return nil
	}
	return err
}
