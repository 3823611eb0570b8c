package activities

import (
	"context"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Plan says where an attempt begins and how long its people have.
type Plan struct {
	// State is where the period stands: closing for a new attempt, publishing for one that resumes
	// after the approval, awaiting_approval where an earlier run of this workflow was lost.
	State        closing.State `json:"state"`
	Revision     int           `json:"revision"`
	ManifestHash string        `json:"manifest_hash,omitempty"`
	ResultHash   string        `json:"result_hash,omitempty"`
	Deadline     time.Time     `json:"deadline,omitzero"`
	// ApprovalDeadline is how long an approval may wait, ReminderEvery how often people are reminded.
	ApprovalDeadline time.Duration `json:"approval_deadline"`
	ReminderEvery    time.Duration `json:"reminder_every"`
}

// BeginAttempt reads where an attempt stands. The period's row decides, not the history: a workflow
// that is started again after Temporal lost it continues from here. An attempt that is no longer the
// period's current one is a Conflict error.
func (a *Closing) BeginAttempt(ctx context.Context, ref closing.AttemptRef) (Plan, error) {
	book, err := a.Periods.Book(ctx, ref.Book)
	if err != nil {
		return Plan{}, ApplicationError(err)
	}
	status, err := a.Periods.Period(ctx, ref.Book, ref.Period)
	if err != nil {
		return Plan{}, ApplicationError(err)
	}
	if status.Attempt != ref.Attempt {
		return Plan{}, ApplicationError(fault.New(fault.Conflict,
			"attempt %d at %s of book %s is over; the current one is %d", ref.Attempt, ref.Period, ref.Book, status.Attempt))
	}
	return Plan{
		State:            status.State,
		Revision:         status.Revision,
		ManifestHash:     status.ManifestHash,
		ResultHash:       status.ResultHash,
		Deadline:         status.ApprovalDeadline,
		ApprovalDeadline: book.ApprovalDeadline,
		ReminderEvery:    book.ReminderEvery,
	}, nil
}

// BeginAttempt calls the activity of that name.
func BeginAttempt(ctx workflow.Context, ref closing.AttemptRef) (Plan, error) {
	return execute[Plan](ctx, closings.BeginAttempt, "reads where the period stands", ref)
}
