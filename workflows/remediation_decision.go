package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// A remediation is decided on by as many people as its plan says.
var _ decisionMatter = (*remediationRun)(nil)

func (r *remediationRun) name() string { return "remediation" }

func (r *remediationRun) route() string { return "/v1/remediations/" + r.ref.ID }

func (r *remediationRun) authorize(ctx workflow.Context, decision approval.Decision) (activities.Ruling, error) {
	return activities.AuthorizeRemediation(under(ctx, bookkeeping), activities.RemediationDecision{Ref: r.ref, Decision: decision})
}

func (r *remediationRun) refuse(ctx workflow.Context, decision approval.Decision, refusal fault.Code) error {
	return activities.RefuseRemediation(under(ctx, courtesy), activities.RemediationDecision{Ref: r.ref, Decision: decision, Refusal: refusal})
}

func (r *remediationRun) remind(ctx workflow.Context, number int, deadline time.Time) error {
	return activities.RemindSecurityApprovers(under(ctx, courtesy), activities.RemediationReminder{Ref: r.ref, Number: number, Deadline: deadline})
}

func (r *remediationRun) admit(earlier []approval.Decision, next approval.Decision) (settles bool, err error) {
	return r.standing.Quorum.Admit(earlier, next)
}

func (r *remediationRun) note(ctx workflow.Context, decision approval.Decision) error {
	return activities.NoteRemediationApproval(under(ctx, bookkeeping), activities.RemediationDecision{Ref: r.ref, Decision: decision})
}

func (r *remediationRun) outcome() DecisionOutcome {
	outcome := DecisionOutcome{State: r.progress.State, ResultHash: r.progress.ResultHash, Approvals: len(r.desk.round.admitted)}
	if outcome.Approvals > 0 {
		outcome.Needed = r.standing.Quorum.Needed(r.desk.round.admitted[outcome.Approvals-1])
	}
	return outcome
}
