package api

import (
	"context"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/remediation"
)

// Drift are the ports of the drift routes. All are required.
type Drift struct {
	Watch        driftwatch.Store
	Remediations remediation.Store
	History      DriftHistory
	Rules        driftwatch.RuleStore
	Figures      DriftFigures
	// Discretion hides the secrets of tenants in what people write.
	Discretion *driftwatch.Discretion
	// CheckRules returns an InvalidInput error, with its line, for rules that are not understood.
	CheckRules func(name string, document []byte) error
}

// DriftHistory reads the history of drift.
type DriftHistory interface {
	Entries(ctx context.Context, filter drifthistory.Filter, after drifthistory.Position, limit int) ([]drifthistory.Linked, error)
}

// ownTenant narrows what a tenant asks for to its own. It returns false where it asked for another's,
// which answers like nothing.
func ownTenant(ctx context.Context, asked string) (tenantID string, visible bool) {
	actor := actorOf(ctx)
	if !actor.Has(approval.RoleTenant) {
		return asked, true
	}
	return actor.TenantID, asked == "" || asked == actor.TenantID
}

// paged cuts a list that was read with one item more than the limit, and makes the cursor of the page
// after it.
func paged[Item, Position any](items []Item, limit int, listing string, position func(Item) Position) ([]Item, string, error) {
	if len(items) <= limit {
		if items == nil {
			items = []Item{}
		}
		return items, "", nil
	}
	items = items[:limit]
	next, err := encodeCursor(listing, position(items[limit-1]))
	return items, next, err
}

func listingOf(name string, filters ...string) string { return fmt.Sprintf("%s %q", name, filters) }
