package allocation

import (
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// The accounts beside tenants. Nothing of a bill vanishes: what no tenant bears is on one of them.
const (
	// AccountUnallocated holds rows that the mapping leads nowhere, and pools without a driver
	// whose rule says residual.
	AccountUnallocated = "@unallocated"
	// AccountUntagged holds rows without the tags that the mapping asks for.
	AccountUntagged = "@untagged"
	// AccountUnowned holds rows of resources that nobody owned at the time.
	AccountUnowned = "@unowned"
	// AccountDeparted holds rows of tenants that had left by the time of the charge.
	AccountDeparted = "@departed"
	// AccountUnusedCommitment holds what a commitment cost in time in which nobody used it, where
	// the mapping leads to no owner.
	AccountUnusedCommitment = "@unused-commitment"
	// AccountPrepaid holds billed − effective cost: paid now, used in other periods.
	AccountPrepaid = "@prepaid"
	// AccountVariance holds the tolerated difference from billing's control totals.
	AccountVariance = "@variance"
	// AccountRounding holds what full precision leaves over when amounts are posted.
	AccountRounding = "@rounding"
)

// IsAccount reports whether a name is that of a reserved account rather than a tenant.
func IsAccount(name string) bool { return strings.HasPrefix(name, "@") }

// CheckAccount returns an InvalidInput error unless name is a reserved account.
func CheckAccount(name string) error {
	switch name {
	case AccountUnallocated, AccountUntagged, AccountUnowned, AccountDeparted,
		AccountUnusedCommitment, AccountPrepaid, AccountVariance, AccountRounding:
		return nil
	default:
		return fault.New(fault.InvalidInput, "account %.60q is none of @unallocated, @untagged, @unowned, "+
			"@departed, @unused-commitment, @prepaid, @variance, @rounding", name)
	}
}
