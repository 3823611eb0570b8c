package api

import (
	"context"
	"fmt"
	"time"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// checkAlone refuses, at the place in the document, what no author means: rules that overlap, and
// tenants that do not exist.
func (s *server) checkAlone(ctx context.Context, document rulesfile.Document, stored []allocation.RuleVersion, superseded string) error {
	if err := document.CheckOverlaps(); err != nil {
		return pointed(err)
	}
	for i, rule := range document.Pools {
		for _, version := range stored {
			if version.Pool != nil && version.RuleID != superseded && rule.Overlaps(*version.Pool) {
				return overlapsStored(i, version)
			}
		}
	}
	return s.checkNamedTenants(ctx, document)
}

// overlapsStored names the place in the document and the rule that is there, by the id under which it
// can be looked up.
func overlapsStored(place int, version allocation.RuleVersion) error {
	from, until := version.Effective()
	during := ""
	if !from.IsZero() {
		during += " from " + from.UTC().Format(time.RFC3339)
	}
	if !until.IsZero() {
		during += " until " + until.UTC().Format(time.RFC3339)
	}
	message := fmt.Sprintf("pools[%d] overlaps in time with rule %s version %d%s, which is about pool %q too; supersede that rule, or end one before the other begins",
		place, version.RuleID, version.Version, during, version.Pool.PoolID)
	refusal := fault.New(fault.Conflict, "%s", message)
	refusal.Fields = []fault.Field{{Pointer: fmt.Sprintf("/pools/%d", place), Message: message}}
	return refusal
}

// checkNamedTenants refuses tenants that neither an import nor the platform's directory has, since a
// later close would stop at them. Where nobody is known yet, rules may come before tenants.
func (s *server) checkNamedTenants(ctx context.Context, document rulesfile.Document) error {
	named := false
	_ = document.CheckTenants(func(string) bool {
		named = true
		return true
	})
	if !named {
		return nil
	}
	known := make(map[string]bool)
	for _, directory := range []tenancy.Directory{s.Inputs.Stored, s.Inputs.Directory} {
		tenants, err := directory.Tenants(ctx)
		if err != nil {
			return err
		}
		for _, tenant := range tenants {
			known[tenant.ID] = true
		}
		// The platform is asked only about tenants that no import has.
		if document.CheckTenants(func(id string) bool { return known[id] }) == nil {
			return nil
		}
	}
	if len(known) == 0 {
		return nil
	}
	return pointed(document.CheckTenants(func(id string) bool { return known[id] }))
}
