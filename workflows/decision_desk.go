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
	"github.com/omnicloud/omnicloud/domain/fault"
)

// errExpired ends the wait for a decision at its deadline.
var errExpired = errors.New("the time to decide is over")

// DecisionOutcome is what a decision led to, as the Update returns it: the state of what was decided
// on, and where more than one approval is needed, how many there are.
type DecisionOutcome struct {
	State      string `json:"state"`
	Revision   int    `json:"revision,omitempty"`
	ResultHash string `json:"result_hash"`
	Approvals  int    `json:"approvals,omitempty"`
	Needed     int    `json:"approvals_needed,omitempty"`
}

// decisionMatter is what a desk receives decisions about. Its methods that take a context run
// activities; the others decide at once, on what the workflow knows.
type decisionMatter interface {
	// name is what people call it in "the … does not wait for a decision".
	name() string
	// route is the path in the REST API of what is decided on.
	route() string
	// authorize has a decision's token and its sender's right to decide checked.
	authorize(ctx workflow.Context, decision approval.Decision) (activities.Ruling, error)
	// refuse puts a decision that does not count on record.
	refuse(ctx workflow.Context, decision approval.Decision, refusal fault.Code) error
	remind(ctx workflow.Context, number int, deadline time.Time) error
	// admit counts a decision after the earlier ones and says whether it settles the matter.
	admit(earlier []approval.Decision, next approval.Decision) (settles bool, err error)
	// note records a decision that counts and settles nothing yet.
	note(ctx workflow.Context, decision approval.Decision) error
	outcome() DecisionOutcome
}

// decisionDesk receives decisions by Update and by Signal and lets exactly one win. It needs no
// lock: workflow code runs one coroutine at a time, so what is checked and set without waiting in
// between cannot be interleaved. What was true before an activity is checked again after it.
type decisionDesk struct {
	matter   decisionMatter
	progress *Progress

	waiting  bool
	deadline time.Time
	round    *decisionRound

	// signals that have arrived and are not worked through yet. recorded counts those that were refused at
	// sight, futile those that were refused after their token was looked at.
	signals  workflow.ReceiveChannel
	handling bool
	recorded int
	futile   int
}

// decisionRound is one result put before people. A result that is made anew begins another round, and
// whoever decided in the one before still gets that one's answer.
type decisionRound struct {
	// admitted are the decisions that count, in their order; winner is the one that settled it.
	admitted []approval.Decision
	winner   *approval.Decision
	// settled says that the winner's consequences are committed, failure why they could not be.
	settled bool
	failure error
}

// counts reports whether a decision of this id counts already.
func (r *decisionRound) counts(id string) bool {
	for _, decision := range r.admitted {
		if decision.ID == id {
			return true
		}
	}
	return false
}

func newDecisionDesk(matter decisionMatter, progress *Progress) *decisionDesk {
	return &decisionDesk{matter: matter, progress: progress, round: &decisionRound{}}
}

// open registers both ways in. It is called before the workflow first waits, so that no decision
// finds the door missing.
func (d *decisionDesk) open(ctx workflow.Context) error {
	d.signals = workflow.GetSignalChannelWithOptions(ctx, DecideName, workflow.SignalChannelOptions{
		Description: "A decision as POST " + d.matter.route() + "/decision-tokens returns it, signed, in signal_input.",
	})
	// A decision is worked through to its end even while a cancellation arrives.
	lasting, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(lasting, d.receiveSignals)
	return workflow.SetUpdateHandlerWithOptions(ctx, DecideName, d.decide, workflow.UpdateHandlerOptions{
		Validator:   d.validate,
		Description: "Approves or rejects the " + d.matter.name() + " under the hash of what was shown.",
	})
}

// validate turns an Update away before it enters the history. A decision that comes as a signal may
// leave its reason to the token, which an activity reads. One that is faster than the news of its own
// request is InFlight: its row asks for it already, and the same again counts a moment later.
func (d *decisionDesk) validate(ctx workflow.Context, decision approval.Decision) error {
	err := d.check(ctx, decision)
	if fault.Is(err, fault.Conflict) && !d.waiting && d.round.winner == nil {
		err = fault.New(fault.InFlight, "the %s does not wait for a decision yet; it is %s", d.matter.name(), d.progress.State)
	}
	if err != nil {
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
	return d.matter.outcome(), nil
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
	if err == nil && d.round.counts(decision.ID) {
		return // the same decision again
	}
	if err == nil {
		err = d.check(ctx, decision)
	}
	if err != nil {
		d.refuse(ctx, decision, err)
		return
	}
	if d.futile >= MaxFutileSignals && workflow.GetVersion(ctx, flagFutileSignals, workflow.DefaultVersion, 1) != workflow.DefaultVersion {
		d.progress.Refused++
		workflow.GetLogger(ctx).Warn("a signal was not looked at: too many before it did not count")
		return
	}
	if err := d.consider(ctx, decision); err != nil {
		d.futile++
		workflow.GetLogger(ctx).Info("a decision sent as a signal does not count", "reason", err)
	}
}

// consider has a decision authorized and counts it if nothing changed meanwhile. One that settles the
// matter wins, and waits until its consequences are committed.
func (d *decisionDesk) consider(ctx workflow.Context, decision approval.Decision) error {
	round := d.round
	ruling, err := d.matter.authorize(ctx, decision)
	if err != nil {
		return err
	}
	if !ruling.Accepted {
		d.progress.Refused++ // the activity put it on record
		return fault.New(ruling.Refusal, "%s", ruling.Message)
	}
	// Another decision, the deadline or a cancellation may have come first while the activity ran.
	err = d.check(ctx, decision)
	settles := false
	if err == nil {
		settles, err = d.matter.admit(round.admitted, ruling.Decision)
	}
	if err != nil {
		d.refuse(ctx, ruling.Decision, err)
		return err
	}
	round.admitted = append(round.admitted, ruling.Decision)
	if !settles {
		return d.matter.note(ctx, ruling.Decision)
	}
	round.winner = &ruling.Decision
	if err := workflow.Await(ctx, func() bool { return round.settled }); err != nil {
		return err
	}
	return round.failure
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
	if err := d.matter.refuse(ctx, decision, fault.CodeOf(reason)); err != nil {
		workflow.GetLogger(ctx).Error("a refused decision could not be recorded", "error", err)
	}
}
