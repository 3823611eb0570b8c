package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/approval"
)

// await waits for the decision that counts, reminding people on the way. It returns errExpired at
// the deadline and a cancellation error where the workflow is cancelled first.
func (d *decisionDesk) await(ctx workflow.Context, deadline time.Time, remindEvery time.Duration) (*approval.Decision, error) {
	d.openDoor(deadline)
	defer d.closeDoor()
	workflow.SetCurrentDetails(ctx, d.invitation())
	if err := d.mark(ctx, "pending"); err != nil {
		return nil, err
	}
	decided := func() bool { return d.round.winner != nil }
	for {
		wait, until := deadline.Sub(workflow.Now(ctx)), "until the deadline"
		if remindEvery > 0 && remindEvery < wait {
			wait, until = remindEvery, "until the next reminder"
		}
		if wait > 0 {
			_, err := workflow.AwaitWithOptions(ctx, workflow.AwaitOptions{Timeout: wait, TimerOptions: workflow.TimerOptions{Summary: until}}, decided)
			// A decision that won in the same task as a cancellation stands.
			if err != nil && !decided() {
				return nil, err
			}
		}
		if decided() {
			return d.round.winner, nil
		}
		if !workflow.Now(ctx).Before(deadline) {
			return nil, errExpired
		}
		d.remind(ctx)
	}
}

// invitation says, in the Markdown of the Temporal UI, what a person may do while the workflow waits. The
// UI shows some five lines.
func (d *decisionDesk) invitation() string {
	return fmt.Sprintf("Waits for a decision until **%s**: `%s` of the API shows on what.\n\n"+
		"Decide by POST to its `/decisions`, or send the signal `%s` with the `signal_input` that POST to its `/decision-tokens` returns.",
		d.deadline.UTC().Format(time.RFC3339), d.matter.route(), DecideName)
}

// openDoor lets decisions in until a deadline.
func (d *decisionDesk) openDoor(deadline time.Time) {
	d.waiting, d.deadline, d.progress.Deadline = true, deadline, deadline
}

// closeDoor turns away decisions that come from here on.
func (d *decisionDesk) closeDoor() { d.waiting = false }

// remind is a courtesy: its failure is logged and the wait goes on.
func (d *decisionDesk) remind(ctx workflow.Context) {
	d.progress.Reminders++
	if err := d.matter.remind(ctx, d.progress.Reminders, d.deadline); err != nil {
		workflow.GetLogger(ctx).Warn("approvers could not be reminded", "error", err)
	}
}

// settle lets whoever sent the winning decision know that its consequences are committed, or why
// they could not be.
func (d *decisionDesk) settle(ctx workflow.Context, outcome string, failure error) {
	if d.round.settled {
		return
	}
	d.round.settled, d.round.failure = true, failure
	workflow.SetCurrentDetails(ctx, "")
	if err := d.mark(ctx, outcome); err != nil {
		workflow.GetLogger(ctx).Warn("the search attribute of the decision could not be set", "error", err)
	}
}

func (d *decisionDesk) mark(ctx workflow.Context, outcome string) error {
	d.progress.Decision = outcome
	return workflow.UpsertTypedSearchAttributes(ctx, keyDecision.ValueSet(outcome))
}

// finish lets every Update and Signal that has arrived come to its end before the workflow does: a
// completed workflow answers nobody, and a signal left in its channel would be lost unrecorded.
func (d *decisionDesk) finish(ctx workflow.Context, failure error) {
	round := d.round
	round.settled = true
	if round.failure == nil && round.winner != nil && failure != nil {
		round.failure = failure
	}
	last, _ := workflow.NewDisconnectedContext(ctx)
	err := workflow.Await(last, func() bool {
		return workflow.AllHandlersFinished(last) && !d.handling && d.signals.Len() == 0
	})
	if err != nil {
		workflow.GetLogger(ctx).Error("decisions were left unanswered", "error", err)
	}
}

// begin puts another result before people. Decisions that count for it already are taken over from the
// record.
func (d *decisionDesk) begin(admitted []approval.Decision) {
	d.round = &decisionRound{admitted: admitted}
	d.progress.Reminders = 0
}
