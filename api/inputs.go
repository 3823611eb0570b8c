package api

import (
	"context"
	"slices"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// StoredInputs reads what was delivered so far; postgres.CurrentInputs is one.
type StoredInputs interface {
	tenancy.Directory
	// UsageTotals sums the usage of a month by tenant and category, in byte order of both.
	UsageTotals(ctx context.Context, month period.Period) ([]intake.UsageTotal, error)
}

// Inputs reads what stands now, for calculations that no close has frozen anything for: what was
// delivered, and before a first delivery what the platform's services say. All fields are required.
type Inputs struct {
	Stored    StoredInputs
	Directory tenancy.Directory
	// Seen lists the tenants that resources are, or were, known of.
	Seen    tenancy.Directory
	Compute closing.Compute
}

// tenants lists every tenant that ever existed, in byte order of id.
func (i Inputs) tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	tenants, err := i.Stored.Tenants(ctx)
	if err != nil || len(tenants) > 0 {
		return tenants, err
	}
	return i.Directory.Tenants(ctx)
}

// knows reports whether a tenant ever existed: one that was delivered, that the tenants service has, or that
// ran something. Whoever delivers some tenants of his own does not lose sight of the others.
func (i Inputs) knows(ctx context.Context, tenantID string) (bool, error) {
	for _, directory := range []tenancy.Directory{i.Stored, i.Directory, i.Seen} {
		tenants, err := directory.Tenants(ctx)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(tenants, func(tenant tenancy.Tenant) bool { return tenant.ID == tenantID }) {
			return true, nil
		}
	}
	return false, nil
}

// usage hands a month's usage to use, line by line or in sums.
func (i Inputs) usage(ctx context.Context, month period.Period, use func(charge.Usage) error) error {
	totals, err := i.Stored.UsageTotals(ctx, month)
	if err != nil {
		return err
	}
	if len(totals) == 0 {
		return i.usageOfService(ctx, month, use)
	}
	for _, total := range totals {
		if err := use(charge.Usage{TenantID: total.TenantID, Category: total.Category, Quantity: total.Quantity}); err != nil {
			return err
		}
	}
	return nil
}

func (i Inputs) usageOfService(ctx context.Context, month period.Period, use func(charge.Usage) error) error {
	cursor := ""
	for {
		page, err := i.Compute.Usage(ctx, month, cursor)
		if err != nil {
			return err
		}
		for _, line := range page.Usage {
			if err := use(line); err != nil {
				return err
			}
		}
		if page.Next == "" {
			return nil
		}
		cursor = page.Next
	}
}
