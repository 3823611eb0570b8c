package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// mostDue bounds how many forecasts of a series are read together, a year of nights; the next night scores the rest.
const mostDue = 1000

// ForecastScores is the foresight.ScoreStore in PostgreSQL. It is safe for concurrent use.
type ForecastScores struct{ db DB }

var _ foresight.ScoreStore = (*ForecastScores)(nil)

// NewForecastScores returns the store on a pool, or on the transaction of AsTenant for reading.
func NewForecastScores(db DB) *ForecastScores { return &ForecastScores{db: db} }

// DueKeys implements foresight.ScoreStore.
func (s *ForecastScores) DueKeys(ctx context.Context, now time.Time, after foresight.Key, limit int) ([]foresight.Key, error) {
	rows, err := s.db.Query(ctx, `SELECT DISTINCT tenant_id, metric FROM forecasts
		WHERE (tenant_id, metric) > ($1, $2) AND score_due_at <= $3 ORDER BY tenant_id, metric LIMIT $4`,
		after.TenantID, string(after.Metric), now, limit)
	if err != nil {
		return nil, explain(err, "listing series with forecasts to score")
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[foresight.Key])
	return keys, explain(err, "listing series with forecasts to score")
}

// Due implements foresight.ScoreStore.
func (s *ForecastScores) Due(ctx context.Context, key foresight.Key, now time.Time) ([]foresight.DueForecast, error) {
	rows, err := s.db.Query(ctx, `SELECT starts_at, medians, quantiles, document, score_due_at FROM forecasts
		WHERE tenant_id = $1 AND metric = $2 AND score_due_at <= $3 ORDER BY generated_at, forecast_id LIMIT $4`,
		key.TenantID, string(key.Metric), now, mostDue)
	if err != nil {
		return nil, explain(err, "reading forecasts to score of %s", key.TenantID)
	}
	due, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (one foresight.DueForecast, err error) {
		one.ForecastResult, err = scanForecast(row, scannedInstant{&one.DueAt})
		return one, err
	})
	return due, explain(err, "reading forecasts to score of %s", key.TenantID)
}

// KeepScores implements foresight.ScoreStore.
func (s *ForecastScores) KeepScores(ctx context.Context, scored []foresight.Scored) error {
	if len(scored) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, s.db, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, one := range scored {
			for _, score := range one.Scores {
				tally, err := json.Marshal(score.Tally)
				if err != nil {
					return err
				}
				batch.Queue(`INSERT INTO forecast_scores (forecast_id, to_step, tenant_id, metric, granularity, model, generated_at, from_step, tally, scored_at)
					VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, now())
					ON CONFLICT (forecast_id, to_step) DO UPDATE SET (tally, scored_at) = (excluded.tally, excluded.scored_at)`,
					score.ForecastID, score.To, score.TenantID, string(score.Metric), string(score.Granularity), score.Model,
					score.GeneratedAt, score.From, tally)
			}
			var due *time.Time
			if !one.DueAt.IsZero() {
				due = &one.DueAt
			}
			batch.Queue(`UPDATE forecasts SET score_due_at = $2 WHERE forecast_id = $1 AND score_due_at IS DISTINCT FROM $2`, one.ForecastID, due)
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	return explain(err, "keeping scores of %d forecasts", len(scored))
}

// Scores implements accuracy.Archive.
func (s *ForecastScores) Scores(ctx context.Context, tenantID string, metric forecast.ResourceMetric, lookback int) (scores []accuracy.Score, pending int, err error) {
	rows, err := s.db.Query(ctx, `SELECT forecast_id, tenant_id, metric, granularity, model, generated_at, from_step, to_step, tally
		FROM forecast_scores JOIN (
			SELECT forecast_id FROM forecast_scores WHERE tenant_id = $1 AND metric = $2
			GROUP BY forecast_id, generated_at ORDER BY generated_at DESC, forecast_id LIMIT $3
		) AS latest USING (forecast_id) ORDER BY generated_at DESC, forecast_id, to_step`, tenantID, string(metric), lookback)
	if err != nil {
		return nil, 0, explain(err, "reading scores of %s", tenantID)
	}
	scores, err = pgx.CollectRows(rows, scanScore)
	if err != nil {
		return nil, 0, explain(err, "reading scores of %s", tenantID)
	}
	err = s.db.QueryRow(ctx, `SELECT count(*) FROM forecasts f WHERE tenant_id = $1 AND metric = $2 AND score_due_at IS NOT NULL
		AND NOT EXISTS (SELECT FROM forecast_scores s WHERE s.forecast_id = f.forecast_id)`, tenantID, string(metric)).Scan(&pending)
	return scores, pending, explain(err, "counting forecasts of %s", tenantID)
}

func scanScore(row pgx.CollectableRow) (score accuracy.Score, err error) {
	var tally []byte
	err = row.Scan(&score.ForecastID, &score.TenantID, (*string)(&score.Metric), (*string)(&score.Granularity), &score.Model,
		scannedInstant{&score.GeneratedAt}, &score.From, &score.To, &tally)
	if err != nil {
		return score, err
	}
	return score, json.Unmarshal(tally, &score.Tally)
}
