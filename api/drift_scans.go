package api

import (
	"context"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/correlation"
	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/instant"
)

// StartDriftScan commits the scan first and starts its workflow then. Where the start fails, the row
// still promises the scan, and the same request again starts its workflow.
func (s *server) StartDriftScan(ctx context.Context, request StartDriftScanRequestObject) (StartDriftScanResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	asked := driftwatch.ScanRequest{
		TenantID: request.TenantID, ScanID: newID(), RequestedBy: actorOf(ctx).Subject,
		CorrelationID: correlation.ID(ctx), Now: instant.Now(),
	}
	if request.Body != nil {
		asked.Types, asked.Confirms, asked.Reason = request.Body.ResourceTypes, request.Body.Confirms, request.Body.Reason
	}
	if err := asked.Check(); err != nil {
		return nil, err
	}
	var err error
	if asked.Reason, err = s.Drift.Discretion.Hide(ctx, asked.Reason, asked.TenantID); err != nil {
		return nil, err
	}
	scan, _, err := s.Drift.Watch.OpenScan(ctx, asked)
	if err != nil {
		return nil, err
	}
	if err := s.Workflows.EnsureScan(ctx, scan.ScanRef); err != nil {
		return nil, err
	}
	return StartDriftScan202JSONResponse{
		Body: scan, Headers: StartDriftScan202ResponseHeaders{Location: scanPath(scan.ScanID)},
	}, nil
}

func scanPath(id string) string { return "/v1/drift-scans/" + url.PathEscape(id) }

// ListDriftScans lists a tenant's scans.
func (s *server) ListDriftScans(ctx context.Context, request ListDriftScansRequestObject) (ListDriftScansResponseObject, error) {
	if err := s.checkTenant(ctx, request.TenantID); err != nil {
		return nil, err
	}
	listing, limit := listingOf("drift-scans", request.TenantID), limitOr(request.Params.Limit)
	var after driftwatch.ScanPosition
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	scans, err := s.Drift.Watch.Scans(ctx, request.TenantID, after, limit+1)
	if err != nil {
		return nil, err
	}
	items, next, err := paged(scans, limit, listing, func(scan driftwatch.Scan) driftwatch.ScanPosition {
		return driftwatch.ScanPosition{StartedAt: scan.StartedAt, ScanID: scan.ScanID}
	})
	return ListDriftScans200JSONResponse{Items: items, NextCursor: next}, err
}

// GetDriftScan shows a scan's report.
func (s *server) GetDriftScan(ctx context.Context, request GetDriftScanRequestObject) (GetDriftScanResponseObject, error) {
	tenantID, _ := ownTenant(ctx, "")
	scan, err := s.Drift.Watch.Scan(ctx, tenantID, request.ScanID)
	if err != nil {
		return nil, err
	}
	listing, limit := listingOf("drift-report", scan.ScanID), limitOr(request.Params.Limit)
	var after driftwatch.FindingPosition
	if err := decodeCursor(request.Params.Cursor, listing, &after); err != nil {
		return nil, err
	}
	found, err := s.Drift.Watch.Findings(ctx, scan.ScanID, after, limit+1)
	if err != nil {
		return nil, err
	}
	records, next, err := paged(found, limit, listing, func(record drift.Record) driftwatch.FindingPosition {
		return driftwatch.FindingPosition{ResourceID: record.ResourceID, DriftID: record.ID}
	})
	return GetDriftScan200JSONResponse{
		ReportID: scan.ScanID, Scan: scan, Records: records, NextCursor: next, Links: s.driftLinks(scanPath(scan.ScanID), scan.WorkflowID()),
	}, err
}

func (s *server) driftLinks(self, workflowID string) JobLinks {
	return JobLinks{Self: self, TemporalUI: s.workflowLink(workflowID)}
}
