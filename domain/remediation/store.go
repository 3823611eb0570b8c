package remediation

import (
	"context"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// Store keeps remediations. Every change locks the row, checks the transition and appends to the drift
// history in the same transaction; asked for again after its own commit it changes nothing. What does
// not exist is a NotFound error, a transition that the state does not permit a Conflict.
type Store interface {
	// Open begins a remediation unless one of the resource is under way, or was rejected for the very
	// same drift; opened says which.
	Open(ctx context.Context, request Request) (remediation Remediation, opened bool, err error)
	// Remediation returns one; an empty tenant finds that of any.
	Remediation(ctx context.Context, tenantID, id string) (Remediation, error)
	// Remediations lists them, the latest first, after a position, at most limit.
	Remediations(ctx context.Context, filter Filter, after Position, limit int) ([]Remediation, error)
	// Decisions lists what was decided or refused on one, oldest first.
	Decisions(ctx context.Context, id string) ([]approval.Recorded, error)
	// Usage counts what was done so far, for the limits.
	Usage(ctx context.Context, ref Ref, limits Limits, now time.Time) (Usage, error)
	// KeepPlan keeps a plan in place of the one before and moves on: to Approved where it is automatic,
	// else to AwaitingApproval until a deadline. The decisions on an earlier plan do not count any more. It
	// is a RateLimited error, whose sentence says which, where an automatic plan would go beyond a limit.
	KeepPlan(ctx context.Context, ref Ref, plan Plan, keep Keeping) (Remediation, error)
	// NoteDecision records an approval that does not settle the plan yet, RefuseDecision a decision that
	// does not count, under the fault code of the refusal.
	NoteDecision(ctx context.Context, ref Ref, decision approval.Decision) error
	RefuseDecision(ctx context.Context, ref Ref, decision approval.Decision, refusal string) error
	// Approve records the decisions that settle a plan and moves to Approved; a broken glass pages
	// people and makes a review due.
	Approve(ctx context.Context, ref Ref, decisions []approval.Decision) error
	// Reject records a rejection and ends it.
	Reject(ctx context.Context, ref Ref, decision approval.Decision) error
	// Move moves to a state on the way; reason says why it goes back.
	Move(ctx context.Context, ref Ref, to State, reason string) error
	// End moves to an end.
	End(ctx context.Context, ref Ref, ending Ending) error
	// Review records that someone looked at a decision that broke the glass. It is a Conflict error
	// where no review is due.
	Review(ctx context.Context, tenantID, id, subject, reason string, now time.Time) (Remediation, error)
}

// Keeping is how a plan is kept.
type Keeping struct {
	Hash     string
	Deadline time.Time
	// Held says why it may not go on alone.
	Held string
	// Mode is the one that the plan was made in, Limits are those that an automatic plan keeps to.
	Mode   driftwatch.Mode
	Limits Limits
	// Announce tells people that it waits.
	Announce bool
	Now      time.Time
}

// Ending is how a remediation ends.
type Ending struct {
	State  State
	Code   string
	Reason string
	Now    time.Time
}

// Filter narrows a listing; empty fields do not narrow.
type Filter struct {
	TenantID   string
	ResourceID string
	// ScanID narrows to those that a scan opened.
	ScanID string
	State  State
	// Review narrows to those whose review stands so.
	Review Review
}

// Position is where a page ended.
type Position struct {
	CreatedAt time.Time `json:"t"`
	ID        string    `json:"i"`
}

// Applied is what the history keeps of a change that was made.
type Applied struct {
	PlanHash  string             `json:"plan_hash"`
	Direction approval.Direction `json:"direction"`
	Automatic bool               `json:"automatic,omitempty"`
	Changes   []Difference       `json:"changes"`
}

// Entry makes an entry of the history about a remediation.
func (r Remediation) Entry(kind drifthistory.Kind, subject string, at time.Time, document any) (drifthistory.Entry, error) {
	return drifthistory.New(kind, r.TenantID, r.ResourceID, r.ResourceType, subject, r.ID, at, document)
}

func sentence(format string, arguments ...any) string { return fmt.Sprintf(format, arguments...) }
