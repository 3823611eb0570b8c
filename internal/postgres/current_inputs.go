package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// CurrentInputs reads what stands now, for calculations that no close has frozen anything for. It is
// safe for concurrent use.
type CurrentInputs struct{ db DB }

var _ tenancy.Directory = (*CurrentInputs)(nil)

// NewCurrentInputs returns a reader on a pool.
func NewCurrentInputs(db DB) *CurrentInputs { return &CurrentInputs{db: db} }

// Tenants lists every tenant, in byte order of id; it is a tenancy.Directory of what was imported or
// collected last.
func (c *CurrentInputs) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	rows, err := c.db.Query(ctx, selectTenants("s.kind = 'tenants' AND s.status = 'current' AND b.status = 'sealed'"))
	if err != nil {
		return nil, explain(err, "listing the tenants")
	}
	tenants, err := pgx.CollectRows(rows, scanTenant)
	return tenants, explain(err, "listing the tenants")
}

// UsageTotals sums the usage of a month by tenant and category, in byte order of both.
func (c *CurrentInputs) UsageTotals(ctx context.Context, month period.Period) ([]intake.UsageTotal, error) {
	rows, err := c.db.Query(ctx, `SELECT u.tenant_id, u.category, sum(u.quantity)
		FROM usage_records u JOIN input_slices s USING (slice_id) JOIN input_batches b USING (batch_id)
		WHERE s.kind = 'usage' AND s.status = 'current' AND b.status = 'sealed' AND s.period = $1
		GROUP BY 1, 2 ORDER BY 1, 2`, month.String())
	if err != nil {
		return nil, explain(err, "summing the usage of %s", month)
	}
	totals, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (total intake.UsageTotal, err error) {
		return total, row.Scan(&total.TenantID, &total.Category, scannedNumber{&total.Quantity})
	})
	return totals, explain(err, "summing the usage of %s", month)
}
