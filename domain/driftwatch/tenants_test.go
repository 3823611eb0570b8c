package driftwatch_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

type listed []tenancy.Tenant

func (l listed) Tenants(context.Context) ([]tenancy.Tenant, error) { return l, nil }

type unknown struct{}

func (unknown) Tenants(context.Context) ([]tenancy.Tenant, error) {
	return nil, fault.New(fault.Unavailable, "the tenants service does not answer")
}

func TestTenantsToScan(t *testing.T) {
	now := time.Date(2026, time.June, 1, 0, 0, 0, 0, time.UTC)
	left := func(id string, days int) tenancy.Tenant {
		return tenancy.Tenant{ID: id, ActiveUntil: now.AddDate(0, 0, -days)}
	}
	ids := func(directory driftwatch.Tenants) []string {
		directory.Now = func() time.Time { return now }
		tenants, err := directory.Tenants(t.Context())
		require.NoError(t, err)
		return tenancy.SortedIDs(tenants)
	}
	delivered := listed{{ID: "payments"}, left("b-gone", 40)}
	service := listed{{ID: "acme"}, {ID: "payments"}, left("c-gone-and-running", 400), left("d-leaving", 2), {ID: "b-gone"}}
	running := listed{{ID: "acme"}, {ID: "c-gone-and-running"}, {ID: "z-known-to-none"}}
	require.Equal(t, []string{"acme", "c-gone-and-running", "d-leaving", "payments", "z-known-to-none"},
		ids(driftwatch.Tenants{Known: []tenancy.Directory{delivered, service}, Running: running}))
	require.Empty(t, ids(driftwatch.Tenants{Running: listed{}}))

	_, err := driftwatch.Tenants{Known: []tenancy.Directory{unknown{}}, Running: running}.Tenants(t.Context())
	require.Equal(t, fault.Unavailable, fault.CodeOf(err), "half a list would end scans")
}
