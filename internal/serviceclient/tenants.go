package serviceclient

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Tenants is a client of the tenants service.
type Tenants struct{ *caller }

var _ tenancy.Directory = (*Tenants)(nil)

// Tenants returns every tenant that ever existed, in byte order of id. A tenant that is listed
// twice, or on a plan that does not exist, is an Upstream error.
func (t *Tenants) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	tenants := listing[tenancy.Tenant, tenancy.Tenant]{path: "v1/tenants", list: "tenants", accept: acceptTenant}
	items, err := tenants.all(ctx, t.caller, nil)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(items, func(a, b tenancy.Tenant) int { return cmp.Compare(a.ID, b.ID) })
	for i := 1; i < len(items); i++ {
		if items[i].ID == items[i-1].ID {
			return nil, t.fromTransport(ctx, "GET "+t.base.JoinPath(tenants.path).Path, 0,
				fmt.Errorf("%w: tenant %q is listed twice", errSchema, items[i].ID))
		}
	}
	return items, nil
}

func acceptTenant(item tenancy.Tenant) (tenancy.Tenant, error) {
	if err := tenancy.CheckID(item.ID); err != nil {
		return item, fmt.Errorf("%w: %w", errSchema, err)
	}
	if _, err := tenancy.ParsePlan(string(item.Plan)); err != nil {
		return item, fmt.Errorf("%w: %w", errSchema, err)
	}
	return item, checkNumber("weight", &item.Weight)
}
