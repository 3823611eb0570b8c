package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// RequestApprovalInput asks people to decide until a deadline.
type RequestApprovalInput struct {
	Ref      closing.AttemptRef `json:"ref"`
	Deadline time.Time          `json:"deadline"`
}

// ApprovalRequest is what was asked: the deadline as it stands on record.
type ApprovalRequest struct {
	Deadline time.Time `json:"deadline"`
}

// RequestApproval moves the period to awaiting_approval and announces it. Asked again it leaves the
// first deadline as it is.
func (a *Closing) RequestApproval(ctx context.Context, input RequestApprovalInput) (ApprovalRequest, error) {
	err := a.Periods.AwaitApproval(ctx, input.Ref, input.Deadline)
	if err == nil {
		return ApprovalRequest{Deadline: input.Deadline}, nil
	}
	if fault.Is(err, fault.Conflict) {
		status, readErr := a.Periods.Period(ctx, input.Ref.Book, input.Ref.Period)
		if readErr == nil && reached(status, input.Ref, closing.StateAwaitingApproval) {
			return ApprovalRequest{Deadline: status.ApprovalDeadline}, nil
		}
	}
	return ApprovalRequest{}, ApplicationError(err)
}

// RequestApproval calls the activity of that name.
func RequestApproval(ctx workflow.Context, input RequestApprovalInput) (ApprovalRequest, error) {
	return execute[ApprovalRequest](ctx, closings.RequestApproval, "asks the finance approvers", input)
}
