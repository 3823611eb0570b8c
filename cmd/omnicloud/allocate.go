package main

import (
	"context"
	"runtime"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
)

// allocateCommand runs the allocation engine on files: shared pools by usage, or a whole FOCUS bill
// by rules. It writes nothing unless all of its input is good.
type allocateCommand struct {
	Usage   string `help:"CSV of tenant_id,category,quantity: what drives the split of shared cost." placeholder:"FILE"`
	Pools   string `help:"CSV of pool_id,amount,strategy,weights: the shared cost to split." placeholder:"FILE" group:"Pools by usage"`
	Tenants string `help:"CSV of tenant_id,plan,active_from,active_until,weight." placeholder:"FILE"`

	Focus    string `help:"FOCUS bill: a CSV file, plain or .gz, or a folder of them." placeholder:"PATH" group:"A bill by rules"`
	Rules    string `help:"Rules that map the bill's rows and split its pools." placeholder:"FILE" group:"A bill by rules"`
	Cost     string `help:"Cost column that is allocated: effective or billed." enum:"effective,billed" default:"effective" group:"A bill by rules"`
	PeriodBy string `help:"Column that decides a row's period: billing or charge." enum:"billing,charge" default:"billing" group:"A bill by rules"`

	Period     string `help:"Month to allocate, such as 2026-09. Needed where tenants or rules begin or end." placeholder:"MONTH"`
	Currency   string `help:"ISO 4217 code; USD where a file does not say." placeholder:"CODE"`
	Explain    string `help:"Also write how every cell came about, a JSON line each." placeholder:"FILE"`
	PostDigits *int   `help:"Also post the accounts' totals, rounded together to this number of digits; the currency's own by default." placeholder:"N"`
	Posting    string `help:"CSV of tenant_id,currency,amount to write what is posted to; standard output by default." placeholder:"FILE"`
	Out        string `help:"CSV of cells to write; - is standard output." placeholder:"FILE" required:""`
}

// Run chooses the form and allocates.
func (c *allocateCommand) Run(ctx context.Context, std streams) error {
	month, err := c.checkFlags()
	if err != nil {
		return err
	}
	if c.Focus != "" {
		return c.allocateBill(ctx, std, month)
	}
	return c.allocatePools(std, month)
}

// allocatePools splits the pools of a file by the usage of another.
func (c *allocateCommand) allocatePools(std streams, month period.Period) error {
	currency := c.Currency
	if currency == "" {
		currency = "USD"
	}
	tenants, roster, err := readRoster(c.Tenants)
	if err != nil {
		return err
	}
	if month.IsZero() && roster.Dated() {
		return fault.New(fault.InvalidInput, "tenants in %s begin or end, so that the period matters; give --period", c.Tenants)
	}
	pools, err := allocationfile.ReadPools(c.Pools)
	if err != nil {
		return err
	}
	span := allocation.SpanOf(month)
	counter := newLineCounter(std.Err, "usage lines")
	usage, err := allocationfile.ReadUsage(c.Usage, func() *allocation.Usage {
		return allocation.NewUsage(roster, allocation.RuleSet{}, span)
	}, roster, runtime.GOMAXPROCS(0), counter.add)
	counter.finish()
	if err != nil {
		return err
	}
	results, err := allocation.Split(pools, roster, usage, span, currency)
	if err != nil {
		return err
	}
	reportLeftOut(std.Err, usage)
	reportSplits(std.Err, results)
	return c.write(std, results, fileOrder(tenants, roster))
}

// readRoster reads the file of tenants; the slice keeps the order of the file.
func readRoster(path string) ([]tenancy.Tenant, *allocation.Roster, error) {
	tenants, err := allocationfile.ReadTenants(path)
	if err != nil {
		return nil, nil, err
	}
	if len(tenants) == 0 {
		return nil, nil, fault.New(fault.InvalidInput, "%s lists no tenant; there is nobody to allocate to", path)
	}
	roster, err := allocation.NewRoster(tenants)
	return tenants, roster, err
}

// fileOrder returns the tenants' places in the roster in the order of the file.
func fileOrder(tenants []tenancy.Tenant, roster *allocation.Roster) []int {
	order := make([]int, len(tenants))
	for i, tenant := range tenants {
		order[i], _ = roster.Place(tenant.ID)
	}
	return order
}
