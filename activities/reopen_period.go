package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Reopening ends an attempt without a result. Decision is nil for an expiry or a cancellation.
type Reopening struct {
	Ref      closing.AttemptRef `json:"ref"`
	Decision *approval.Decision `json:"decision,omitempty"`
	Reason   string             `json:"reason"`
}

// ReopenPeriod takes the period back to open, or to its latest revision, with the reason on record.
func (a *Closing) ReopenPeriod(ctx context.Context, reopening Reopening) error {
	err := a.Periods.Reopen(ctx, reopening.Ref, reopening.Decision, reopening.Reason)
	if fault.Is(err, fault.Conflict) {
		status, readErr := a.Periods.Period(ctx, reopening.Ref.Book, reopening.Ref.Period)
		if readErr == nil && reached(status, reopening.Ref, closing.StateOpen, closing.StateClosed) {
			return nil
		}
	}
	return ApplicationError(err)
}

// ReopenPeriod calls the activity of that name.
func ReopenPeriod(ctx workflow.Context, reopening Reopening) error {
	_, err := execute[nothing](ctx, closings.ReopenPeriod, "gives the period back, with the reason", reopening)
	return err
}
