package api

import (
	"context"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/workflows"
)

// DecidePeriod checks a decision, signs it and hands it to the workflow, which checks it again: the
// period may have moved on in between. What is refused, here or there, goes on record.
func (s *server) DecidePeriod(ctx context.Context, request DecidePeriodRequestObject) (DecidePeriodResponseObject, error) {
	asked, err := s.readDecision(ctx, request.Book, request.Period, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	taken, err := s.isTaken(ctx, asked)
	if err != nil {
		return nil, err
	}
	if !taken {
		if err := s.decide(ctx, asked); err != nil {
			return nil, err
		}
	}
	status, err := s.Periods.Period(ctx, request.Book, request.Period)
	if err != nil {
		return nil, err
	}
	return DecidePeriod200JSONResponse{
		Body: s.periodView(status), Headers: DecidePeriod200ResponseHeaders{ETag: tag(status)},
	}, nil
}

func (s *server) decide(ctx context.Context, asked askedDecision) error {
	decision, _, err := s.sign(ctx, asked)
	if err != nil {
		return err
	}
	workflowID := asked.status.Ref().WorkflowID()
	err = s.Workflows.Decide(ctx, workflowID, decision)
	if fault.Is(err, fault.NotFound) {
		// The row promises a workflow that Temporal does not have, or no longer: the attempt goes
		// on from where the row says it is.
		if err := s.Workflows.EnsureClose(ctx, asked.status.Ref()); err != nil {
			return err
		}
		return unanswered(err, "the close was not running and has been started again; try again")
	}
	if fault.Is(err, fault.Conflict) && s.stillWaits(ctx, asked.status) {
		// A workflow that was started again a moment ago has not caught up with its row.
		return unanswered(err, "the close is not ready for decisions yet; try again")
	}
	return s.refused(ctx, asked, err)
}

// stillWaits reports whether the result that was decided on still awaits its decision.
func (s *server) stillWaits(ctx context.Context, asked closing.Status) bool {
	now, err := s.Periods.Period(ctx, asked.Book, asked.Period)
	return err == nil && now.State == closing.StateAwaitingApproval &&
		now.Attempt == asked.Attempt && now.ResultHash == asked.ResultHash
}

// CreateDecisionToken signs a decision for a person who will send it as a signal.
func (s *server) CreateDecisionToken(ctx context.Context, request CreateDecisionTokenRequestObject) (CreateDecisionTokenResponseObject, error) {
	asked, err := s.readDecision(ctx, request.Book, request.Period, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	decision, claims, err := s.sign(ctx, asked)
	if err != nil {
		return nil, err
	}
	input, err := json.Marshal(decision)
	if err != nil {
		return nil, fault.Wrap(err, fault.Internal, "the decision cannot be written as JSON")
	}
	return CreateDecisionToken201JSONResponse{
		Token:       decision.Token,
		ExpiresAt:   claims.ExpiresAt,
		WorkflowID:  claims.WorkflowID,
		SignalName:  workflows.DecideName,
		SignalInput: input,
		TemporalUI:  s.workflowLink(claims.WorkflowID),
	}, nil
}

// sign checks a decision against the period as it stands and signs it. A refusal goes on record.
func (s *server) sign(ctx context.Context, asked askedDecision) (approval.Decision, approval.TokenClaims, error) {
	decision := asked.decision
	if err := s.refused(ctx, asked, s.checkDecision(ctx, asked)); err != nil {
		return decision, approval.TokenClaims{}, err
	}
	token, claims, err := s.Signer.SignDecision(approval.TokenClaims{
		DecisionID: decision.ID,
		WorkflowID: asked.status.Ref().WorkflowID(),
		ResultHash: decision.ResultHash,
		Verdict:    decision.Verdict,
		Reason:     decision.Reason,
		Actor:      decision.Actor,
	})
	if err != nil {
		return decision, claims, err
	}
	decision.Token, decision.DecidedAt = token, claims.IssuedAt
	return decision, claims, nil
}

// ListDecisions lists what was decided or refused on a month.
func (s *server) ListDecisions(ctx context.Context, request ListDecisionsRequestObject) (ListDecisionsResponseObject, error) {
	if _, err := s.Periods.Book(ctx, request.Book); err != nil {
		return nil, err
	}
	recorded, err := s.Periods.Decisions(ctx, request.Book, request.Period)
	if err != nil {
		return nil, err
	}
	list := ListDecisions200JSONResponse{Items: []Decision{}}
	for _, decision := range recorded {
		list.Items = append(list.Items, decisionView(decision))
	}
	return list, nil
}

func decisionView(recorded approval.Recorded) Decision {
	return Decision{
		DecisionID: recorded.ID,
		Decision:   recorded.Verdict,
		Reason:     recorded.Reason,
		Subject:    recorded.Actor.Subject,
		Attempt:    recorded.Attempt,
		DecidedAt:  recorded.DecidedAt.UTC(),
		ResultHash: recorded.ResultHash,
		Refusal:    recorded.Refusal,
	}
}

// refused puts a refused decision on record and returns the refusal. Errors that say nothing about
// the decision itself, such as a server that does not answer, are no refusals.
func (s *server) refused(ctx context.Context, asked askedDecision, refusal error) error {
	switch fault.CodeOf(refusal) {
	case fault.Forbidden, fault.Conflict, fault.Gone, fault.PreconditionFailed, fault.Unauthenticated:
	default:
		return refusal
	}
	if asked.status.Attempt == 0 {
		return refusal // nothing was ever closed here that the decision could be about
	}
	record := s.Periods.RecordDecision(ctx, asked.status.Ref(), asked.decision, string(fault.CodeOf(refusal)))
	if record != nil {
		s.Logger.ErrorContext(ctx, "a refused decision could not be recorded",
			"workflow_id", asked.status.Ref().WorkflowID(), "subject", asked.decision.Actor.Subject, "error", record)
	}
	return refusal
}

// isTaken reports whether exactly this decision counts already: its answer was lost, not its effect.
func (s *server) isTaken(ctx context.Context, asked askedDecision) (bool, error) {
	if asked.status.State == closing.StateAwaitingApproval {
		return false, nil
	}
	recorded, err := s.Periods.Decisions(ctx, asked.status.Book, asked.status.Period)
	if err != nil {
		return false, err
	}
	for _, earlier := range recorded {
		if earlier.Refusal == "" && earlier.ID == asked.decision.ID && earlier.Verdict == asked.decision.Verdict &&
			earlier.ResultHash == asked.decision.ResultHash && earlier.Actor.Subject == asked.decision.Actor.Subject {
			return true, nil
		}
	}
	return false, nil
}
