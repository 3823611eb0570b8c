package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/period"
)

// TenantCosts answers a tenant from what PostgreSQL shows that tenant, whatever account a query
// names. Each answer is a transaction of AsTenant. It is safe for concurrent use.
type TenantCosts struct {
	pool   *pgxpool.Pool
	tenant string
}

var _ allocation.CostReader = (*TenantCosts)(nil)

// NewTenantCosts returns a tenant's reader.
func NewTenantCosts(pool *pgxpool.Pool, tenant string) *TenantCosts {
	return &TenantCosts{pool: pool, tenant: tenant}
}

// CostPeriods implements allocation.CostReader.
func (c *TenantCosts) CostPeriods(ctx context.Context, book string, first, last period.Period) (found []allocation.CostPeriod, err error) {
	err = AsTenant(ctx, c.pool, c.tenant, func(tx pgx.Tx) error {
		found, err = NewCosts(tx).CostPeriods(ctx, book, first, last)
		return err
	})
	return found, err
}

// DailyCosts implements allocation.CostReader.
func (c *TenantCosts) DailyCosts(ctx context.Context, query allocation.CostQuery) (found []allocation.DailyCost, err error) {
	err = AsTenant(ctx, c.pool, c.tenant, func(tx pgx.Tx) error {
		found, err = NewCosts(tx).DailyCosts(ctx, query)
		return err
	})
	return found, err
}

// DailyTotals implements allocation.CostReader.
func (c *TenantCosts) DailyTotals(ctx context.Context, query allocation.DailyTotalQuery, use func(allocation.DailyTotal) error) error {
	return AsTenant(ctx, c.pool, c.tenant, func(tx pgx.Tx) error { return NewCosts(tx).DailyTotals(ctx, query, use) })
}

// CostItems implements allocation.CostReader.
func (c *TenantCosts) CostItems(ctx context.Context, query allocation.CostQuery) (found []allocation.CostItem, err error) {
	err = AsTenant(ctx, c.pool, c.tenant, func(tx pgx.Tx) error {
		found, err = NewCosts(tx).CostItems(ctx, query)
		return err
	})
	return found, err
}

// TagTotals implements allocation.CostReader.
func (c *TenantCosts) TagTotals(ctx context.Context, query allocation.TagTotalQuery) (found []allocation.TagTotal, err error) {
	err = AsTenant(ctx, c.pool, c.tenant, func(tx pgx.Tx) error {
		found, err = NewCosts(tx).TagTotals(ctx, query)
		return err
	})
	return found, err
}
