package activities

import (
	"context"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// candidatesPerRead is how many drifted resources are read together.
const candidatesPerRead = 200

// OpenedRemediations are the remediations that a scan leads to, those of an earlier try included.
type OpenedRemediations struct {
	Refs []remediation.Ref `json:"refs,omitempty"`
}

// OpenRemediations opens a remediation for each resource that drifted and whose mode permits it, up to
// the limit of one scan; what is beyond is opened by the next scan. Only a scan that saw everything may
// ask for it.
func (a *DriftScans) OpenRemediations(ctx context.Context, ref driftwatch.ScanRef) (OpenedRemediations, error) {
	var opened OpenedRemediations
	scan, err := a.Scans.Scan(ctx, ref.TenantID, ref.ScanID)
	if err != nil || scan.State != driftwatch.ScanComplete {
		return opened, ApplicationError(err)
	}
	modes, err := a.Scans.Modes(ctx, ref.TenantID)
	if err != nil {
		return opened, ApplicationError(err)
	}
	after := ""
	for len(opened.Refs) < a.Policy.Limits.OpenedPerScan {
		candidates, err := a.Scans.Candidates(ctx, ref, after, candidatesPerRead)
		if err != nil {
			return opened, ApplicationError(err)
		}
		for _, candidate := range candidates {
			after = candidate.ResourceID
			mode := modes.Of(candidate.ResourceType)
			if mode == driftwatch.Observe || len(opened.Refs) >= a.Policy.Limits.OpenedPerScan {
				continue
			}
			// A retry after its own commit finds what it opened among what is under way.
			found, isNew, err := a.Remediations.Open(ctx, a.request(scan, candidate, mode))
			if err != nil {
				return opened, ApplicationError(err)
			}
			if isNew {
				opened.Refs = append(opened.Refs, found.Ref)
			}
		}
		activity.RecordHeartbeat(ctx, len(opened.Refs))
		if len(candidates) < candidatesPerRead {
			break
		}
	}
	earlier, err := a.openedBefore(ctx, ref, opened)
	if err != nil {
		return opened, ApplicationError(err)
	}
	opened.Refs = append(opened.Refs, earlier...)
	return opened, ApplicationError(a.Scans.CountOpened(ctx, ref, len(opened.Refs)))
}

// openedBefore lists what an earlier try of this scan opened and nobody may have started.
func (a *DriftScans) openedBefore(ctx context.Context, ref driftwatch.ScanRef, opened OpenedRemediations) ([]remediation.Ref, error) {
	known := make(map[string]bool, len(opened.Refs))
	for _, one := range opened.Refs {
		known[one.ID] = true
	}
	filter := remediation.Filter{TenantID: ref.TenantID, State: remediation.Planning}
	var earlier []remediation.Ref
	var after remediation.Position
	for {
		page, err := a.Remediations.Remediations(ctx, filter, after, candidatesPerRead)
		if err != nil {
			return nil, err
		}
		for _, one := range page {
			after = remediation.Position{CreatedAt: one.CreatedAt, ID: one.ID}
			if one.ScanID == ref.ScanID && !known[one.ID] {
				earlier = append(earlier, one.Ref)
			}
		}
		if len(page) < candidatesPerRead {
			return earlier, nil
		}
	}
}

// request asks for the remediation of a candidate. Nobody is alerted to what was there before the first
// scan.
func (a *DriftScans) request(scan driftwatch.Scan, candidate driftwatch.Candidate, mode driftwatch.Mode) remediation.Request {
	return remediation.Request{
		Candidate: candidate, Mode: mode, ScanID: scan.ScanID, RequestedBy: scan.RequestedBy,
		CorrelationID: scan.CorrelationID, Announced: !candidate.Quiet && !scan.First, Now: a.Now(),
	}
}

// OpenRemediations calls the activity of that name.
func OpenRemediations(ctx workflow.Context, ref driftwatch.ScanRef) (OpenedRemediations, error) {
	return execute[OpenedRemediations](ctx, driftScans.OpenRemediations, "opens a remediation for each resource that may be mended", ref)
}
