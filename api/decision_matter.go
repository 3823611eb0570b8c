package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workflows"
)

// matter is what a decision is about, as it stood when the request came: a month's result or a
// remediation's plan.
type matter interface {
	// name is what people call what runs: the close, the remediation.
	name() string
	workflowID() string
	// check says why a decision cannot be taken.
	check(ctx context.Context, decision approval.Decision) error
	// taken reports whether exactly this decision counts already: its answer was lost, not its effect.
	taken(ctx context.Context, decision approval.Decision) (bool, error)
	// waits reports whether what was decided on still awaits its decision.
	waits(ctx context.Context) bool
	// ensure makes sure that its workflow runs.
	ensure(ctx context.Context) error
	// record keeps a refused decision; there may be nothing to keep it with.
	record(ctx context.Context, decision approval.Decision, refusal string) error
}

// take carries a decision out unless it counts already.
func (s *server) take(ctx context.Context, about matter, decision approval.Decision) error {
	taken, err := about.taken(ctx, decision)
	if err != nil || taken {
		return err
	}
	signed, _, err := s.sign(ctx, about, decision)
	if err != nil {
		return err
	}
	return s.refused(ctx, about, signed, s.hand(ctx, about, signed))
}

const (
	// readyWait is how long a request waits for a workflow that has not caught up with its row, or was started
	// again; readyPause is the first pause between two looks, which doubles.
	readyWait  = 8 * time.Second
	readyPause = 50 * time.Millisecond
)

// hand hands a decision to its workflow. The row waits a moment before the workflow does, and where the
// workflow was lost it is started again: either is waited for.
func (s *server) hand(ctx context.Context, about matter, signed approval.Decision) error {
	patience, cancel := context.WithTimeout(ctx, readyWait)
	defer cancel()
	for pause := readyPause; ; pause *= 2 {
		err := s.Workflows.Decide(ctx, about.workflowID(), signed)
		why := "is not ready for decisions yet"
		switch {
		case fault.Is(err, fault.NotFound):
			// The row promises a workflow that Temporal does not have, or no longer: it goes on from where
			// the row says it is.
			if err := about.ensure(ctx); err != nil {
				return err
			}
			why = "was not running and has been started again"
		case !fault.Is(err, fault.InFlight):
			return err
		case !about.waits(ctx):
			return fault.Wrap(err, fault.Conflict, "the %s does not wait for this decision any more", about.name())
		}
		select {
		case <-patience.Done():
			return unanswered(err, "the "+about.name()+" "+why+"; try again")
		case <-time.After(pause):
		}
	}
}

// sign checks a decision against what it is about and signs it. A refusal goes on record.
func (s *server) sign(ctx context.Context, about matter, decision approval.Decision) (approval.Decision, approval.TokenClaims, error) {
	if err := s.refused(ctx, about, decision, about.check(ctx, decision)); err != nil {
		return decision, approval.TokenClaims{}, err
	}
	token, claims, err := s.Signer.SignDecision(approval.TokenClaims{
		DecisionID: decision.ID,
		WorkflowID: about.workflowID(),
		ResultHash: decision.ResultHash,
		Verdict:    decision.Verdict,
		Reason:     decision.Reason,
		Direction:  decision.Direction,
		BreakGlass: decision.BreakGlass,
		Actor:      decision.Actor,
	})
	if err != nil {
		return decision, claims, err
	}
	decision.Token, decision.DecidedAt = token, claims.IssuedAt
	return decision, claims, nil
}

// signal signs a decision for a person who will send it as a signal.
func (s *server) signal(ctx context.Context, about matter, decision approval.Decision) (DecisionToken, error) {
	decision, claims, err := s.sign(ctx, about, decision)
	if err != nil {
		return DecisionToken{}, err
	}
	input, err := json.Marshal(decision)
	if err != nil {
		return DecisionToken{}, fault.Wrap(err, fault.Internal, "the decision cannot be written as JSON")
	}
	return DecisionToken{
		Token:       decision.Token,
		ExpiresAt:   claims.ExpiresAt,
		WorkflowID:  claims.WorkflowID,
		SignalName:  workflows.DecideName,
		SignalInput: input,
		TemporalUI:  s.workflowLink(claims.WorkflowID),
	}, nil
}

// refused puts a refused decision on record and returns the refusal. Errors that say nothing about
// the decision itself, such as a server that does not answer, are no refusals.
func (s *server) refused(ctx context.Context, about matter, decision approval.Decision, refusal error) error {
	switch fault.CodeOf(refusal) {
	case fault.Forbidden, fault.Conflict, fault.Gone, fault.PreconditionFailed, fault.Unauthenticated:
	default:
		return refusal
	}
	decision.Token = ""
	if err := about.record(ctx, decision, string(fault.CodeOf(refusal))); err != nil {
		s.Logger.ErrorContext(ctx, "a refused decision could not be recorded",
			"workflow_id", about.workflowID(), "subject", decision.Actor.Subject, "error", err)
	}
	return refusal
}

// counts reports whether a decision is among those on record as one that counts.
func counts(recorded []approval.Recorded, decision approval.Decision) bool {
	for _, earlier := range recorded {
		if earlier.Refusal == "" && earlier.ID == decision.ID && earlier.Verdict == decision.Verdict &&
			earlier.Direction == decision.Direction && earlier.ResultHash == decision.ResultHash && earlier.Actor.Subject == decision.Actor.Subject {
			return true
		}
	}
	return false
}
