package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Open implements remediation.Store. However many ask at once for a resource, one remediation begins:
// they take turns at the head of the tenant's history.
func (s *Remediations) Open(ctx context.Context, request remediation.Request) (opened remediation.Remediation, isNew bool, err error) {
	candidate := request.Candidate
	err = pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		history, err := lockHistory(ctx, tx, candidate.TenantID)
		if err != nil {
			return err
		}
		latest, ordinal, err := latestOf(ctx, tx, candidate.TenantID, candidate.ResourceID)
		if err != nil {
			return err
		}
		if ordinal > 0 && (!latest.State.Over() || (latest.State == remediation.Rejected && latest.Cause == candidate.Cause)) {
			opened = latest
			return nil
		}
		isNew = true
		opened, err = scanRemediation(tx.QueryRow(ctx, `INSERT INTO remediations (remediation_id, tenant_id, resource_id, resource_type,
				ordinal, cause, severity, mode, quiet, scan_id, requested_by, correlation_id, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) RETURNING `+remediationColumns,
			remediation.NewID(candidate.ResourceID, candidate.Cause, ordinal+1), candidate.TenantID, candidate.ResourceID, candidate.ResourceType,
			ordinal+1, candidate.Cause, string(candidate.Severity), string(request.Mode), !request.Announced, request.ScanID,
			request.RequestedBy, request.CorrelationID, request.Now))
		if err != nil {
			return err
		}
		entry, err := opened.Entry(drifthistory.Opened, request.RequestedBy, request.Now, map[string]string{
			"remediation_id": opened.ID, "scan_id": request.ScanID, "mode": string(request.Mode), "severity": string(candidate.Severity),
		})
		if err != nil {
			return err
		}
		return history.append(ctx, entry)
	})
	return opened, isNew, explain(err, "opening a remediation of resource %s", candidate.ResourceID)
}

// latestOf returns a resource's latest remediation and which one it is, 0 where there is none.
func latestOf(ctx context.Context, tx pgx.Tx, tenantID, resourceID string) (latest remediation.Remediation, ordinal int, err error) {
	err = tx.QueryRow(ctx, "SELECT coalesce(max(ordinal), 0) FROM remediations WHERE tenant_id = $1 AND resource_id = $2", tenantID, resourceID).Scan(&ordinal)
	if err != nil || ordinal == 0 {
		return latest, 0, err
	}
	latest, err = scanRemediation(tx.QueryRow(ctx, `SELECT `+remediationColumns+` FROM remediations
		WHERE tenant_id = $1 AND resource_id = $2 AND ordinal = $3`, tenantID, resourceID, ordinal))
	return latest, ordinal, err
}
