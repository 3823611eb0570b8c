package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Rules is the allocation.RuleStore in PostgreSQL. It is safe for concurrent use.
type Rules struct{ db DB }

var _ allocation.RuleStore = (*Rules)(nil)

// NewRules returns the store on a pool.
func NewRules(db DB) *Rules { return &Rules{db: db} }

// Revise applies a change to one rule, as the port says. Of two changes that expect the same newest
// version one is made.
func (r *Rules) Revise(ctx context.Context, change allocation.RuleChange) error {
	err := pgx.BeginFunc(ctx, r.db, func(tx pgx.Tx) error {
		var newest int
		err := tx.QueryRow(ctx, "SELECT coalesce(max(version), 0) FROM allocation_rules WHERE rule_id = $1", change.RuleID).Scan(&newest)
		if err != nil {
			return err
		}
		if newest != change.Expect {
			return changed(change)
		}
		tag, err := tx.Exec(ctx, "UPDATE allocation_rules SET is_active = false WHERE rule_id = $1 AND version = ANY ($2)",
			change.RuleID, change.Retire)
		if err != nil {
			return err
		}
		if int(tag.RowsAffected()) != len(change.Retire) {
			return fault.New(fault.NotFound, "rule %s lacks one of the versions %v that are to be retired", change.RuleID, change.Retire)
		}
		// Retired first: a version may take the place, in time and pool, of the one that it follows.
		for i, version := range change.Add {
			version.RuleID, version.Version = change.RuleID, change.Expect+1+i
			if err := addVersion(ctx, tx, version); err != nil {
				return err
			}
		}
		return nil
	})
	// Two changes at once may both have passed the checks above; the constraints let one through.
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		switch refused.Code {
		case codeUnique:
			return changed(change)
		case codeExclusion:
			return fault.Wrap(err, fault.Conflict, "rule %s overlaps another active rule of the same pool", change.RuleID)
		}
	}
	return explain(err, "changing rule %s", change.RuleID)
}

// changed is the error for a change that was decided on an older version of the rule.
func changed(change allocation.RuleChange) error {
	return fault.New(fault.Conflict, "rule %s no longer ends with version %d; read it again and decide on that", change.RuleID, change.Expect)
}

// addVersion inserts a version. It names the rule of the same pool that is in the way; the exclusion
// constraint stands behind it for rules that are added at the same moment.
func addVersion(ctx context.Context, tx pgx.Tx, version allocation.RuleVersion) error {
	document, err := version.Document()
	if err != nil {
		return err
	}
	from, until := version.Effective()
	pool, category, name := "", "", ""
	if version.Pool != nil {
		pool, category, name = version.Pool.PoolID, string(version.Pool.Category), version.Pool.Name
	}
	var other string
	err = tx.QueryRow(ctx, `SELECT rule_id FROM allocation_rules
		WHERE is_active AND $4 AND kind = 'pool' AND pool_id = $1
			AND tstzrange(effective_from, effective_until) && tstzrange($2, $3)
		ORDER BY effective_from NULLS FIRST LIMIT 1`,
		pool, instant(from), instant(until), version.IsActive).Scan(&other)
	if err == nil {
		return fault.New(fault.Conflict, "rule %s is about %s at times at which rule %s already is; supersede or end that one first",
			version.RuleID, version.Subject(), other)
	}
	if !noRow(err) {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO allocation_rules (rule_id, version, kind, pool_id, category, name, document,
			content_hash, effective_from, effective_until, is_active, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		version.RuleID, version.Version, string(version.Kind), pool, category, name, document,
		version.ContentHash, instant(from), instant(until), version.IsActive, version.CreatedBy, version.CreatedAt)
	return err
}

// scanRule reads ruleColumns. The document is read as the text that was stored, byte for byte, since
// the content hash is over it.
func scanRule(row pgx.CollectableRow) (allocation.RuleVersion, error) {
	var version allocation.RuleVersion
	var document []byte
	err := row.Scan(&version.RuleID, &version.Version, &version.Kind, &document, &version.ContentHash,
		&version.IsActive, &version.CreatedBy, scannedInstant{&version.CreatedAt})
	if err != nil {
		return version, fmt.Errorf("reading a rule: %w", err)
	}
	return version, version.DecodeRule(document)
}
