package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
)

var (
	_ foresight.UsageStore = (*TenantUsage)(nil)
	_ foresight.Archive    = (*TenantForecasts)(nil)
	_ foresight.Models     = (*TenantForecasts)(nil)
	_ foresight.Standings  = (*TenantForecasts)(nil)
	_ foresight.Statements = (*TenantForecasts)(nil)
	_ accuracy.Archive     = (*TenantForecasts)(nil)
)

// TenantUsage answers a tenant from the usage that PostgreSQL shows that tenant, whatever series is asked
// for; each answer is a transaction of AsTenant. What was metered is kept as the service. It is safe for
// concurrent use.
type TenantUsage struct {
	*Usage
	pool   *pgxpool.Pool
	tenant string
}

// NewTenantUsage returns a tenant's store.
func NewTenantUsage(pool *pgxpool.Pool, tenant string) *TenantUsage {
	return &TenantUsage{NewUsage(pool), pool, tenant}
}

// Hours implements foresight.UsageStore.
func (u *TenantUsage) Hours(ctx context.Context, key foresight.Key, from, until time.Time) ([]foresight.Hour, error) {
	return asTenant(ctx, u.pool, u.tenant, func(tx pgx.Tx) ([]foresight.Hour, error) { return NewUsage(tx).Hours(ctx, key, from, until) })
}

// Latest implements foresight.UsageStore.
func (u *TenantUsage) Latest(ctx context.Context, key foresight.Key) (time.Time, error) {
	return asTenant(ctx, u.pool, u.tenant, func(tx pgx.Tx) (time.Time, error) { return NewUsage(tx).Latest(ctx, key) })
}

// TenantForecasts answers a tenant from the forecasts, models, scores, alerts and statements that PostgreSQL shows that
// tenant, as TenantUsage does.
type TenantForecasts struct {
	all    *Forecasts
	pool   *pgxpool.Pool
	tenant string
}

// NewTenantForecasts returns a tenant's store.
func NewTenantForecasts(pool *pgxpool.Pool, tenant string) *TenantForecasts {
	return &TenantForecasts{NewForecasts(pool), pool, tenant}
}

// Put implements foresight.Archive.
func (f *TenantForecasts) Put(ctx context.Context, forecasts []forecast.ForecastResult) error {
	return f.all.Put(ctx, forecasts)
}

// Forecast implements foresight.Archive.
func (f *TenantForecasts) Forecast(ctx context.Context, id string) (forecast.ForecastResult, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) (forecast.ForecastResult, error) { return NewForecasts(tx).Forecast(ctx, id) })
}

// Several implements foresight.Archive.
func (f *TenantForecasts) Several(ctx context.Context, ids []string) ([]forecast.ForecastResult, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) ([]forecast.ForecastResult, error) { return NewForecasts(tx).Several(ctx, ids) })
}

// Forecasts implements foresight.Archive.
func (f *TenantForecasts) Forecasts(ctx context.Context, tenantID string, metric forecast.ResourceMetric, limit int) ([]forecast.ForecastResult, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) ([]forecast.ForecastResult, error) {
		return NewForecasts(tx).Forecasts(ctx, tenantID, metric, limit)
	})
}

// InUse implements foresight.Models.
func (f *TenantForecasts) InUse(ctx context.Context, granularity forecast.ForecastGranularity, keys []foresight.Key) (map[foresight.Key]foresight.Model, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) (map[foresight.Key]foresight.Model, error) {
		return NewForecastModels(tx).InUse(ctx, granularity, keys)
	})
}

// Decisions implements foresight.Models.
func (f *TenantForecasts) Decisions(ctx context.Context, key foresight.Key, after foresight.DecisionPosition, limit int) ([]foresight.Decision, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) ([]foresight.Decision, error) {
		return NewForecastModels(tx).Decisions(ctx, key, after, limit)
	})
}

// Standing implements foresight.Standings.
func (f *TenantForecasts) Standing(ctx context.Context, tenantID string) ([]foresight.Standing, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) ([]foresight.Standing, error) { return NewCapacityWatch(tx).Standing(ctx, tenantID) })
}

// Terms implements foresight.Statements.
func (f *TenantForecasts) Terms(ctx context.Context, keys []foresight.Key) (map[foresight.Key]foresight.Terms, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) (map[foresight.Key]foresight.Terms, error) { return NewStatements(tx).Terms(ctx, keys) })
}

// Events implements foresight.Statements.
func (f *TenantForecasts) Events(ctx context.Context) ([]event.Event, error) {
	return asTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) ([]event.Event, error) { return NewStatements(tx).Events(ctx) })
}

// Scores implements accuracy.Archive.
func (f *TenantForecasts) Scores(ctx context.Context, tenantID string, metric forecast.ResourceMetric, lookback int) (scores []accuracy.Score, pending int, err error) {
	err = AsTenant(ctx, f.pool, f.tenant, func(tx pgx.Tx) error {
		scores, pending, err = NewForecastScores(tx).Scores(ctx, tenantID, metric, lookback)
		return err
	})
	return scores, pending, err
}

// asTenant is AsTenant for a read of one value.
func asTenant[V any](ctx context.Context, pool *pgxpool.Pool, tenant string, read func(tx pgx.Tx) (V, error)) (value V, err error) {
	err = AsTenant(ctx, pool, tenant, func(tx pgx.Tx) error {
		value, err = read(tx)
		return err
	})
	return value, err
}
