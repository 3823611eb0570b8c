package allocation

import (
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// Covers returns what tells whether the mapping gives a charge to a tenant, a pool or an account, so
// that an import can say how much of a bill would be unallocated. Owners are not looked at: an entry
// that leads to the owner of a resource counts as covering it. What is returned is not safe for
// concurrent use; a mapping that does not hold together is an InvalidInput error.
func (m Mapping) Covers() (func(*charge.Charge) bool, error) {
	matcher, err := newMatcher(m, nil)
	if err != nil {
		return nil, err
	}
	known := func(tenant string) bool { return tenancy.CheckID(tenant) == nil }
	return func(c *charge.Charge) bool { return matcher.decide(c, 0, known).place >= 0 }, nil
}
