package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// ClosePeriod moves a published period to closed.
func (a *Closing) ClosePeriod(ctx context.Context, ref closing.AttemptRef) error {
	err := a.Periods.Close(ctx, ref)
	if fault.Is(err, fault.Conflict) {
		status, readErr := a.Periods.Period(ctx, ref.Book, ref.Period)
		if readErr == nil && reached(status, ref, closing.StateClosed) {
			return nil
		}
	}
	return ApplicationError(err)
}

// ClosePeriod calls the activity of that name.
func ClosePeriod(ctx workflow.Context, ref closing.AttemptRef) error {
	_, err := execute[nothing](ctx, closings.ClosePeriod, "marks the period as closed", ref)
	return err
}
