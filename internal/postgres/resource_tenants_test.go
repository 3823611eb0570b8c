package postgres_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestTenantsThatRunSomething(t *testing.T) {
	b := newDriftBench(t)
	store := postgres.NewResourceTenants(b.pool)
	listed := func() []string {
		tenants, err := store.Tenants(ctx)
		require.NoError(t, err)
		return tenancy.SortedIDs(tenants)
	}
	require.Empty(t, listed())
	_, err := b.pool.Exec(ctx, `INSERT INTO resources (resource_id, resource_type, tenant_id, desired, state, version, updated_at)
		SELECT 'r-' || i, 'vm', (ARRAY['', 'acme', 'borealis', 'gone'])[1 + i % 4], '{}', CASE WHEN i % 4 = 3 THEN 'deleted' ELSE 'active' END, 1, now()
		FROM generate_series(1, 40) i`)
	require.NoError(t, err)
	require.Equal(t, []string{"acme", "borealis"}, listed(), "what belongs to nobody, or is deleted, names no tenant")

	_, err = b.pool.Exec(ctx, "UPDATE resources SET state = 'deleted'")
	require.NoError(t, err)
	b.scan(t, "", difference("vm-1", "a", "x", drift.Functional))
	require.Equal(t, []string{"acme"}, listed(), "something of it is open")
	b.scan(t, "")
	require.Empty(t, listed())
	seen, err := postgres.NewSeenTenants(b.pool).Tenants(ctx)
	require.NoError(t, err)
	require.Equal(t, []string{"acme"}, tenancy.SortedIDs(seen))
}
