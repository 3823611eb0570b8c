package api

import (
	"context"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// ListRemediations lists what is being mended or was.
func (s *server) ListRemediations(ctx context.Context, request ListRemediationsRequestObject) (ListRemediationsResponseObject, error) {
	asked := request.Params
	filter := remediation.Filter{ResourceID: asked.Resource, State: asked.State, Review: asked.Review}
	var visible bool
	if filter.TenantID, visible = ownTenant(ctx, asked.Tenant); !visible {
		return ListRemediations200JSONResponse{Items: []Remediation{}}, nil
	}
	listing := listingOf("remediations", filter.TenantID, filter.ResourceID, string(filter.State), string(filter.Review))
	limit := limitOr(asked.Limit)
	var after remediation.Position
	if err := decodeCursor(asked.Cursor, listing, &after); err != nil {
		return nil, err
	}
	found, err := s.Drift.Remediations.Remediations(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	items, next, err := paged(found, limit, listing, func(one remediation.Remediation) remediation.Position {
		return remediation.Position{CreatedAt: one.CreatedAt, ID: one.ID}
	})
	return ListRemediations200JSONResponse{Items: items, NextCursor: next}, err
}

// GetRemediation shows one with its plan and decisions.
func (s *server) GetRemediation(ctx context.Context, request GetRemediationRequestObject) (GetRemediationResponseObject, error) {
	tenantID, _ := ownTenant(ctx, "")
	detail, tag, err := s.remediationDetail(ctx, tenantID, request.RemediationID)
	return GetRemediation200JSONResponse{Body: detail, Headers: GetRemediation200ResponseHeaders{ETag: tag}}, err
}

func (s *server) remediationDetail(ctx context.Context, tenantID, id string) (RemediationDetail, *string, error) {
	found, err := s.Drift.Remediations.Remediation(ctx, tenantID, id)
	if err != nil {
		return RemediationDetail{}, nil, err
	}
	recorded, err := s.Drift.Remediations.Decisions(ctx, id)
	if err != nil {
		return RemediationDetail{}, nil, err
	}
	detail := RemediationDetail{
		Remediation: found, Decisions: []RemediationDecision{}, Links: s.driftLinks(remediationPath(id), found.WorkflowID()),
	}
	for _, decision := range recorded {
		detail.Decisions = append(detail.Decisions, RemediationDecision{
			DecisionID: decision.ID, Decision: decision.Verdict, Direction: decision.Direction, BreakGlass: decision.BreakGlass,
			Reason: decision.Reason, Subject: decision.Actor.Subject, DecidedAt: decision.DecidedAt.UTC(),
			PlanHash: decision.ResultHash, Refusal: decision.Refusal,
		})
	}
	if found.PlanHash == "" {
		return detail, nil, nil
	}
	tag := `"` + found.PlanHash + `"`
	return detail, &tag, nil
}

func remediationPath(id string) string { return "/v1/remediations/" + url.PathEscape(id) }

// DecideRemediation checks a decision, signs it and hands it to the workflow, which checks it again.
// What is refused, here or there, goes on record.
func (s *server) DecideRemediation(ctx context.Context, request DecideRemediationRequestObject) (DecideRemediationResponseObject, error) {
	about, decision, err := s.readRemediationDecision(ctx, request.RemediationID, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	if err := s.take(ctx, about, decision); err != nil {
		return nil, err
	}
	detail, tag, err := s.remediationDetail(ctx, "", request.RemediationID)
	return DecideRemediation200JSONResponse{Body: detail, Headers: DecideRemediation200ResponseHeaders{ETag: tag}}, err
}

// CreateRemediationDecisionToken signs a decision for a person who will send it as a signal.
func (s *server) CreateRemediationDecisionToken(ctx context.Context, request CreateRemediationDecisionTokenRequestObject) (CreateRemediationDecisionTokenResponseObject, error) {
	about, decision, err := s.readRemediationDecision(ctx, request.RemediationID, request.Params.IfMatch, request.Params.IdempotencyKey, *request.Body)
	if err != nil {
		return nil, err
	}
	token, err := s.signal(ctx, about, decision)
	return CreateRemediationDecisionToken201JSONResponse(token), err
}

func (s *server) readRemediationDecision(ctx context.Context, id, ifMatch, key string, body RemediationDecisionRequest) (matter, approval.Decision, error) {
	tenantID, _ := ownTenant(ctx, "")
	found, err := s.Drift.Remediations.Remediation(ctx, tenantID, id)
	if err != nil {
		return nil, approval.Decision{}, err
	}
	about := remediationMatter{s, found}
	reason, err := s.Drift.Discretion.Hide(ctx, body.Reason, found.TenantID)
	if err != nil {
		return nil, approval.Decision{}, err
	}
	decision := approval.Decision{ID: key, Verdict: body.Decision, Reason: reason, Direction: body.Direction, BreakGlass: body.BreakGlass}
	return about, identified(ctx, about, ifMatch, decision), nil
}

// ReviewRemediation records a look back at a broken glass.
func (s *server) ReviewRemediation(ctx context.Context, request ReviewRemediationRequestObject) (ReviewRemediationResponseObject, error) {
	recorded, err := s.Drift.Remediations.Decisions(ctx, request.RemediationID)
	if err != nil {
		return nil, err
	}
	subject := actorOf(ctx).Subject
	for _, decision := range recorded {
		if decision.BreakGlass && decision.Refusal == "" && decision.Actor.Subject == subject {
			return nil, fault.New(fault.Forbidden, "%s broke the glass and cannot review it; another security approver must", subject)
		}
	}
	found, err := s.Drift.Remediations.Remediation(ctx, "", request.RemediationID)
	if err != nil {
		return nil, err
	}
	reason, err := s.Drift.Discretion.Hide(ctx, request.Body.Reason, found.TenantID)
	if err != nil {
		return nil, err
	}
	if _, err := s.Drift.Remediations.Review(ctx, "", request.RemediationID, subject, reason, instant.Now()); err != nil {
		return nil, err
	}
	detail, tag, err := s.remediationDetail(ctx, "", request.RemediationID)
	return ReviewRemediation200JSONResponse{Body: detail, Headers: ReviewRemediation200ResponseHeaders{ETag: tag}}, err
}

// remediationMatter is a remediation as it stood when a decision on it came.
type remediationMatter struct {
	*server
	found remediation.Remediation
}

var _ matter = remediationMatter{}

func (m remediationMatter) name() string { return "remediation" }

func (m remediationMatter) workflowID() string { return m.found.WorkflowID() }

func (m remediationMatter) check(_ context.Context, decision approval.Decision) error {
	return m.found.CheckDecision(decision, instant.Now())
}

func (m remediationMatter) taken(ctx context.Context, decision approval.Decision) (bool, error) {
	recorded, err := m.Drift.Remediations.Decisions(ctx, m.found.ID)
	return counts(recorded, decision), err
}

func (m remediationMatter) waits(ctx context.Context) bool {
	now, err := m.Drift.Remediations.Remediation(ctx, "", m.found.ID)
	return err == nil && now.State == remediation.AwaitingApproval && now.PlanHash == m.found.PlanHash
}

func (m remediationMatter) ensure(ctx context.Context) error {
	return m.Workflows.EnsureRemediation(ctx, m.found.Ref)
}

func (m remediationMatter) record(ctx context.Context, decision approval.Decision, refusal string) error {
	return m.Drift.Remediations.RefuseDecision(ctx, m.found.Ref, decision, refusal)
}
