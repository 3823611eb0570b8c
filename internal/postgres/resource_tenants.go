package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// ResourceTenants lists tenants by what they run. It is safe for concurrent use.
type ResourceTenants struct {
	db DB
	// also selects those that are listed beside them.
	also string
}

var _ tenancy.Directory = (*ResourceTenants)(nil)

// NewResourceTenants lists the tenants that run something, or whose drift is not resolved.
func NewResourceTenants(db DB) *ResourceTenants {
	return &ResourceTenants{db: db, also: "SELECT tenant_id FROM drift_counts WHERE drifts > 0"}
}

// NewSeenTenants lists the tenants that run something, or that the history of drift tells of.
func NewSeenTenants(db DB) *ResourceTenants {
	return &ResourceTenants{db: db, also: "SELECT tenant_id FROM drift_history_heads"}
}

// Tenants lists them, in byte order of id; of each it knows the id alone. It steps from tenant to tenant
// and reads no resource between.
func (r *ResourceTenants) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	rows, err := r.db.Query(ctx, `WITH RECURSIVE known AS (
			SELECT min(tenant_id) AS tenant_id FROM resources WHERE state <> 'deleted' AND tenant_id > ''
			UNION ALL
			SELECT (SELECT min(tenant_id) FROM resources WHERE state <> 'deleted' AND tenant_id > known.tenant_id)
			FROM known WHERE known.tenant_id IS NOT NULL)
		SELECT tenant_id FROM known WHERE tenant_id IS NOT NULL UNION `+r.also+` ORDER BY tenant_id`)
	if err != nil {
		return nil, explain(err, "listing the tenants that run something")
	}
	tenants, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (tenant tenancy.Tenant, err error) {
		err = row.Scan(&tenant.ID)
		return tenant, err
	})
	return tenants, explain(err, "listing the tenants that run something")
}
