package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// Candidates implements driftwatch.Store.
func (d *Drifts) Candidates(ctx context.Context, ref driftwatch.ScanRef, modes driftwatch.Modes, limit int) (list []driftwatch.Candidate, total int64, err error) {
	// What stands of a resource that was being changed counts as seen, but was not found: a plan would be made
	// from the middle of the change. A type is looked up among those that are the exception to the mode of all others.
	rest, exceptions := modes.Of(driftwatch.AllTypes) != driftwatch.Observe, []string{}
	for _, setting := range modes {
		if setting.ResourceType != driftwatch.AllTypes && (setting.Mode != driftwatch.Observe) != rest {
			exceptions = append(exceptions, setting.ResourceType)
		}
	}
	rows, err := d.db.Query(ctx, `WITH drifted AS (
			SELECT resource_id, min(resource_type) AS resource_type, max(`+severityRank+`) AS rank, bool_or(opens) AS opens,
				md5(string_agg(drift_id || fingerprint, ',' ORDER BY drift_id)) AS cause, bool_and(baseline) AS quiet
			FROM drifts k WHERE tenant_id = $1 AND seen_in = $2 AND state <> 'resolved' AND `+stateNow+` = 'open'
				AND (resource_type = ANY ($3)) <> $4
				AND EXISTS (SELECT FROM drift_findings f WHERE f.scan_id = $2 AND f.resource_id = k.resource_id AND f.drift_id = k.drift_id)
				AND NOT EXISTS (SELECT FROM remediations r WHERE r.tenant_id = k.tenant_id AND r.resource_id = k.resource_id AND r.ended_at IS NULL)
			GROUP BY resource_id)
		SELECT resource_id, resource_type, rank, cause, quiet, count(*) OVER ()
		FROM drifted d WHERE NOT EXISTS (SELECT FROM (
				SELECT r.state, r.cause, s.rules_version FROM remediations r LEFT JOIN drift_scans s USING (scan_id)
				WHERE r.tenant_id = $1 AND r.resource_id = d.resource_id ORDER BY r.ordinal DESC LIMIT 1) latest
			WHERE latest.cause = d.cause AND (latest.state = 'rejected' OR (latest.state = 'unmendable'
				AND latest.rules_version = (SELECT rules_version FROM drift_scans WHERE scan_id = $2))))
		ORDER BY rank DESC, opens DESC, resource_id LIMIT $5`, ref.TenantID, ref.ScanID, exceptions, rest, limit)
	if err != nil {
		return nil, 0, explain(err, "listing what scan %s found to mend", ref.ScanID)
	}
	list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (driftwatch.Candidate, error) {
		candidate := driftwatch.Candidate{TenantID: ref.TenantID}
		var rank int
		err := row.Scan(&candidate.ResourceID, &candidate.ResourceType, &rank, &candidate.Cause, &candidate.Quiet, &total)
		if err == nil {
			candidate.Severity = drift.Severities()[rank-1]
		}
		return candidate, err
	})
	return list, total, explain(err, "listing what scan %s found to mend", ref.ScanID)
}
