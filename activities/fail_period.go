package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Failure is why an attempt failed: a fault code and one sentence for people.
type Failure struct {
	Ref    closing.AttemptRef `json:"ref"`
	Code   fault.Code         `json:"code"`
	Reason string             `json:"reason"`
}

// FailPeriod marks the period as failed, from where a new attempt can resume.
func (a *Closing) FailPeriod(ctx context.Context, failure Failure) error {
	err := a.Periods.Fail(ctx, failure.Ref, string(failure.Code), failure.Reason)
	if fault.Is(err, fault.Conflict) {
		status, readErr := a.Periods.Period(ctx, failure.Ref.Book, failure.Ref.Period)
		if readErr == nil && reached(status, failure.Ref, closing.StateFailed) {
			return nil
		}
	}
	return ApplicationError(err)
}

// FailPeriod calls the activity of that name.
func FailPeriod(ctx workflow.Context, failure Failure) error {
	_, err := execute[nothing](ctx, closings.FailPeriod, "records why the attempt failed", failure)
	return err
}
