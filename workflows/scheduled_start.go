package workflows

import (
	"time"

	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// ScheduleRequester is who a scheduled close is started by. Since it is no person, any finance
// approver who wrote none of the rules may approve it.
const ScheduleRequester = "schedule"

// ScheduledStartInput says what a schedule starts: workflow type Kind for a book or for tenants.
type ScheduledStartInput struct {
	Kind string `json:"kind"`
	Book string `json:"book"`
	// TenantID names the tenant of a DriftScan; empty sweeps all tenants, those after After.
	TenantID string `json:"tenant_id,omitempty"`
	After    string `json:"after,omitempty"`
}

// ScheduledStartResult names what was started, or what was there already; or it says in Refused why
// nothing could be started.
type ScheduledStartResult struct {
	WorkflowID string        `json:"workflow_id,omitempty"`
	State      closing.State `json:"state,omitempty"`
	Started    bool          `json:"started"`
	Refused    string        `json:"refused,omitempty"`
}

// ScheduledStart is what every schedule runs. A schedule appends a timestamp to the ids of what it
// starts; this workflow derives the period from the time it was scheduled for, late or backfilled as
// it may be, and starts the real workflow under its proper id. A period that is being closed or is
// closed already is no error. One that cannot be closed yet, since the month before is open or there
// is nothing to close, is announced to people and is no failed run either: nothing here is broken.
func ScheduledStart(ctx workflow.Context, input ScheduledStartInput) (ScheduledStartResult, error) {
	progress := Progress{Kind: TypeScheduledStart, State: "running"}
	if err := answerProgress(ctx, &progress); err != nil {
		return ScheduledStartResult{}, err
	}
	// No flag is needed for another kind: workflows that an earlier release started are of the first.
	if input.Kind == TypeDriftScan {
		return startScans(ctx, input, &progress)
	}
	if input.Kind == TypeModelTraining {
		return startTraining(ctx, &progress)
	}
	if input.Kind != TypePeriodClose {
		return ScheduledStartResult{}, activities.ApplicationError(fault.New(fault.InvalidInput, "a schedule asks for %q, which is no workflow that schedules start", input.Kind))
	}
	due := DuePeriod(scheduledFor(ctx))
	opened, err := activities.OpenAttempt(under(ctx, bookkeeping), activities.OpenAttemptInput{
		Book:        input.Book,
		Period:      due,
		RequestedBy: ScheduleRequester,
	})
	if refusal := activities.FaultOf(err); refusal != nil && refusal.Code == fault.Conflict {
		progress.State = "refused"
		return ScheduledStartResult{Refused: refusal.Message}, activities.AnnounceRefusedStart(under(ctx, bookkeeping), activities.RefusedStart{
			Book: input.Book, Period: due, Code: string(refusal.Code), Reason: refusal.Message,
		})
	}
	if err != nil {
		return ScheduledStartResult{}, err
	}
	result := ScheduledStartResult{WorkflowID: PeriodCloseID(opened.Ref), State: opened.State, Started: opened.Started}
	if !opened.State.Running() {
		return result, nil
	}
	// Where an attempt is under way its workflow normally runs, and this start finds it. Where it
	// was lost between the database's commit and its start, this start brings it back.
	start := StartOfClose(opened.Ref, workflow.GetInfo(ctx).WorkflowExecution.RunID)
	start.Reuse = enums.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE
	if err := start.abandoned(ctx); err != nil {
		return ScheduledStartResult{}, err
	}
	progress.State = "done"
	return result, nil
}

// scheduledFor returns the instant that the schedule meant, which for a late or backfilled start
// lies before now. Started by hand, without a schedule, it is the time of the start.
func scheduledFor(ctx workflow.Context) time.Time {
	if instant, scheduled := workflow.GetTypedSearchAttributes(ctx).GetTime(keyScheduledTime); scheduled {
		return instant
	}
	return workflow.GetInfo(ctx).WorkflowStartTime
}
