package activities

import (
	"context"
	"sync/atomic"

	"go.temporal.io/sdk/workflow"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// remediationsPerRead is how many remediations are read together.
const remediationsPerRead = 200

// OpenedRemediations are the remediations that a scan leads to, those of an earlier try included, and how
// many resources it leaves to the next scan.
type OpenedRemediations struct {
	Refs     []remediation.Ref `json:"refs,omitempty"`
	Deferred int64             `json:"deferred,omitempty"`
}

// OpenRemediations opens a remediation for each resource that drifted and whose mode permits it, the
// gravest first, up to the limit of one scan; what is beyond is opened by the next scan. Only a scan that
// saw everything may ask for it.
func (a *DriftScans) OpenRemediations(ctx context.Context, ref driftwatch.ScanRef) (OpenedRemediations, error) {
	scan, err := a.Scans.Scan(ctx, ref.TenantID, ref.ScanID)
	if err != nil || scan.State != driftwatch.ScanComplete {
		return OpenedRemediations{}, ApplicationError(err)
	}
	opened, err := a.openRemediations(ctx, scan)
	if err != nil {
		return opened, ApplicationError(err)
	}
	return opened, ApplicationError(a.Scans.CountOpened(ctx, ref, len(opened.Refs), opened.Deferred))
}

func (a *DriftScans) openRemediations(ctx context.Context, scan driftwatch.Scan) (opened OpenedRemediations, err error) {
	var beats atomic.Int64
	stop := beatUntilStopped(ctx, &beats)
	defer stop()
	modes, err := a.Scans.Modes(ctx, scan.TenantID)
	if err != nil {
		return opened, err
	}
	if opened.Refs, err = a.openedBefore(ctx, scan.ScanRef); err != nil {
		return opened, err
	}
	room := max(0, a.Policy.Limits.OpenedPerScan-len(opened.Refs))
	candidates, total, err := a.Scans.Candidates(ctx, scan.ScanRef, modes, max(1, room))
	if err != nil {
		return opened, err
	}
	candidates = candidates[:min(room, len(candidates))]
	opened.Deferred = total - int64(len(candidates))
	for _, candidate := range candidates {
		found, isNew, err := a.Remediations.Open(ctx, a.request(scan, candidate, modes.Of(candidate.ResourceType)))
		if err != nil {
			return opened, err
		}
		if isNew {
			opened.Refs = append(opened.Refs, found.Ref)
		}
		beats.Add(1)
	}
	return opened, nil
}

// openedBefore lists what an earlier try of this scan opened and nobody may have started.
func (a *DriftScans) openedBefore(ctx context.Context, ref driftwatch.ScanRef) ([]remediation.Ref, error) {
	filter := remediation.Filter{TenantID: ref.TenantID, ScanID: ref.ScanID}
	var earlier []remediation.Ref
	var after remediation.Position
	for {
		page, err := a.Remediations.Remediations(ctx, filter, after, remediationsPerRead)
		if err != nil {
			return nil, err
		}
		for _, one := range page {
			after = remediation.Position{CreatedAt: one.CreatedAt, ID: one.ID}
			earlier = append(earlier, one.Ref)
		}
		if len(page) < remediationsPerRead {
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
