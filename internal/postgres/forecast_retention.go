package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/foresight"
)

// ForecastRetention is the foresight.Retention in PostgreSQL. It is safe for concurrent use.
type ForecastRetention struct{ db DB }

var _ foresight.Retention = (*ForecastRetention)(nil)

// NewForecastRetention returns it on a pool.
func NewForecastRetention(db DB) *ForecastRetention { return &ForecastRetention{db: db} }

// Prune implements foresight.Retention.
func (r *ForecastRetention) Prune(ctx context.Context, now time.Time) (removed int64, err error) {
	err = pgx.BeginFunc(ctx, r.db, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, `DELETE FROM forecasts WHERE score_due_at IS NULL AND generated_at < $1`, now.Add(-foresight.ForecastsKept))
		if err != nil {
			return err
		}
		removed = tag.RowsAffected()
		scores := now.Add(-foresight.ScoresKept)
		batch := &pgx.Batch{}
		batch.Queue(`DELETE FROM forecast_contests WHERE NOT promoted AND decided_at < $1`, now.Add(-foresight.ContestsKept))
		batch.Queue(`DELETE FROM forecast_contests WHERE decided_at < $1`, scores)
		batch.Queue(`DELETE FROM forecast_scores WHERE generated_at < $1`, scores)
		batch.Queue(`DELETE FROM forecast_models AS old USING forecast_models AS next
			WHERE (next.tenant_id, next.metric, next.granularity, next.version) = (old.tenant_id, old.metric, old.granularity, old.version + 1)
			AND next.promoted_at < $1`, scores)
		batch.Queue(`DELETE FROM outbox WHERE group_key = $1 AND delivered_at < $2`, foresight.NewsGroup, scores)
		return tx.SendBatch(ctx, batch).Close()
	})
	return removed, explain(err, "removing old forecasts")
}
