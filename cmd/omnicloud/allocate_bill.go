package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

// allocateBill maps and splits a FOCUS bill by rules.
func (c *allocateCommand) allocateBill(ctx context.Context, std streams, month period.Period) error {
	run, err := c.prepareBill(month)
	if err != nil {
		return err
	}
	if err := c.readBill(ctx, std, run, month); err != nil {
		return err
	}
	usage, err := c.readDrivers(std, run)
	if err != nil {
		return err
	}
	result, err := run.bill.Allocate(usage)
	if err != nil {
		return err
	}
	if len(result.Totals) != 1 {
		return run.wrongCurrencies(result, c.Focus, c.Currency)
	}
	reportLeftOut(std.Err, usage)
	run.report(std, result)
	return c.write(std, result.Pools, run.order)
}

// billRun is one allocation of a bill on its way.
type billRun struct {
	rules   allocation.RuleSet
	roster  *allocation.Roster // nil without a file of tenants
	order   []int
	span    allocation.Span
	bill    *allocation.Bill
	foreign map[string]int // rows of other currencies, which were left out
	skipped int            // rows of other periods
}

// prepareBill reads rules and tenants and checks that they suit the period.
func (c *allocateCommand) prepareBill(month period.Period) (*billRun, error) {
	run := &billRun{span: allocation.SpanOf(month), foreign: make(map[string]int)}
	var err error
	if c.Tenants != "" {
		var tenants []tenancy.Tenant
		if tenants, run.roster, err = readRoster(c.Tenants); err != nil {
			return nil, err
		}
		run.order = fileOrder(tenants, run.roster)
	}
	if run.rules, err = readRules(c.Rules, run.roster); err != nil {
		return nil, err
	}
	if month.IsZero() && (run.rules.Dated() || run.roster != nil && run.roster.Dated()) {
		return nil, fault.New(fault.InvalidInput, "rules or tenants begin or end, so that the period matters; give --period")
	}
	run.bill, err = allocation.NewBill(allocation.BillOptions{
		Rules: run.rules, Roster: run.roster, Span: run.span, Basis: allocation.CostBasis(c.Cost),
	})
	return run, err
}

// readBill adds the charges of the chosen period and currency.
func (c *allocateCommand) readBill(ctx context.Context, std streams, run *billRun, month period.Period) error {
	counter := newLineCounter(std.Err, "charges")
	defer counter.finish()
	return c.eachCharge(std, func(next *charge.Charge) error {
		if counter.add(1); counter.lines%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !month.IsZero() && c.periodOf(next) != month {
			run.skipped++
			return nil
		}
		if c.Currency != "" && next.Currency != c.Currency {
			run.foreign[next.Currency]++
			return nil
		}
		return run.bill.Add(next)
	})
}

func (c *allocateCommand) periodOf(next *charge.Charge) period.Period {
	if c.PeriodBy == "charge" {
		return period.Of(next.ChargePeriodStart)
	}
	return next.BillingPeriod
}

// wrongCurrencies explains why a bill of no or several currencies is not allocated: the cells have
// no column for it.
func (r *billRun) wrongCurrencies(result *allocation.Result, path, currency string) error {
	if len(result.Totals) == 0 {
		what := "charge"
		if currency != "" {
			what = "charge in " + currency
		}
		return fault.New(fault.InvalidInput, "%s holds no %s of that period; %d rows belong to other periods", path, what, r.skipped)
	}
	var names []string
	for _, total := range result.Totals {
		names = append(names, total.Currency)
	}
	return fault.New(fault.InvalidInput, "%s is in %s; choose one with --currency", path, strings.Join(names, " and "))
}

// report says on standard error what the bill came to and how much of it reached tenants.
func (r *billRun) report(std streams, result *allocation.Result) {
	total := result.Totals[0]
	fmt.Fprintf(std.Err, "%d charges: billed %s %s, effective %s %s; %s cost allocated by %s\n",
		result.Rows, total.Billed, total.Currency, total.Effective, total.Currency, result.Basis, result.Version)
	fmt.Fprintf(std.Err, "coverage: %s %% of the cost reached tenants\n", total.Coverage.Shift(2))
	accounts := make([]string, 0, len(total.Accounts))
	for account := range total.Accounts {
		accounts = append(accounts, account)
	}
	slices.Sort(accounts)
	for _, account := range accounts {
		fmt.Fprintf(std.Err, "%s: %s %s\n", account, total.Accounts[account], total.Currency)
	}
	if r.skipped > 0 {
		fmt.Fprintf(std.Err, "%d rows of other periods were left out\n", r.skipped)
	}
	for currency, rows := range r.foreign {
		fmt.Fprintf(std.Err, "%d rows in %s were left out\n", rows, currency)
	}
	if result.Drivers == allocation.DriversDirectCost && r.proportional(result) {
		fmt.Fprintln(std.Err, "no usage: proportional pools are driven by the tenants' direct cost per category")
	}
	reportSplits(std.Err, result.Pools)
}

func (r *billRun) proportional(result *allocation.Result) bool {
	for i := range result.Pools {
		for _, part := range result.Pools[i].Parts {
			if part.Rule.Pool.Strategy == allocation.StrategyProportional {
				return true
			}
		}
	}
	return false
}
