// Package activities holds the steps that touch the world: each reads and writes through ports,
// works through its pages in one go with heartbeats, can be repeated without harm, and hands its
// workflow references, counts and hashes, never data. Beside each activity stands the typed function
// that workflows call it by.
package activities

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/closing"
)

// Steps of a close, as a period's status names them.
const (
	StepCollect       = "collect"
	StepFreeze        = "freeze"
	StepReconcile     = "reconcile"
	StepAllocate      = "allocate"
	StepVerify        = "verify"
	StepAwaitApproval = "await_approval"
	StepPublish       = "publish"
	StepClose         = "close"
)

// Clock tells the time; tests have their own.
type Clock func() time.Time

// execute runs an activity under the options of ctx and returns its typed result. The Temporal UI shows
// the summary beside its name.
func execute[Result any](ctx workflow.Context, activity any, summary string, input any) (Result, error) {
	var result Result
	options := workflow.GetActivityOptions(ctx)
	options.Summary = summary
	ctx = workflow.WithActivityOptions(ctx, options)
	err := workflow.ExecuteActivity(ctx, activity, input).Get(ctx, &result)
	return result, err
}

// nothing is the result of an activity that only succeeds or fails.
type nothing struct{}

// reached reports whether a period already stands where a state-changing activity would take it. An
// activity is repeated after its commit when its worker dies before it can report back.
func reached(status closing.Status, ref closing.AttemptRef, states ...closing.State) bool {
	if status.Attempt != ref.Attempt {
		return false
	}
	for _, state := range states {
		if status.State == state {
			return true
		}
	}
	return false
}
