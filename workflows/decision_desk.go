package workflows

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// errExpired ends the wait for a decision at its deadline.
var errExpired = errors.New("the time to decide is over")

// DecisionOutcome is what a decision led to, as the Update returns it.
type DecisionOutcome struct {
	State      closing.State `json:"state"`
	Revision   int           `json:"revision,omitempty"`
	ResultHash string        `json:"result_hash"`
}

// decisionDesk receives decisions by Update and by Signal and lets exactly one win. It needs no
// lock: workflow code runs one coroutine at a time, so what is checked and set without waiting in
// between cannot be interleaved. What was true before an activity is checked again after it.
type decisionDesk struct {
	ref      closing.AttemptRef
	progress *Progress

	waiting  bool
	deadline time.Time
	// winner is the decision that counts, settled that its consequences are committed, and failure
	// why they could not be.
	winner  *approval.Decision
	settled bool
	failure error

	// signals that have arrived and are not worked through yet; recorded counts the refused ones.
	signals  workflow.ReceiveChannel
	handling bool
	recorded int
}

func newDecisionDesk(ref closing.AttemptRef, progress *Progress) *decisionDesk {
	return &decisionDesk{ref: ref, progress: progress}
}

// open registers both ways in. It is called before the workflow first waits, so that no decision
// finds the door missing.
func (d *decisionDesk) open(ctx workflow.Context) error {
	d.signals = workflow.GetSignalChannel(ctx, DecideName)
	// A decision is worked through to its end even while a cancellation arrives.
	lasting, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(lasting, d.receiveSignals)
	return workflow.SetUpdateHandlerWithOptions(ctx, DecideName, d.decide, workflow.UpdateHandlerOptions{
		Validator:   d.validate,
		Description: "Approves or rejects the result of a period under its hash.",
	})
}

// validate turns an Update away before it enters the history. A decision that comes as a signal may
// leave its reason to the token, which an activity reads.
func (d *decisionDesk) validate(ctx workflow.Context, decision approval.Decision) error {
	if err := d.check(ctx, decision); err != nil {
		return activities.ApplicationError(err)
	}
	return activities.ApplicationError(decision.CheckReason())
}

// decide handles an Update that passed validate.
func (d *decisionDesk) decide(ctx workflow.Context, decision approval.Decision) (DecisionOutcome, error) {
	ctx, _ = workflow.NewDisconnectedContext(ctx)
	if err := d.consider(ctx, decision); err != nil {
		return DecisionOutcome{}, activities.ApplicationError(err)
	}
	return DecisionOutcome{
		State:      closing.State(d.progress.State),
		Revision:   d.progress.Revision,
		ResultHash: d.progress.ResultHash,
	}, nil
}

// receiveSignals works through signals one by one, for as long as the workflow lives. A signal has
// nobody to answer to, so what is wrong with it goes on record.
func (d *decisionDesk) receiveSignals(ctx workflow.Context) {
	for {
		// A blocking Receive would take a signal out of the channel before this coroutine runs;
		// finish, which runs first, would then see neither the signal nor its handling.
		if err := workflow.Await(ctx, func() bool { return d.signals.Len() > 0 }); err != nil {
			return
		}
		var raw json.RawMessage
		if !d.signals.ReceiveAsync(&raw) {
			continue // the SDK logs and drops a payload that is no JSON at all
		}
		d.handling = true
		d.considerSignal(ctx, raw)
		d.handling = false
	}
}

func (d *decisionDesk) considerSignal(ctx workflow.Context, raw json.RawMessage) {
	decision, err := parseDecision(raw)
	if err == nil && d.winner != nil && d.winner.ID == decision.ID {
		return // the same decision again
	}
	if err == nil {
		err = d.check(ctx, decision)
	}
	if err != nil {
		d.refuse(ctx, decision, err)
		return
	}
	if err := d.consider(ctx, decision); err != nil {
		workflow.GetLogger(ctx).Info("a decision sent as a signal does not count", "reason", err)
	}
}

// consider has a decision authorized, lets it win if nothing changed meanwhile, and waits until its
// consequences are committed.
func (d *decisionDesk) consider(ctx workflow.Context, decision approval.Decision) error {
	ruling, err := activities.AuthorizeDecision(under(ctx, bookkeeping), activities.DecisionInput{Ref: d.ref, Decision: decision})
	if err != nil {
		return err
	}
	if !ruling.Accepted {
		d.progress.Refused++ // the activity put it on record
		return fault.New(ruling.Refusal, "%s", ruling.Message)
	}
	// Another decision, the deadline or a cancellation may have come first while the activity ran.
	if err := d.check(ctx, decision); err != nil {
		d.refuse(ctx, ruling.Decision, err)
		return err
	}
	d.winner = &ruling.Decision
	if err := workflow.Await(ctx, func() bool { return d.settled }); err != nil {
		return err
	}
	return d.failure
}

// refuse records a decision that the workflow turned down itself.
func (d *decisionDesk) refuse(ctx workflow.Context, decision approval.Decision, reason error) {
	d.progress.Refused++
	if d.recorded >= MaxRecordedRefusals {
		workflow.GetLogger(ctx).Warn("a decision was refused without a record: there are too many", "reason", reason)
		return
	}
	d.recorded++
	decision.Reason = strings.ToValidUTF8(decision.Reason[:min(len(decision.Reason), MaxReason)], "")
	if decision.ID == "" {
		decision.ID = fmt.Sprintf("unreadable-%d", d.recorded)
	}
	refused := activities.RefusedDecision{Ref: d.ref, Decision: decision, Refusal: fault.CodeOf(reason)}
	if err := activities.RefuseDecision(under(ctx, courtesy), refused); err != nil {
		workflow.GetLogger(ctx).Error("a refused decision could not be recorded", "error", err)
	}
}
