package main

import (
	"runtime"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/internal/allocationfile"
	"github.com/omnicloud/omnicloud/internal/csvfile"
	"github.com/omnicloud/omnicloud/internal/focus"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

// eachCharge hands on the charges of a bill, file by file in byte order of name.
func (c *allocateCommand) eachCharge(std streams, add func(*charge.Charge) error) error {
	currency := c.Currency
	if currency == "" {
		currency = "USD"
	}
	files := csvfile.Readers(csvfile.Folder(c.Focus, std.In, nil))
	for next, err := range focus.Charges(files, focus.Options{Currency: currency}) {
		if err != nil {
			return err
		}
		if err := add(next); err != nil {
			return err
		}
	}
	return nil
}

// readRules reads rules that fit together and, where a roster is given, name its tenants alone.
func readRules(path string, roster *allocation.Roster) (allocation.RuleSet, error) {
	document, err := rulesfile.Read(path)
	if err != nil {
		return allocation.RuleSet{}, err
	}
	if roster != nil {
		err = document.CheckTenants(func(tenantID string) bool {
			_, listed := roster.Place(tenantID)
			return listed
		})
	}
	if err != nil {
		return allocation.RuleSet{}, err
	}
	return document.RuleSet(path)
}

// readDrivers reads usage for a bill's proportional pools; nil where none is given.
func (c *allocateCommand) readDrivers(std streams, run *billRun) (*allocation.Usage, error) {
	if c.Usage == "" {
		return nil, nil
	}
	counter := newLineCounter(std.Err, "usage lines")
	defer counter.finish()
	return allocationfile.ReadUsage(c.Usage, func() *allocation.Usage {
		return allocation.NewUsage(run.roster, run.rules, run.span)
	}, run.roster, runtime.GOMAXPROCS(0), counter.add)
}
