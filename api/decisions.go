package api

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
)

// DecidePeriod checks a decision, signs it and hands it to the workflow, which checks it again: the
// period may have moved on in between. What is refused, here or there, goes on record.
func (s *server) DecidePeriod(ctx context.Context, request DecidePeriodRequestObject) (DecidePeriodResponseObject, error) {
	about, decision, err := s.readDecision(ctx, request.Book, request.Period, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	if err := s.take(ctx, about, decision); err != nil {
		return nil, err
	}
	status, err := s.Periods.Period(ctx, request.Book, request.Period)
	if err != nil {
		return nil, err
	}
	return DecidePeriod200JSONResponse{
		Body: s.periodView(status), Headers: DecidePeriod200ResponseHeaders{ETag: tag(status)},
	}, nil
}

// CreateDecisionToken signs a decision for a person who will send it as a signal.
func (s *server) CreateDecisionToken(ctx context.Context, request CreateDecisionTokenRequestObject) (CreateDecisionTokenResponseObject, error) {
	about, decision, err := s.readDecision(ctx, request.Book, request.Period, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	token, err := s.signal(ctx, about, decision)
	return CreateDecisionToken201JSONResponse(token), err
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

// periodMatter is a month as it stood when a decision on it came.
type periodMatter struct {
	*server
	status closing.Status
}

var _ matter = periodMatter{}

func (m periodMatter) name() string { return "close" }

func (m periodMatter) workflowID() string { return m.status.Ref().WorkflowID() }

func (m periodMatter) taken(ctx context.Context, decision approval.Decision) (bool, error) {
	if m.status.State == closing.StateAwaitingApproval {
		return false, nil
	}
	recorded, err := m.Periods.Decisions(ctx, m.status.Book, m.status.Period)
	return counts(recorded, decision), err
}

func (m periodMatter) waits(ctx context.Context) bool {
	now, err := m.Periods.Period(ctx, m.status.Book, m.status.Period)
	return err == nil && now.State == closing.StateAwaitingApproval &&
		now.Attempt == m.status.Attempt && now.ResultHash == m.status.ResultHash
}

func (m periodMatter) ensure(ctx context.Context) error {
	return m.Workflows.EnsureClose(ctx, m.status.Ref())
}

func (m periodMatter) record(ctx context.Context, decision approval.Decision, refusal string) error {
	if m.status.Attempt == 0 {
		return nil // nothing was ever closed here that the decision could be about
	}
	return m.Periods.RecordDecision(ctx, m.status.Ref(), decision, refusal)
}
