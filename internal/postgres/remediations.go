package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/fault"
	moment "github.com/omnicloud/omnicloud/domain/instant"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Remediations is the remediation.Store in PostgreSQL. It is safe for concurrent use.
type Remediations struct {
	db  DB
	now func() time.Time
}

var _ remediation.Store = (*Remediations)(nil)

// NewRemediations returns the store on a pool, or for reading on a tenant's transaction.
func NewRemediations(db DB) *Remediations { return &Remediations{db: db, now: moment.Now} }

const remediationColumns = `remediation_id, tenant_id, resource_id, resource_type, severity, state, mode, cause, quiet, scan_id,
	requested_by, correlation_id, created_at, updated_at, ended_at, plan::text, plan_hash, plan_number, deadline, direction,
	automatic, break_glass, review, reason, failure_code, held`

func scanRemediation(row pgx.Row) (remediation.Remediation, error) {
	var r remediation.Remediation
	var plan *string
	err := row.Scan(&r.ID, &r.TenantID, &r.ResourceID, &r.ResourceType, &r.Severity, &r.State, &r.Mode, &r.Cause, &r.Quiet, &r.ScanID,
		&r.RequestedBy, &r.CorrelationID, scannedInstant{&r.CreatedAt}, scannedInstant{&r.UpdatedAt}, scannedInstant{&r.EndedAt},
		&plan, &r.PlanHash, &r.PlanNumber, scannedInstant{&r.Deadline}, &r.Direction,
		&r.Automatic, &r.BreakGlass, &r.Review, &r.Reason, &r.FailureCode, &r.Held)
	if err != nil || plan == nil {
		return r, err
	}
	r.Plan = new(remediation.Plan)
	if err := json.Unmarshal([]byte(*plan), r.Plan); err != nil {
		return r, fmt.Errorf("reading the plan of remediation %s: %w", r.ID, err)
	}
	return r, nil
}

// Remediation implements remediation.Store.
func (s *Remediations) Remediation(ctx context.Context, tenantID, id string) (remediation.Remediation, error) {
	r, err := scanRemediation(s.db.QueryRow(ctx, `SELECT `+remediationColumns+` FROM remediations
		WHERE remediation_id = $1 AND ($2 = '' OR tenant_id = $2)`, id, tenantID))
	if noRow(err) {
		return r, noRemediation(id)
	}
	return r, explain(err, "reading remediation %s", id)
}

func noRemediation(id string) error {
	return fault.New(fault.NotFound, "there is no remediation %.128s", id)
}

// Remediations implements remediation.Store.
func (s *Remediations) Remediations(ctx context.Context, filter remediation.Filter, after remediation.Position, limit int) ([]remediation.Remediation, error) {
	before := after.CreatedAt
	if before.IsZero() {
		before = lastDay
	}
	rows, err := s.db.Query(ctx, `SELECT `+remediationColumns+` FROM remediations
		WHERE ($1 = '' OR tenant_id = $1) AND ($2 = '' OR resource_id = $2) AND ($3 = '' OR state = $3) AND ($4 = '' OR review = $4)
			AND ($8 = '' OR scan_id = $8) AND (created_at < $5 OR (created_at = $5 AND remediation_id > $6))
		ORDER BY created_at DESC, remediation_id LIMIT $7`,
		filter.TenantID, filter.ResourceID, string(filter.State), string(filter.Review), before, after.ID, limit, filter.ScanID)
	return collectRemediations(rows, err)
}

// Unfinished lists remediations under way that were not touched since a time, for whoever looks after
// lost workflows.
func (s *Remediations) Unfinished(ctx context.Context, untouchedSince time.Time) ([]remediation.Remediation, error) {
	rows, err := s.db.Query(ctx, `SELECT `+remediationColumns+` FROM remediations
		WHERE ended_at IS NULL AND updated_at < $1 ORDER BY created_at, remediation_id`, untouchedSince)
	return collectRemediations(rows, err)
}

func collectRemediations(rows pgx.Rows, err error) ([]remediation.Remediation, error) {
	var list []remediation.Remediation
	if err == nil {
		list, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (remediation.Remediation, error) { return scanRemediation(row) })
	}
	return list, explain(err, "listing remediations")
}

// Decisions implements remediation.Store. The tokens that proved who decided are not kept.
func (s *Remediations) Decisions(ctx context.Context, id string) ([]approval.Recorded, error) {
	rows, err := s.db.Query(ctx, `SELECT decision_id, verdict, direction, break_glass, reason, plan_hash, actor, decided_at, refusal
		FROM remediation_decisions WHERE remediation_id = $1 ORDER BY decision_no`, id)
	if err != nil {
		return nil, explain(err, "listing the decisions on remediation %s", id)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (approval.Recorded, error) {
		var recorded approval.Recorded
		var actor []byte
		err := row.Scan(&recorded.ID, &recorded.Verdict, &recorded.Direction, &recorded.BreakGlass, &recorded.Reason, &recorded.ResultHash,
			&actor, scannedInstant{&recorded.DecidedAt}, &recorded.Refusal)
		if err == nil {
			err = json.Unmarshal(actor, &recorded.Actor)
		}
		return recorded, err
	})
	return list, explain(err, "listing the decisions on remediation %s", id)
}

// Usage implements remediation.Store.
func (s *Remediations) Usage(ctx context.Context, ref remediation.Ref, limits remediation.Limits, now time.Time) (remediation.Usage, error) {
	usage, err := usageOf(ctx, s.db, ref, limits, now)
	return usage, explain(err, "counting what was mended for tenant %s", ref.TenantID)
}

// usageOf counts what the other remediations of a tenant changed without a person, from when they were let
// go on, and how the latest that changed anything ended.
func usageOf(ctx context.Context, db DB, ref remediation.Ref, limits remediation.Limits, now time.Time) (usage remediation.Usage, err error) {
	err = db.QueryRow(ctx, `WITH this AS (SELECT * FROM remediations WHERE remediation_id = $1),
		alone AS (SELECT count(*) FILTER (WHERE r.scan_id = this.scan_id) AS in_run, count(*) FILTER (WHERE r.alone_at > $2) AS of_tenant,
				count(*) FILTER (WHERE r.resource_type = this.resource_type AND r.alone_at > $2) AS of_type,
				count(*) FILTER (WHERE r.resource_id = this.resource_id AND r.alone_at > $2) AS of_resource
			FROM remediations r, this WHERE r.tenant_id = this.tenant_id AND r.remediation_id <> this.remediation_id
				AND r.alone_at IS NOT NULL AND (r.alone_at > $2 OR r.scan_id = this.scan_id)),
		latest AS (SELECT r.state FROM remediations r, this WHERE r.tenant_id = this.tenant_id AND r.remediation_id <> this.remediation_id
			AND r.applied_at > $2 AND r.ended_at IS NOT NULL ORDER BY r.applied_at DESC LIMIT $3)
		SELECT in_run, of_tenant, of_type, of_resource, (SELECT count(*) FROM latest WHERE state = 'failed'), (SELECT count(*) FROM latest) FROM alone`,
		ref.ID, now.Add(-limits.Window), limits.FailuresOf).
		Scan(&usage.InRun, &usage.OfTenant, &usage.OfType, &usage.OfResource, &usage.Failed, &usage.Tried)
	return usage, err
}
