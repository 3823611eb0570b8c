package api

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// ListDrifts lists what differs now, in groups.
func (s *server) ListDrifts(ctx context.Context, request ListDriftsRequestObject) (ListDriftsResponseObject, error) {
	asked := request.Params
	filter := driftwatch.Filter{ResourceID: asked.Resource, State: asked.State, Severity: asked.Severity}
	var visible bool
	if filter.TenantID, visible = ownTenant(ctx, asked.Tenant); !visible {
		return ListDrifts200JSONResponse{Items: []DriftGroup{}}, nil
	}
	listing, limit := listingOf("drifts", filter.TenantID, filter.ResourceID, string(filter.State), string(filter.Severity)), limitOr(asked.Limit)
	var after driftwatch.GroupPosition
	if err := decodeCursor(asked.Cursor, listing, &after); err != nil {
		return nil, err
	}
	groups, err := s.Drift.Watch.Drifts(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	items, next, err := paged(groups, limit, listing, func(group driftwatch.Group) driftwatch.GroupPosition {
		return driftwatch.GroupPosition{Rank: slices.Index(drift.Severities(), group.Severity) + 1, Count: group.Resources, Cause: group.Cause}
	})
	return ListDrifts200JSONResponse{Items: items, NextCursor: next}, err
}

// DecideDrift leaves drift be. What one says who may not goes on record.
func (s *server) DecideDrift(ctx context.Context, request DecideDriftRequestObject) (DecideDriftResponseObject, error) {
	now := instant.Now()
	stance := driftwatch.Stance{
		State:  map[string]driftwatch.DriftState{"accept": driftwatch.DriftAccepted, "snooze": driftwatch.DriftSnoozed}[request.Body.Decision],
		Reason: request.Body.Reason, Owner: request.Body.Owner, Expires: instant.Of(request.Body.ExpiresAt),
		Subject: actorOf(ctx).Subject, At: now,
	}
	tenantID, _ := ownTenant(ctx, "")
	tenants, err := s.Drift.Watch.TenantsOf(ctx, tenantID, request.DriftID)
	if err != nil {
		return nil, err
	}
	if stance.Reason, err = s.Drift.Discretion.Hide(ctx, stance.Reason, tenants...); err != nil {
		return nil, err
	}
	if refusal := driftwatch.CheckHolder(actorOf(ctx)); refusal != nil {
		return nil, s.refusedStance(ctx, request.DriftID, stance, refusal)
	}
	if err := stance.Check(now); err != nil {
		return nil, err
	}
	count, err := s.Drift.Watch.TakeStance(ctx, "", request.DriftID, stance)
	return DecideDrift200JSONResponse{Drifts: count, Stance: stance}, err
}

// refusedStance puts a refusal on record, if it is about drift that its sender may know of, and returns it.
func (s *server) refusedStance(ctx context.Context, id string, stance driftwatch.Stance, refusal error) error {
	tenantID, _ := ownTenant(ctx, "")
	err := s.Drift.Watch.RefuseStance(ctx, tenantID, id, stance, fault.CodeOf(refusal))
	if err != nil && !fault.Is(err, fault.NotFound) {
		s.Logger.ErrorContext(ctx, "a refused decision could not be recorded", "drift_id", id, "subject", stance.Subject, "error", err)
	}
	return refusal
}

// GetDriftHistory lists what happened to a resource, newest first.
func (s *server) GetDriftHistory(ctx context.Context, request GetDriftHistoryRequestObject) (GetDriftHistoryResponseObject, error) {
	filter := drifthistory.Filter{ResourceID: request.ResourceID, Since: request.Params.Since}
	filter.TenantID, _ = ownTenant(ctx, "")
	listing, limit := listingOf("drift-history", filter.TenantID, filter.ResourceID, filter.Since.String()), limitOr(request.Params.Limit)
	var after drifthistory.Position
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	entries, err := s.Drift.History.Entries(ctx, filter, after, limit+1)
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 && request.Params.Cursor == "" && filter.Since.IsZero() {
		return nil, fault.New(fault.NotFound, "there is no drift history of resource %.128s", request.ResourceID)
	}
	items, next, err := paged(entries, limit, listing, func(entry drifthistory.Linked) drifthistory.Position {
		return drifthistory.Position{Index: entry.Index, TenantID: entry.TenantID}
	})
	return GetDriftHistory200JSONResponse{Items: items, NextCursor: next}, err
}
