package driftwatch

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// afterLeaving is how long a tenant that left is scanned though it runs nothing any more, so that what is
// open of it is seen to be gone.
const afterLeaving = 30 * 24 * time.Hour

// Tenants lists whom to scan: every tenant that is known, and every one that runs something or has open drift,
// known or not, left or not. Those that left a month ago and do neither are no longer scanned.
type Tenants struct {
	// Known list tenants; of one that several know, the first tells when it left.
	Known []tenancy.Directory
	// Running lists those that run something, or have open drift.
	Running tenancy.Directory
	Now     func() time.Time
}

var _ tenancy.Directory = Tenants{}

// Tenants implements tenancy.Directory. Its errors are those of the directories.
func (t Tenants) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	running, err := t.Running.Tenants(ctx)
	if err != nil {
		return nil, err
	}
	runs := make(map[string]bool, len(running))
	for _, tenant := range running {
		runs[tenant.ID] = true
	}
	var list []tenancy.Tenant
	seen := map[string]bool{}
	for _, directory := range append(slices.Clone(t.Known), t.Running) {
		tenants, err := directory.Tenants(ctx)
		if err != nil {
			return nil, err
		}
		for _, tenant := range tenants {
			gone := Left(tenant, t.Now().Add(-afterLeaving)) && !runs[tenant.ID]
			if !seen[tenant.ID] && !gone {
				list = append(list, tenant)
			}
			seen[tenant.ID] = true
		}
	}
	slices.SortFunc(list, func(a, b tenancy.Tenant) int { return strings.Compare(a.ID, b.ID) })
	return list, nil
}

// Left reports whether a tenant had left by an instant.
func Left(tenant tenancy.Tenant, by time.Time) bool {
	return !tenant.ActiveUntil.IsZero() && !tenant.ActiveUntil.After(by)
}
