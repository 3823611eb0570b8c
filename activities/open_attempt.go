package activities

import (
	"context"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/period"
)

// OpenAttemptInput asks for an attempt at closing a period.
type OpenAttemptInput struct {
	Book        string        `json:"book"`
	Period      period.Period `json:"period"`
	RequestedBy string        `json:"requested_by"`
}

// OpenedAttempt is the attempt that there is now. Started is false where one was under way or the
// period was closed already.
type OpenedAttempt struct {
	Ref     closing.AttemptRef `json:"ref"`
	State   closing.State      `json:"state"`
	Started bool               `json:"started"`
}

// OpenAttempt opens an attempt at closing a period. A repetition after its own commit finds the
// attempt running and reports it; the workflow of an attempt is started under the attempt's id, so
// a second start is harmless.
func (a *Closing) OpenAttempt(ctx context.Context, input OpenAttemptInput) (OpenedAttempt, error) {
	status, started, err := a.Periods.OpenAttempt(ctx, closing.OpenRequest{
		Book:          input.Book,
		Period:        input.Period,
		RequestedBy:   input.RequestedBy,
		CorrelationID: correlation.ID(ctx),
		Now:           a.Now(),
	})
	if err != nil {
		return OpenedAttempt{}, ApplicationError(err)
	}
	return OpenedAttempt{Ref: status.Ref(), State: status.State, Started: started}, nil
}

// OpenAttempt calls the activity of that name.
func OpenAttempt(ctx workflow.Context, input OpenAttemptInput) (OpenedAttempt, error) {
	return execute[OpenedAttempt](ctx, closings.OpenAttempt, "opens an attempt at closing, or finds the one under way", input)
}
