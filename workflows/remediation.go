package workflows

import (
	"errors"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// RemediationInput names the remediation that the workflow carries out.
type RemediationInput struct {
	Ref remediation.Ref `json:"ref"`
}

// RemediationResult is how a remediation ended.
type RemediationResult struct {
	State    remediation.State `json:"state"`
	PlanHash string            `json:"plan_hash,omitempty"`
	Reason   string            `json:"reason,omitempty"`
}

// mostPlans bounds how often a plan is made anew: a resource that changes under every plan is left to
// people, and the history stays short.
const mostPlans = 25

// Remediation mends the drift of one resource: it plans, waits for people where they have to agree,
// looks once more whether the plan still fits, writes, and verifies. Where the live state moved under
// the plan, it plans anew and asks anew. The remediation's row in PostgreSQL says where it begins, so a
// workflow that is started again resumes.
//
// Until an approval a cancellation ends it without a change; after it, the workflow goes on to its end.
func Remediation(ctx workflow.Context, input RemediationInput) (RemediationResult, error) {
	run := &remediationRun{ref: input.Ref, progress: Progress{Kind: TypeRemediation, State: string(remediation.Planning)}}
	run.desk = newDecisionDesk(run, &run.progress)
	if err := answerProgress(ctx, &run.progress); err != nil {
		return RemediationResult{}, err
	}
	if err := run.desk.open(ctx); err != nil {
		return RemediationResult{}, err
	}
	err := run.carryOut(ctx)
	run.desk.finish(ctx, err)
	return RemediationResult{
		State: remediation.State(run.progress.State), PlanHash: run.progress.ResultHash, Reason: run.progress.Reason,
	}, err
}

type remediationRun struct {
	ref      remediation.Ref
	progress Progress
	desk     *decisionDesk
	standing activities.RemediationStanding
	plans    int
}

func (r *remediationRun) carryOut(ctx workflow.Context) error {
	certain, _ := workflow.NewDisconnectedContext(ctx)
	standing, err := activities.BeginRemediation(under(certain, bookkeeping), r.ref)
	if err != nil {
		return r.giveUp(ctx, err)
	}
	r.stand(standing)
	for !r.standing.State.Over() {
		if err := r.step(ctx); err != nil {
			return r.giveUp(ctx, err)
		}
	}
	return nil
}

// stand takes over where the remediation stands.
func (r *remediationRun) stand(standing activities.RemediationStanding) {
	r.standing = standing
	r.progress.State, r.progress.Reason = string(standing.State), standing.Reason
	r.progress.ResultHash, r.progress.Deadline = standing.PlanHash, standing.Deadline
}

// moveTo notes that an activity moved the remediation on. Back at planning, nothing that was decided
// on holds any more.
func (r *remediationRun) moveTo(state remediation.State, reason string) {
	r.standing.State = state
	if state == remediation.Planning {
		r.standing.Direction = ""
	}
	r.progress.State, r.progress.Reason = string(state), reason
}

// step does what comes next. What was approved is carried out, cancelled or not, and so is the look
// afterwards that says what it came to.
func (r *remediationRun) step(ctx workflow.Context) error {
	if !r.cancellable() {
		ctx, _ = workflow.NewDisconnectedContext(ctx)
	}
	r.progress.enter(string(r.standing.State))
	switch r.standing.State {
	case remediation.Planning:
		return r.plan(ctx)
	case remediation.AwaitingApproval:
		return r.review(ctx)
	case remediation.Approved, remediation.Applying:
		applied, err := activities.ApplyRemediation(under(ctx, mending), r.ref)
		if err == nil {
			r.moveTo(applied.State, applied.Reason)
		}
		return err
	case remediation.Verifying:
		standing, err := activities.VerifyRemediation(under(ctx, mending), r.ref)
		if err == nil {
			r.stand(standing)
		}
		return err
	default:
		return activities.ApplicationError(fault.New(fault.Internal, "a remediation cannot go on from %s", r.standing.State))
	}
}

// cancellable reports whether nothing is decided that would have to be carried out. Planning goes on
// where a change was just verified.
func (r *remediationRun) cancellable() bool {
	switch r.standing.State {
	case remediation.Planning:
		return !r.verified()
	case remediation.AwaitingApproval:
		return true
	default:
		return false
	}
}

// verified reports whether what was decided on is there: only from verifying a remediation comes back
// to planning with its direction.
func (r *remediationRun) verified() bool { return r.standing.Direction != "" }

func (r *remediationRun) plan(ctx workflow.Context) error {
	if r.plans++; r.plans > mostPlans {
		return activities.ApplicationError(fault.New(fault.Conflict, "the resource changed under %d plans; mend it by hand, or find out what changes it", mostPlans))
	}
	standing, err := activities.PlanRemediation(under(ctx, mending), r.ref)
	if err == nil {
		r.stand(standing)
	}
	return err
}

// review waits for people and does what they decided.
func (r *remediationRun) review(ctx workflow.Context) error {
	r.desk.begin(r.standing.Admitted)
	decision, err := r.desk.await(ctx, r.standing.Deadline, r.standing.ReminderEvery)
	// What was decided in time is done to its end, whatever happens meanwhile.
	lasting, _ := workflow.NewDisconnectedContext(ctx)
	switch {
	case errors.Is(err, errExpired):
		return r.end(lasting, remediation.Expired, "expired", "nobody decided before the deadline")
	case err != nil:
		return err
	case decision.Verdict == approval.Reject:
		return r.reject(lasting, *decision)
	default:
		return r.approve(lasting, *decision)
	}
}

func (r *remediationRun) reject(ctx workflow.Context, decision approval.Decision) error {
	if err := activities.RejectRemediation(under(ctx, bookkeeping), activities.RemediationDecision{Ref: r.ref, Decision: decision}); err != nil {
		return err
	}
	r.moveTo(remediation.Rejected, decision.Reason)
	r.desk.settle(ctx, "rejected", nil)
	return nil
}

// approve looks whether the plan still fits before it commits the approval: a person who decided on
// what is no longer there is told so, and asked anew.
func (r *remediationRun) approve(ctx workflow.Context, decision approval.Decision) error {
	rechecked, err := activities.RecheckRemediation(under(ctx, mending), activities.RecheckInput{Ref: r.ref, PlanHash: decision.ResultHash})
	if err != nil {
		return err
	}
	if rechecked.Moved {
		refusal := fault.New(fault.PreconditionFailed, "the live state moved under the plan; it is made anew, look again and decide on that")
		r.desk.refuse(ctx, decision, refusal)
		if err := activities.ReplanRemediation(under(ctx, bookkeeping), r.ref); err != nil {
			return err
		}
		r.moveTo(remediation.Planning, "")
		r.desk.settle(ctx, "changed", activities.ApplicationError(refusal))
		r.desk.begin(nil)
		return nil
	}
	if err := activities.ApproveRemediation(under(ctx, bookkeeping), activities.RemediationApproval{Ref: r.ref, Decisions: r.desk.round.admitted}); err != nil {
		return err
	}
	r.moveTo(remediation.Approved, "")
	r.desk.settle(ctx, "approved", nil)
	return nil
}

// end records an end.
func (r *remediationRun) end(ctx workflow.Context, state remediation.State, outcome, reason string) error {
	if err := activities.EndRemediation(under(ctx, lastWord), activities.EndRemediationInput{Ref: r.ref, State: state, Reason: reason}); err != nil {
		return err
	}
	r.moveTo(state, reason)
	r.desk.settle(ctx, outcome, nil)
	return nil
}

// giveUp records why the remediation ends before its time. Whatever becomes of the record, the workflow
// ends with the error that brought it here.
func (r *remediationRun) giveUp(ctx workflow.Context, cause error) error {
	last, _ := workflow.NewDisconnectedContext(ctx)
	state, outcome, code := remediation.Failed, "failed", activities.FaultOf(cause).Code
	reason := activities.FaultOf(cause).Message
	if temporal.IsCanceledError(cause) && ctx.Err() != nil {
		state, outcome, code, reason = remediation.Cancelled, "cancelled", "", "it was cancelled before anybody agreed to what it planned"
	}
	err := activities.EndRemediation(under(last, lastWord), activities.EndRemediationInput{Ref: r.ref, State: state, Code: code, Reason: reason})
	if err != nil {
		workflow.GetLogger(ctx).Error("the end of the remediation could not be recorded", "error", err)
	}
	r.moveTo(state, reason)
	r.desk.settle(last, outcome, cause)
	return cause
}
