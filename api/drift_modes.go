package api

import (
	"context"
	"encoding/json"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// modeChanges is how many of the latest changes of modes are shown.
const modeChanges = 100

// GetDriftModes shows a tenant's modes with who set each, and how they were changed.
func (s *server) GetDriftModes(ctx context.Context, request GetDriftModesRequestObject) (GetDriftModesResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	modes, err := s.driftModes(ctx, request.TenantID)
	return GetDriftModes200JSONResponse(modes), err
}

// PutDriftModes replaces a tenant's modes.
func (s *server) PutDriftModes(ctx context.Context, request PutDriftModesRequestObject) (PutDriftModesResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	modes := driftwatch.Modes(request.Body.Items)
	if err := modes.Check(); err != nil {
		return nil, err
	}
	if err := s.Drift.Watch.SetModes(ctx, request.TenantID, modes, actorOf(ctx).Subject, request.Body.Reason, instant.Now()); err != nil {
		return nil, err
	}
	now, err := s.driftModes(ctx, request.TenantID)
	return PutDriftModes200JSONResponse(now), err
}

func (s *server) driftModes(ctx context.Context, tenantID string) (DriftModes, error) {
	inForce, err := s.Drift.Watch.ModesInForce(ctx, tenantID)
	if err != nil {
		return DriftModes{}, err
	}
	entries, err := s.Drift.History.Entries(ctx, drifthistory.Filter{TenantID: tenantID, Kinds: []drifthistory.Kind{drifthistory.ModesSet}}, drifthistory.Position{}, modeChanges)
	modes := DriftModes{Items: append([]DriftModeInForce{}, inForce...), Changes: []DriftModeChange{}}
	for _, entry := range entries {
		var change driftwatch.ModeChange
		if err := json.Unmarshal(entry.Document, &change); err != nil {
			return modes, fault.Wrap(err, fault.Tampered, "entry %d of the drift history of tenant %s holds no change of modes", entry.Index, tenantID)
		}
		modes.Changes = append(modes.Changes, DriftModeChange{
			At: entry.At, Subject: entry.Subject, Reason: change.Reason,
			Before: append([]DriftModeSetting{}, change.Before...), After: append([]DriftModeSetting{}, change.After...),
		})
	}
	return modes, err
}
