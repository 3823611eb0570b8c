package api

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// ListAllocationRules lists the active versions of all rules.
func (s *server) ListAllocationRules(ctx context.Context, request ListAllocationRulesRequestObject) (ListAllocationRulesResponseObject, error) {
	filter := allocation.RuleFilter{Kind: request.Params.Kind, PoolID: request.Params.PoolID, At: request.Params.At}
	listing := "rules " + string(filter.Kind) + " " + filter.PoolID + " " + filter.At.UTC().Format(time.RFC3339Nano)
	var after allocation.RulePosition
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	limit := limitOr(request.Params.Limit)
	versions, err := s.Rules.List(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	page := ListAllocationRules200JSONResponse{}
	if len(versions) > limit {
		versions = versions[:limit]
		last := versions[limit-1]
		page.NextCursor, err = encodeCursor(listing, allocation.RulePosition{RuleID: last.RuleID, Version: last.Version})
		if err != nil {
			return nil, err
		}
	}
	page.Items = ruleViews(versions)
	return page, nil
}

// GetAllocationRule shows a rule with all its versions.
func (s *server) GetAllocationRule(ctx context.Context, request GetAllocationRuleRequestObject) (GetAllocationRuleResponseObject, error) {
	history, err := s.history(ctx, request.RuleID)
	return GetAllocationRule200JSONResponse(history), err
}

// EndAllocationRule ends a rule's validity.
func (s *server) EndAllocationRule(ctx context.Context, request EndAllocationRuleRequestObject) (EndAllocationRuleResponseObject, error) {
	versions, err := s.Rules.Versions(ctx, request.RuleID)
	if err != nil {
		return nil, err
	}
	now := instant.Now()
	at := request.Params.At
	if at.IsZero() {
		at = now
	}
	change, err := allocation.End(versions, at.UTC(), actorOf(ctx).Subject, now)
	if err != nil {
		return nil, err
	}
	if err := s.Rules.Revise(ctx, change); err != nil {
		return nil, err
	}
	history, err := s.history(ctx, request.RuleID)
	return EndAllocationRule200JSONResponse(history), err
}

func (s *server) history(ctx context.Context, ruleID string) (RuleHistory, error) {
	versions, err := s.Rules.Versions(ctx, ruleID)
	if err != nil {
		return RuleHistory{}, err
	}
	return RuleHistory{RuleID: ruleID, Versions: ruleViews(versions)}, nil
}

func ruleViews(versions []allocation.RuleVersion) []RuleVersion {
	views := make([]RuleVersion, len(versions))
	for i, version := range versions {
		views[i] = ruleView(version)
	}
	return views
}

func ruleView(version allocation.RuleVersion) RuleVersion {
	from, until := version.Effective()
	view := RuleVersion{
		RuleID:         version.RuleID,
		Version:        version.Version,
		Kind:           version.Kind,
		EffectiveFrom:  from.UTC(),
		EffectiveUntil: until.UTC(),
		IsActive:       version.IsActive,
		ContentHash:    version.ContentHash,
		CreatedBy:      version.CreatedBy,
		CreatedAt:      version.CreatedAt.UTC(),
	}
	if version.Mapping != nil {
		view.Mapping = version.Mapping.Entries
		return view
	}
	pool := *version.Pool
	pool.RuleID = "" // it stands beside the rule already
	view.Pool = &pool
	view.PoolID, view.Name = version.Pool.PoolID, version.Pool.Name
	view.Category, view.Strategy = version.Pool.Category, version.Pool.Strategy
	return view
}
