package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

const ruleColumns = "rule_id, version, kind, document::text, content_hash, is_active, created_by, created_at"

// Version returns one version, 0 being the newest, active or not; errors as the port says.
func (r *Rules) Version(ctx context.Context, ruleID string, version int) (allocation.RuleVersion, error) {
	found, err := r.query(ctx, `WHERE rule_id = $1 AND ($2 = 0 OR version = $2) ORDER BY version DESC LIMIT 1`, ruleID, version)
	if err != nil {
		return allocation.RuleVersion{}, err
	}
	if len(found) == 0 {
		if version == 0 {
			return allocation.RuleVersion{}, fault.New(fault.NotFound, "there is no rule %s", ruleID)
		}
		return allocation.RuleVersion{}, fault.New(fault.NotFound, "there is no version %d of rule %s", version, ruleID)
	}
	return found[0], nil
}

// Versions returns every version of a rule, oldest first.
func (r *Rules) Versions(ctx context.Context, ruleID string) ([]allocation.RuleVersion, error) {
	found, err := r.query(ctx, "WHERE rule_id = $1 ORDER BY version", ruleID)
	if err == nil && len(found) == 0 {
		return nil, fault.New(fault.NotFound, "there is no rule %s", ruleID)
	}
	return found, err
}

// Active returns what is in effect at some instant of a span, as the port says. Null bounds are open
// ends for PostgreSQL's ranges too, so zero times need no case of their own.
func (r *Rules) Active(ctx context.Context, from, until time.Time) ([]allocation.RuleVersion, error) {
	return r.query(ctx, `WHERE is_active AND tstzrange(effective_from, effective_until) && tstzrange($1, $2)
		ORDER BY kind, pool_id, effective_from NULLS FIRST, rule_id, version`, instant(from), instant(until))
}

// List returns a page of active versions, by keyset: rules that are added meanwhile move no page.
func (r *Rules) List(ctx context.Context, filter allocation.RuleFilter, after allocation.RulePosition, limit int) ([]allocation.RuleVersion, error) {
	return r.query(ctx, `WHERE is_active AND (rule_id, version) > ($1, $2)
			AND ($3 = '' OR kind = $3) AND ($4 = '' OR pool_id = $4)
			AND ($5::timestamptz IS NULL OR tstzrange(effective_from, effective_until) @> $5)
		ORDER BY rule_id, version LIMIT $6`,
		after.RuleID, after.Version, string(filter.Kind), filter.PoolID, instant(filter.At), limit)
}

func (r *Rules) query(ctx context.Context, condition string, arguments ...any) ([]allocation.RuleVersion, error) {
	rows, err := r.db.Query(ctx, "SELECT "+ruleColumns+" FROM allocation_rules "+condition, arguments...)
	if err != nil {
		return nil, explain(err, "reading allocation rules")
	}
	found, err := pgx.CollectRows(rows, scanRule)
	return found, explain(err, "reading allocation rules")
}
