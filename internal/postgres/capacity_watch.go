package postgres

import (
	"context"
	"encoding/json"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// CapacityWatch is the foresight.StandingStore in PostgreSQL. It is safe for concurrent use.
type CapacityWatch struct{ db DB }

var _ foresight.StandingStore = (*CapacityWatch)(nil)

// NewCapacityWatch returns the store on a pool, or on the transaction of AsTenant for reading.
func NewCapacityWatch(db DB) *CapacityWatch { return &CapacityWatch{db: db} }

// Standing implements foresight.StandingStore.
func (w *CapacityWatch) Standing(ctx context.Context, tenantID string) ([]foresight.Standing, error) {
	list, err := standingOf(ctx, w.db, tenantID)
	return list, explain(err, "reading what stands of the capacity of %s", tenantID)
}

func standingOf(ctx context.Context, db DB, tenantID string) ([]foresight.Standing, error) {
	rows, err := db.Query(ctx, `SELECT document FROM capacity_watch WHERE tenant_id = $1 ORDER BY metric`, tenantID)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanDocument[foresight.Standing])
}

// Settle implements foresight.StandingStore. The lock is on the tenant's name, since there may be no row yet.
func (w *CapacityWatch) Settle(
	ctx context.Context, tenantID string, decide func([]foresight.Standing) ([]foresight.Standing, []outbox.Message, error),
) error {
	err := pgx.BeginFunc(ctx, w.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended('capacity_watch/' || $1, 0))`, tenantID); err != nil {
			return err
		}
		stands, err := standingOf(ctx, tx, tenantID)
		if err != nil {
			return err
		}
		changed, messages, err := decide(stands)
		if err != nil {
			return err
		}
		for _, one := range changed {
			document, err := json.Marshal(one)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `INSERT INTO capacity_watch (tenant_id, metric, document, updated_at) VALUES ($1, $2, $3, $4)
				ON CONFLICT (tenant_id, metric) DO UPDATE SET (document, updated_at) = (excluded.document, excluded.updated_at)`,
				one.TenantID, string(one.Metric), document, one.UpdatedAt); err != nil {
				return err
			}
		}
		return addMessages(ctx, tx, messages)
	})
	return explain(err, "settling the capacity of %s", tenantID)
}
