package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Workflows starts, asks and stops workflows. Methods return an Unavailable error where Temporal,
// or a worker, does not answer in time.
type Workflows interface {
	// EnsureClose makes sure that the workflow of an attempt runs: it starts it, or starts it again
	// where an earlier run ended without success, and changes nothing where it runs.
	EnsureClose(ctx context.Context, ref closing.AttemptRef) error
	// EnsureScan and EnsureRemediation do so for a drift scan and for a remediation.
	EnsureScan(ctx context.Context, ref driftwatch.ScanRef) error
	EnsureRemediation(ctx context.Context, ref remediation.Ref) error
	// EnsureCustomTraining does so for the training of a custom model, on usage up to an instant.
	EnsureCustomTraining(ctx context.Context, ref foresight.CustomRef, at time.Time) error
	// Decide hands a decision to a workflow and waits until it is carried out. The workflow's
	// refusal comes back with its code. An unknown workflow is a NotFound error.
	Decide(ctx context.Context, workflowID string, decision approval.Decision) error
	// Describe returns what is known about a workflow. An unknown one is a NotFound error.
	Describe(ctx context.Context, workflowID string) (WorkflowRun, error)
	// Cancel asks a workflow to stop. One that is unknown or has ended is a NotFound error.
	Cancel(ctx context.Context, workflowID string) error
}

// WorkflowRun is a workflow as Temporal knows it.
type WorkflowRun struct {
	WorkflowID string
	Type       string
	State      JobState
	StartedAt  time.Time
	// ClosedAt is zero while it runs.
	ClosedAt time.Time
	Progress *Progress
	// Result is the workflow's result as JSON, nil while there is none.
	Result json.RawMessage
	Error  *JobError
}

// Schedules reads and steers the declared schedules. An unknown id is a NotFound error, a Temporal
// server that does not answer an Unavailable one.
type Schedules interface {
	List(ctx context.Context) ([]ScheduleState, error)
	Describe(ctx context.Context, id string) (ScheduleState, error)
	Trigger(ctx context.Context, id string) error
	Pause(ctx context.Context, id, note string) error
	Unpause(ctx context.Context, id, note string) error
	// Backfill starts what the schedule would have started from one instant to another, both
	// included, one after the other.
	Backfill(ctx context.Context, id string, from, to time.Time) error
}

// ScheduleState is a schedule as Temporal knows it.
type ScheduleState struct {
	ID     string
	Paused bool
	Note   string
	Next   []time.Time
	Recent []ScheduleRun
}
