package workflows

import (
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
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
}

// StartOfClose starts the workflow of an attempt at closing or restating a period.
func StartOfClose(ref closing.AttemptRef, correlationID string) Start {
	return Start{
		ID: PeriodCloseID(ref), Queue: QueueAllocation, Type: TypeOf(ref), Input: PeriodCloseInput{Ref: ref},
		Reuse: ReusePolicyOf(ref), Attributes: PeriodCloseSearchAttributes(ref, correlationID),
	}
}

// StartOfScan starts the workflow of a drift scan.
func StartOfScan(ref driftwatch.ScanRef, correlationID string) Start {
	return Start{
		ID: ref.WorkflowID(), Queue: QueueDrift, Type: TypeDriftScan, Input: DriftScanInput{Ref: ref},
		Reuse:      enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: TenantSearchAttributes(TypeDriftScan, ref.TenantID, correlationID),
	}
}

// StartOfRemediation starts the workflow of a remediation.
func StartOfRemediation(ref remediation.Ref, correlationID string) Start {
	return Start{
		ID: ref.WorkflowID(), Queue: QueueDrift, Type: TypeRemediation, Input: RemediationInput{Ref: ref},
		Reuse:      enums.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		Attributes: TenantSearchAttributes(TypeRemediation, ref.TenantID, correlationID),
	}
}
