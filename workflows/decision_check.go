package workflows

import (
	"encoding/json"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// parseDecision reads a decision that came as a Signal, in which a person may have typed anything.
func parseDecision(raw json.RawMessage) (approval.Decision, error) {
	var decision approval.Decision
	if len(raw) > MaxDecision {
		return decision, fault.New(fault.TooLarge, "the decision has %d bytes; at most %d are read", len(raw), MaxDecision)
	}
	if err := json.Unmarshal(raw, &decision); err != nil {
		return approval.Decision{}, fault.Wrap(err, fault.InvalidInput, "the signal holds no decision")
	}
	return decision, nil
}

// check says why a decision cannot count as things stand. It waits for nothing.
func (d *decisionDesk) check(ctx workflow.Context, decision approval.Decision) error {
	switch {
	case d.round.winner != nil:
		return fault.New(fault.Conflict, "the %s was decided already", d.matter.name())
	case !d.deadline.IsZero() && !workflow.Now(ctx).Before(d.deadline):
		return fault.New(fault.Gone, "the time to decide ended at %s", d.deadline.UTC().Format(time.RFC3339))
	case !d.waiting:
		return fault.New(fault.Conflict, "the %s does not wait for a decision; it is %s", d.matter.name(), d.progress.State)
	case len(decision.ID)+len(decision.Token)+len(decision.Reason) > MaxDecision:
		return fault.New(fault.TooLarge, "the decision is larger than %d bytes", MaxDecision)
	case decision.ID == "" || decision.Token == "":
		return fault.New(fault.Unauthenticated, "a decision needs its id and the token that the API signed for it")
	case decision.Verdict != approval.Approve && decision.Verdict != approval.Reject:
		return fault.Invalid("/decision", "the decision is %.20q; it must be approve or reject", decision.Verdict)
	case len(decision.Reason) > MaxReason:
		return fault.Invalid("/reason", "the reason has %d bytes; at most %d are kept", len(decision.Reason), MaxReason)
	case decision.ResultHash == "":
		return fault.New(fault.PreconditionRequired, "a decision names the hash of the result that it is about")
	case decision.ResultHash != d.progress.ResultHash:
		return fault.New(fault.PreconditionFailed, "the decision is about result %.20s; the current result is %.20s", decision.ResultHash, d.progress.ResultHash)
	default:
		return nil
	}
}
