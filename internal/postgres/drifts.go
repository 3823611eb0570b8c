package postgres

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

const (
	// stateNow is where a drift stands at this moment: what is quiet is open again when its time is over.
	stateNow = `CASE WHEN state IN ('accepted', 'snoozed') AND quiet_until <= now() THEN 'open' ELSE state END`
	// severityRank orders severities, the gravest with the highest number.
	severityRank = `array_position(ARRAY['cosmetic', 'functional', 'security', 'critical'], severity)`
)

// QuietDrifts lists the ids of a resource's drifts that a person accepted or snoozed.
func (d *Drifts) QuietDrifts(ctx context.Context, tenantID, resourceID string) ([]string, error) {
	rows, err := d.db.Query(ctx, `SELECT drift_id FROM drifts WHERE tenant_id = $1 AND resource_id = $2
		AND state <> 'resolved' AND `+stateNow+` <> 'open'`, tenantID, resourceID)
	if err != nil {
		return nil, explain(err, "reading what is accepted of resource %s", resourceID)
	}
	ids, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return ids, explain(err, "reading what is accepted of resource %s", resourceID)
}

// Drifts implements driftwatch.Store.
func (d *Drifts) Drifts(ctx context.Context, filter driftwatch.Filter, after driftwatch.GroupPosition, limit int) ([]driftwatch.Group, error) {
	if filter.State == "" {
		filter.State = driftwatch.DriftOpen
	}
	rank := after.Rank
	if after.Cause == "" {
		rank = len(drift.Severities()) + 1
	}
	const matching = `state <> 'resolved' AND ($1 = '' OR tenant_id = $1) AND ($2 = '' OR severity = $2)
		AND ($7 = '' OR resource_id = $7) AND ` + stateNow + ` = $3`
	rows, err := d.db.Query(ctx, `WITH groups AS (
			SELECT cause_id, max(`+severityRank+`) AS rank, count(DISTINCT (tenant_id, resource_id)) AS resources, min(since) AS since
			FROM drifts WHERE `+matching+` GROUP BY cause_id
			HAVING (-max(`+severityRank+`), -count(DISTINCT (tenant_id, resource_id)), cause_id) > (-$4::int, -$5::bigint, $6)
			ORDER BY max(`+severityRank+`) DESC, count(DISTINCT (tenant_id, resource_id)) DESC, cause_id LIMIT $8)
		SELECT g.cause_id, g.resources, g.since, m.document::text, m.state_now, m.since, m.stance
		FROM groups g CROSS JOIN LATERAL (
			SELECT *, `+stateNow+` AS state_now FROM drifts
			WHERE cause_id = g.cause_id AND `+matching+` ORDER BY tenant_id, resource_id, drift_id LIMIT $9) m
		ORDER BY g.rank DESC, g.resources DESC, g.cause_id, m.tenant_id, m.resource_id, m.drift_id`,
		filter.TenantID, string(filter.Severity), string(filter.State), rank, after.Count, after.Cause, filter.ResourceID, limit, driftwatch.GroupLists)
	if err != nil {
		return nil, explain(err, "listing drift")
	}
	defer rows.Close()
	var groups []driftwatch.Group
	for rows.Next() {
		group, one, err := scanGroup(rows)
		if err != nil {
			return nil, explain(err, "listing drift")
		}
		if len(groups) == 0 || groups[len(groups)-1].Cause != group.Cause {
			groups = append(groups, group)
		}
		last := &groups[len(groups)-1]
		last.Drifts = append(last.Drifts, one)
	}
	return groups, explain(rows.Err(), "listing drift")
}

func scanGroup(row pgx.Rows) (group driftwatch.Group, one driftwatch.OpenDrift, err error) {
	var document string
	var stance []byte
	if err := row.Scan(&group.Cause, &group.Resources, scannedInstant{&group.Since}, &document, &one.State, scannedInstant{&one.Since}, &stance); err != nil {
		return group, one, err
	}
	if err := json.Unmarshal([]byte(document), &one.Record); err != nil {
		return group, one, fmt.Errorf("reading a drift: %w", err)
	}
	if stance != nil {
		one.Stance = new(driftwatch.Stance)
		if err := json.Unmarshal(stance, one.Stance); err != nil {
			return group, one, fmt.Errorf("reading what was said about drift %s: %w", one.ID, err)
		}
	}
	one.Cause = group.Cause
	group.Type, group.Severity, group.Path = one.Type, one.Severity, one.ConfigPath
	return group, one, nil
}
