package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// ForecastModels is the foresight.ModelStore in PostgreSQL. It is safe for concurrent use.
type ForecastModels struct{ db DB }

var _ foresight.ModelStore = (*ForecastModels)(nil)

// NewForecastModels returns the store on a pool, or on the transaction of AsTenant for reading.
func NewForecastModels(db DB) *ForecastModels { return &ForecastModels{db: db} }

// InUse implements foresight.ModelStore.
func (m *ForecastModels) InUse(ctx context.Context, granularity forecast.ForecastGranularity, keys []foresight.Key) (map[foresight.Key]foresight.Model, error) {
	tenants, metrics := make([]string, len(keys)), make([]string, len(keys))
	for i, key := range keys {
		tenants[i], metrics[i] = key.TenantID, string(key.Metric)
	}
	rows, err := m.db.Query(ctx, `SELECT DISTINCT ON (tenant_id, metric) document FROM forecast_models
		JOIN unnest($1::text[], $2::text[]) AS wanted (tenant_id, metric) USING (tenant_id, metric)
		WHERE granularity = $3 ORDER BY tenant_id, metric, version DESC`, tenants, metrics, string(granularity))
	if err != nil {
		return nil, explain(err, "reading the models in use")
	}
	models, err := pgx.CollectRows(rows, scanDocument[foresight.Model])
	inUse := make(map[foresight.Key]foresight.Model, len(models))
	for _, model := range models {
		inUse[model.Key] = model
	}
	return inUse, explain(err, "reading the models in use")
}

// Decide implements foresight.ModelStore. What a challenger won against is checked by its version: the
// next version can be taken once.
func (m *ForecastModels) Decide(ctx context.Context, decisions []foresight.Decision) error {
	if len(decisions) == 0 {
		return nil
	}
	err := pgx.BeginFunc(ctx, m.db, func(tx pgx.Tx) error {
		batch := &pgx.Batch{}
		for _, decision := range decisions {
			if err := queueDecision(batch, decision); err != nil {
				return err
			}
		}
		return tx.SendBatch(ctx, batch).Close()
	})
	return explain(err, "recording %d decisions on models", len(decisions))
}

func queueDecision(batch *pgx.Batch, d foresight.Decision) error {
	document, err := json.Marshal(d)
	if err != nil {
		return err
	}
	model, err := json.Marshal(d.Challenger)
	if err != nil {
		return err
	}
	late := d
	late.Promoted, late.Challenger.Version, late.Challenger.PromotedAt = false, 0, time.Time{}
	late.Reason = "another model took the place of the one in use meanwhile"
	missed, err := json.Marshal(late)
	if err != nil {
		return err
	}
	batch.Queue(`WITH undecided AS (
			SELECT WHERE NOT EXISTS (SELECT FROM forecast_contests
				WHERE (tenant_id, metric, granularity, run) = ($1, $2, $3, $4))
		), put AS (
			INSERT INTO forecast_models (tenant_id, metric, granularity, version, document, promoted_at)
			SELECT $1, $2, $3, $5, $6::json, $7::timestamptz FROM undecided WHERE $8
			ON CONFLICT (tenant_id, metric, granularity, version) DO NOTHING RETURNING version
		)
		INSERT INTO forecast_contests (tenant_id, metric, granularity, run, decided_at, promoted, document)
		SELECT $1, $2, $3, $4, $7, $8 AND EXISTS (SELECT FROM put),
			CASE WHEN $8 AND NOT EXISTS (SELECT FROM put) THEN $10::json ELSE $9::json END
		FROM undecided ON CONFLICT (tenant_id, metric, granularity, run) DO NOTHING`,
		d.Challenger.TenantID, string(d.Challenger.Metric), string(d.Challenger.Granularity), d.Run,
		d.Challenger.Version, model, d.DecidedAt, d.Promoted, document, missed)
	return nil
}

// Decisions implements foresight.ModelStore.
func (m *ForecastModels) Decisions(ctx context.Context, key foresight.Key, after foresight.DecisionPosition, limit int) ([]foresight.Decision, error) {
	rows, err := m.db.Query(ctx, `SELECT document FROM forecast_contests WHERE tenant_id = $1 AND metric = $2
		AND ($5 = '' OR decided_at < $3 OR decided_at = $3 AND (granularity, run) > ($4, $5))
		ORDER BY decided_at DESC, granularity, run LIMIT $6`,
		key.TenantID, string(key.Metric), after.DecidedAt, string(after.Granularity), after.Run, limit)
	if err != nil {
		return nil, explain(err, "listing decisions on models of %s", key.TenantID)
	}
	list, err := pgx.CollectRows(rows, scanDocument[foresight.Decision])
	return list, explain(err, "listing decisions on models of %s", key.TenantID)
}

// scanDocument reads the JSON document that a row consists of.
func scanDocument[D any](row pgx.CollectableRow) (document D, err error) {
	var text []byte
	if err := row.Scan(&text); err != nil {
		return document, err
	}
	return document, json.Unmarshal(text, &document)
}
