package statement

import (
	"maps"
	"slices"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
)

// Chart names the accounts of the general ledger that no tenant brings along.
type Chart struct {
	// Clearing takes the other side of every line: the account on which the provider's bill lies.
	Clearing string
	// Tenants is the account of tenants that have none of their own.
	Tenants string
	// Reserved maps reserved accounts such as @prepaid; one that is missing keeps its own name.
	Reserved map[string]string
}

// DefaultChart is the chart of an installation that configured none.
func DefaultChart() Chart {
	return Chart{
		Clearing: "cloud-clearing",
		Tenants:  "cloud-tenants",
		Reserved: map[string]string{
			allocation.AccountUnallocated:      "cloud-unallocated",
			allocation.AccountUntagged:         "cloud-untagged",
			allocation.AccountUnowned:          "cloud-unowned",
			allocation.AccountDeparted:         "cloud-departed",
			allocation.AccountUnusedCommitment: "cloud-unused-commitment",
			allocation.AccountPrepaid:          "cloud-prepaid",
			allocation.AccountVariance:         "cloud-variance",
			allocation.AccountRounding:         "cloud-rounding",
		},
	}
}

// The names under which Override takes what is no reserved account.
const (
	ChartClearing = "clearing"
	ChartTenants  = "tenants"
)

// Override returns the chart with some accounts named otherwise: by reserved account, "clearing" or
// "tenants". Any other name, or an empty account, is an InvalidInput error.
func (c Chart) Override(names map[string]string) (Chart, error) {
	c.Reserved = maps.Clone(c.Reserved)
	for _, name := range slices.Sorted(maps.Keys(names)) {
		account := names[name]
		if account == "" {
			return c, fault.New(fault.InvalidInput, "the GL account of %s is empty", name)
		}
		switch name {
		case ChartClearing:
			c.Clearing = account
		case ChartTenants:
			c.Tenants = account
		default:
			if err := allocation.CheckAccount(name); err != nil {
				return c, fault.Wrap(err, fault.InvalidInput, "a GL account is set for %q, which is neither clearing nor tenants", name)
			}
			c.Reserved[name] = account
		}
	}
	return c, nil
}

// account returns the GL account of a reserved account or tenant.
func (p *Publication) glAccount(chart Chart, account string) (glAccount, costCentre string) {
	if allocation.IsAccount(account) {
		if named, found := chart.Reserved[account]; found {
			return named, ""
		}
		return account, ""
	}
	tenant := p.tenants[account]
	if tenant.GLAccount == "" {
		return chart.Tenants, tenant.CostCentre
	}
	return tenant.GLAccount, tenant.CostCentre
}
