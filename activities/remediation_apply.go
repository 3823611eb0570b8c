package activities

import (
	"context"
	"sync/atomic"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// RecheckInput names the plan that was decided on.
type RecheckInput struct {
	Ref      remediation.Ref `json:"ref"`
	PlanHash string          `json:"plan_hash"`
}

// Rechecked says whether the live state, or the rules, moved since the plan was made.
type Rechecked struct {
	Moved bool `json:"moved"`
}

// RecheckRemediation plans once more and compares: what is carried out must be what was decided on.
func (a *Remediations) RecheckRemediation(ctx context.Context, input RecheckInput) (Rechecked, error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	found, err := a.Store.Remediation(ctx, input.Ref.TenantID, input.Ref.ID)
	if err != nil {
		return Rechecked{}, ApplicationError(err)
	}
	again, err := a.repeat(ctx, found, input.PlanHash, approval.Revert)
	return Rechecked{Moved: again.moved}, ApplicationError(err)
}

// repeated is a plan that was made once more: with its actions where it is still the same.
type repeated struct {
	resource infra.Resource
	planner  *remediation.Planner
	actions  []infra.Action
	moved    bool
}

// repeat plans again as the plan was made. What the plan was held for, and its mode, are taken over where
// people were asked: a cap that was reached since does not undo a person's decision.
func (a *Remediations) repeat(ctx context.Context, found remediation.Remediation, hash string, direction approval.Direction) (repeated, error) {
	draft, err := a.draft(ctx, found)
	if err != nil {
		return repeated{}, err
	}
	if !found.Automatic {
		draft.Held, draft.Mode = found.Held, found.Mode
	}
	if found.State == remediation.Applying {
		// A try that failed took back what it had written, which made versions of its own. The reconciler
		// knows them, and refuses those that others made.
		draft.Resource.Version = found.Plan.Version
	}
	again := repeated{resource: draft.Resource}
	if again.planner, err = a.planner(ctx, found.TenantID); err != nil {
		return again, err
	}
	again.actions, again.moved, err = again.planner.Repeat(draft, hash, direction)
	return again, err
}

// RecheckRemediation calls the activity of that name.
func RecheckRemediation(ctx workflow.Context, input RecheckInput) (Rechecked, error) {
	return execute[Rechecked](ctx, remediations.RecheckRemediation, "looks whether the plan still fits what is live", input)
}

// AppliedRemediation is where a remediation stands after the attempt to carry it out: verifying, or
// planning where the live state moved.
type AppliedRemediation struct {
	State  remediation.State `json:"state"`
	Reason string            `json:"reason,omitempty"`
}

// movedReason is why a plan is made anew.
const movedReason = "the live state or the rules moved since the plan was made"

// ApplyRemediation carries the plan out: it plans once more, goes on only where the plan is the same,
// and binds the write to the version that the plan was made from. Cut off after a write, it finds the
// drift gone and goes on.
func (a *Remediations) ApplyRemediation(ctx context.Context, ref remediation.Ref) (AppliedRemediation, error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	applied, err := a.apply(ctx, ref)
	return applied, ApplicationError(err)
}

func (a *Remediations) apply(ctx context.Context, ref remediation.Ref) (AppliedRemediation, error) {
	found, err := a.Store.Remediation(ctx, ref.TenantID, ref.ID)
	if err != nil {
		return AppliedRemediation{}, err
	}
	if found.State != remediation.Approved && found.State != remediation.Applying {
		return AppliedRemediation{State: found.State, Reason: found.Reason}, nil // repeated after its own commit
	}
	again, err := a.repeat(ctx, found, found.PlanHash, found.Direction)
	if err != nil {
		return AppliedRemediation{}, err
	}
	if again.moved && found.State == remediation.Applying {
		// An earlier try may have written and died.
		left, err := a.left(ctx, found)
		if err != nil {
			return AppliedRemediation{}, err
		}
		if len(left) == 0 {
			return a.moveOn(ctx, found, remediation.Verifying, "")
		}
	}
	if again.moved {
		return a.moveOn(ctx, found, remediation.Planning, movedReason)
	}
	if err := a.Store.Move(ctx, ref, remediation.Applying, ""); err != nil {
		return AppliedRemediation{}, err
	}
	applied, err := a.write(ctx, found, again)
	// What a platform says about a change may quote what it was told to write.
	return applied, fault.Reword(err, func(text string) string { return again.planner.Comparer.Hide(again.resource, text) })
}

// write hands the actions to the reconciler, under a name that stays the same when it is tried again.
func (a *Remediations) write(ctx context.Context, found remediation.Remediation, again repeated) (AppliedRemediation, error) {
	result, err := a.Reconciler.Reconcile(ctx, infra.Run{ID: found.Run(found.PlanNumber), Actions: again.actions})
	if outcome, known := result.Of(found.ResourceID); known {
		switch outcome.Status {
		case infra.StatusStale:
			return a.moveOn(ctx, found, remediation.Planning, movedReason)
		case infra.StatusContested:
			return AppliedRemediation{}, fault.New(fault.Conflict, "resource %s is changed back again and again: %s", found.ResourceID, outcome.Detail)
		default:
		}
	}
	if fault.Is(err, fault.PreconditionFailed) {
		return a.moveOn(ctx, found, remediation.Planning, movedReason)
	}
	if err != nil {
		return AppliedRemediation{}, err
	}
	return a.moveOn(ctx, found, remediation.Verifying, "")
}

func (a *Remediations) moveOn(ctx context.Context, found remediation.Remediation, to remediation.State, reason string) (AppliedRemediation, error) {
	err := a.Store.Move(ctx, found.Ref, to, reason)
	return AppliedRemediation{State: to, Reason: reason}, err
}

// ApplyRemediation calls the activity of that name.
func ApplyRemediation(ctx workflow.Context, ref remediation.Ref) (AppliedRemediation, error) {
	return execute[AppliedRemediation](ctx, remediations.ApplyRemediation, "writes what was agreed to", ref)
}

// EndRemediationInput ends a remediation.
type EndRemediationInput struct {
	Ref    remediation.Ref   `json:"ref"`
	State  remediation.State `json:"state"`
	Code   fault.Code        `json:"code,omitempty"`
	Reason string            `json:"reason,omitempty"`
}

// EndRemediation records how a remediation ended.
func (a *Remediations) EndRemediation(ctx context.Context, input EndRemediationInput) error {
	return ApplicationError(a.Store.End(ctx, input.Ref, remediation.Ending{
		State: input.State, Code: string(input.Code), Reason: input.Reason, Now: a.Now(),
	}))
}

// EndRemediation calls the activity of that name.
func EndRemediation(ctx workflow.Context, input EndRemediationInput) error {
	_, err := execute[nothing](ctx, remediations.EndRemediation, "records how it ended", input)
	return err
}
