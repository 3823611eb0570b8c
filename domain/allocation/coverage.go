package allocation

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Coverage returns what tells whether a mapping in effect when a charge began gives it to a tenant,
// a pool or an account, so that an import can say how much of a bill would be unallocated; nil where
// there is no mapping among the versions. Owners are not looked at: an entry that leads to the owner
// of a resource counts as covering it. Unused hours of a commitment are covered without a rule. What is returned is not safe for concurrent use. A mapping
// that does not hold together is an InvalidInput error.
func Coverage(versions []RuleVersion) (func(*charge.Charge) bool, error) {
	type dated struct {
		from, until time.Time
		matcher     *matcher
	}
	var mappings []dated
	for _, version := range versions {
		if version.Mapping == nil {
			continue
		}
		// Each has a matcher of its own: whether any matches does not depend on their order.
		matcher, err := newMatcher([]RuleVersion{version}, nil)
		if err != nil {
			return nil, err
		}
		from, until := version.Effective()
		mappings = append(mappings, dated{from, until, matcher})
	}
	if len(mappings) == 0 {
		return nil, nil
	}
	known := func(tenant string) bool { return tenancy.CheckID(tenant) == nil }
	return func(c *charge.Charge) bool {
		for _, mapping := range mappings {
			begun := !c.ChargePeriodStart.Before(mapping.from)
			if begun && (mapping.until.IsZero() || c.ChargePeriodStart.Before(mapping.until)) &&
				mapping.matcher.decide(c, 0, known).place >= 0 {
				return true
			}
		}
		return c.UnusedCommitment() // which has an account of its own
	}, nil
}
