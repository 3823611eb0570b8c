package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

// Forecasts is the foresight.Archive in PostgreSQL. It is safe for concurrent use.
type Forecasts struct{ db DB }

var _ foresight.Archive = (*Forecasts)(nil)

// NewForecasts returns the store on a pool.
func NewForecasts(db DB) *Forecasts { return &Forecasts{db: db} }

// Put implements foresight.Archive.
func (f *Forecasts) Put(ctx context.Context, forecasts []forecast.ForecastResult) error {
	err := pgx.BeginFunc(ctx, f.db, func(tx pgx.Tx) error { return putForecasts(ctx, tx, forecasts) })
	return explain(err, "keeping forecasts")
}

// putForecasts copies many beside the table first: whoever repeats a step after a crash repeats its ids.
func putForecasts(ctx context.Context, tx pgx.Tx, forecasts []forecast.ForecastResult) error {
	if len(forecasts) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, `CREATE TEMPORARY TABLE IF NOT EXISTS staged_forecasts (LIKE omnicloud.forecasts) ON COMMIT DROP`); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `TRUNCATE staged_forecasts`); err != nil {
		return err
	}
	columns := []string{"forecast_id", "tenant_id", "metric", "granularity", "generated_at", "starts_at", "medians", "quantiles", "document", "score_due_at"}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"staged_forecasts"}, columns, pgx.CopyFromSlice(len(forecasts), func(i int) ([]any, error) {
		return forecastRow(forecasts[i])
	}))
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO forecasts SELECT * FROM staged_forecasts ON CONFLICT (forecast_id) DO NOTHING`)
	return err
}

func forecastRow(given forecast.ForecastResult) ([]any, error) {
	one := given
	if len(one.Predictions) == 0 {
		return nil, fault.New(fault.Internal, "forecast %s has no predictions to keep", one.ID)
	}
	medians := make([]float32, len(one.Predictions))
	quantiles := make([]float32, 0, len(one.Predictions)*len(one.Levels))
	for i, p := range one.Predictions {
		medians[i] = float32(p.Value)
		for _, q := range p.Quantiles {
			quantiles = append(quantiles, float32(q))
		}
	}
	first := one.Predictions[0].Timestamp
	one.Predictions = nil
	document, err := json.Marshal(one)
	return []any{one.ID, one.TenantID, string(one.Metric), string(one.Granularity), one.GeneratedAt, first, medians, quantiles, document, foresight.FirstDue(given)}, err
}

const forecastColumns = `SELECT starts_at, medians, quantiles, document FROM forecasts `

// Forecast implements foresight.Archive.
func (f *Forecasts) Forecast(ctx context.Context, id string) (forecast.ForecastResult, error) {
	rows, err := f.db.Query(ctx, forecastColumns+`WHERE forecast_id = $1`, id)
	if err != nil {
		return forecast.ForecastResult{}, explain(err, "reading a forecast")
	}
	one, err := pgx.CollectExactlyOneRow(rows, scanWhole)
	if noRow(err) {
		return one, fault.New(fault.NotFound, "there is no such forecast")
	}
	return one, explain(err, "reading a forecast")
}

// Several implements foresight.Archive.
func (f *Forecasts) Several(ctx context.Context, ids []string) ([]forecast.ForecastResult, error) {
	rows, err := f.db.Query(ctx, forecastColumns+`WHERE forecast_id = ANY ($1) ORDER BY forecast_id`, ids)
	if err != nil {
		return nil, explain(err, "reading %d forecasts", len(ids))
	}
	list, err := pgx.CollectRows(rows, scanWhole)
	return list, explain(err, "reading %d forecasts", len(ids))
}

// Forecasts implements foresight.Archive.
func (f *Forecasts) Forecasts(ctx context.Context, tenantID string, metric forecast.ResourceMetric, limit int) ([]forecast.ForecastResult, error) {
	rows, err := f.db.Query(ctx, forecastColumns+`WHERE tenant_id = $1 AND metric = $2
		ORDER BY generated_at DESC, forecast_id LIMIT $3`, tenantID, string(metric), limit)
	if err != nil {
		return nil, explain(err, "listing forecasts of %s", tenantID)
	}
	list, err := pgx.CollectRows(rows, scanWhole)
	return list, explain(err, "listing forecasts of %s", tenantID)
}

func scanWhole(row pgx.CollectableRow) (forecast.ForecastResult, error) { return scanForecast(row) }

// scanForecast reads a forecast, and columns that follow its own.
func scanForecast(row pgx.CollectableRow, further ...any) (forecast.ForecastResult, error) {
	var one forecast.ForecastResult
	var first time.Time
	var medians, quantiles []float32
	var document []byte
	if err := row.Scan(append([]any{&first, &medians, &quantiles, &document}, further...)...); err != nil {
		return one, err
	}
	if err := json.Unmarshal(document, &one); err != nil {
		return one, err
	}
	levels := len(one.Levels)
	if len(quantiles) != levels*len(medians) {
		return one, fault.New(fault.Tampered, "forecast %s is stored with %d quantiles instead of %d", one.ID, len(quantiles), levels*len(medians))
	}
	one.Predictions = make([]forecast.Prediction, len(medians))
	for i, median := range medians {
		prediction := forecast.Prediction{Timestamp: one.Granularity.Step(first.UTC(), i), Value: float64(median), Quantiles: make([]float64, levels)}
		for j := range levels {
			prediction.Quantiles[j] = float64(quantiles[i*levels+j])
		}
		one.Predictions[i] = prediction
	}
	return one, nil
}
