package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// DriftRules is the driftwatch.RuleStore in PostgreSQL. It is safe for concurrent use.
type DriftRules struct{ db DB }

var _ driftwatch.RuleStore = (*DriftRules)(nil)

// NewDriftRules returns the store on a pool.
func NewDriftRules(db DB) *DriftRules { return &DriftRules{db: db} }

// driftRulesLock is an arbitrary number under which writers of the rules take turns.
const driftRulesLock = 72_340_221

const selectDriftRules = "SELECT version, document, content_hash, media_type, created_by, created_at FROM drift_rules "

func scanDriftRules(row pgx.Row) (rules driftwatch.RuleVersion, err error) {
	err = row.Scan(&rules.Version, &rules.Document, &rules.ContentHash, &rules.MediaType, &rules.CreatedBy, scannedInstant{&rules.CreatedAt})
	return rules, err
}

// Latest implements driftwatch.RuleStore.
func (d *DriftRules) Latest(ctx context.Context) (driftwatch.RuleVersion, error) {
	rules, err := scanDriftRules(d.db.QueryRow(ctx, selectDriftRules+"ORDER BY version DESC LIMIT 1"))
	if noRow(err) {
		return driftwatch.RuleVersion{}, nil
	}
	return rules, explain(err, "reading the drift rules")
}

// Version implements driftwatch.RuleStore.
func (d *DriftRules) Version(ctx context.Context, version int) (driftwatch.RuleVersion, error) {
	rules, err := scanDriftRules(d.db.QueryRow(ctx, selectDriftRules+"WHERE version = $1", version))
	if noRow(err) {
		return rules, fault.New(fault.NotFound, "there is no version %d of the drift rules", version)
	}
	return rules, explain(err, "reading version %d of the drift rules", version)
}

// Put implements driftwatch.RuleStore.
func (d *DriftRules) Put(ctx context.Context, rules driftwatch.RuleVersion, expected int) (kept driftwatch.RuleVersion, err error) {
	err = pgx.BeginFunc(ctx, d.db, func(tx pgx.Tx) error {
		// Writers take turns; readers are not held up.
		if _, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock($1)", driftRulesLock); err != nil {
			return err
		}
		latest, err := NewDriftRules(tx).Latest(ctx)
		if err != nil {
			return err
		}
		if expected >= 0 && latest.Version != expected {
			return fault.New(fault.PreconditionFailed, "version %d of the drift rules was expected to be the latest; it is %d", expected, latest.Version)
		}
		if latest.Version > 0 && latest.ContentHash == rules.ContentHash {
			kept = latest
			return nil
		}
		rules.Version = latest.Version + 1
		kept = rules
		_, err = tx.Exec(ctx, `INSERT INTO drift_rules (version, document, content_hash, media_type, created_by, created_at)
			VALUES ($1, $2, $3, $4, $5, $6)`, rules.Version, rules.Document, rules.ContentHash, rules.MediaType, rules.CreatedBy, rules.CreatedAt)
		return err
	})
	return kept, explain(err, "keeping the drift rules")
}
