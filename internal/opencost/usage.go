// Package opencost reads what OpenCost says was allocated in a Kubernetes cluster (the answer of its
// routes /allocation and /allocation/compute) as usage of tenants. Its costs are not read: they are
// estimates in floating point, while the bill says what was charged. Its quantities drive the split.
package opencost

import (
	"errors"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/intake"
	"github.com/omnicloud/omnicloud/domain/money"
	"github.com/omnicloud/omnicloud/domain/period"
)

// read yields a row for each allocation of a tenant and each category that it used.
func read(file intake.File, options intake.FormatOptions, seen map[string]bool, yield func(intake.Row, error) bool) (bool, error) {
	memory, err := memoryCategory(options.Cluster.MemoryAs)
	if err != nil {
		return false, err
	}
	if err := options.Cluster.Check(); err != nil {
		return false, err
	}
	owners, more := owners{options.Cluster}, true
	err = newAnswer(file, func(where string, allocated *entry) error {
		usage, month, err := allocated.when(options.Period)
		if err != nil {
			return refuse(file, where, err)
		}
		quantities, err := allocated.quantities(memory)
		if err != nil {
			return refuse(file, where, err)
		}
		key := fmt.Sprintf("%s\x00%d\x00%d", allocated.Name, usage.Start.UnixNano(), usage.End.UnixNano())
		if seen[key] {
			return refuse(file, where, fault.New(fault.InvalidInput, "the same allocation was given before; its usage would count twice"))
		}
		seen[key] = true
		tenant, reason := owners.of(allocated)
		if reason != "" {
			if options.Aside != nil {
				options.Aside(intake.Aside{Name: shortened(allocated.subject()), Reason: reason, Quantities: quantities})
			}
			return nil
		}
		usage.TenantID = tenant
		for _, category := range allocation.Categories() {
			usage.Category = string(category)
			usage.Quantity = quantities[usage.Category]
			if more && !usage.Quantity.IsZero() && !yield(intake.UsageRow(&usage, month), nil) {
				more = false
				return errStopped
			}
		}
		return nil
	}).read()
	return more, err
}

// errStopped ends the walk through a file whose rows nobody wants any more.
var errStopped = errors.New("no more rows are wanted")

func refuse(file intake.File, where string, err error) error {
	return fault.Invalid(file.Name+":"+where, "%s, %s: %s", file.Name, where, err)
}

func place(set int, name string) string { return fmt.Sprintf("data[%d][%.80q]", set, name) }

// memoryCategory is what memory counts as.
func memoryCategory(name string) (allocation.CostCategory, error) {
	if name == "" {
		return allocation.CategoryShared, nil
	}
	category, err := allocation.ParseCategory(name)
	if err == nil && (category == allocation.CategoryCompute || category == allocation.CategoryStorage || category == allocation.CategoryNetwork) {
		return "", fault.New(fault.InvalidInput,
			"memory cannot count as %s, which is measured in another unit; take shared, reserved or support", category)
	}
	return category, err
}

// quantities returns what was used by category, exactly as written.
func (e *entry) quantities(memory allocation.CostCategory) (map[string]decimal.Decimal, error) {
	sums := map[string]decimal.Decimal{}
	found := false
	for _, driver := range []struct {
		field    string
		number   string
		category allocation.CostCategory
	}{
		{"cpuCoreHours", e.CPUCoreHours.String(), allocation.CategoryCompute},
		{"ramByteHours", e.RAMByteHours.String(), memory},
		{"pvByteHours", e.PVByteHours.String(), allocation.CategoryStorage},
		{"networkTransferBytes", e.NetworkTransferBytes.String(), allocation.CategoryNetwork},
		{"networkReceiveBytes", e.NetworkReceiveBytes.String(), allocation.CategoryNetwork},
	} {
		if driver.number == "" {
			continue
		}
		quantity, err := money.ParseDecimal(driver.number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", driver.field, err)
		}
		found = true
		sums[string(driver.category)] = sums[string(driver.category)].Add(quantity)
	}
	if !found {
		return nil, fault.New(fault.InvalidInput, "none of cpuCoreHours, ramByteHours, pvByteHours, networkTransferBytes and networkReceiveBytes is there")
	}
	return sums, nil
}

// when returns usage with the time in which the allocation ran, within its window, and its month. What
// reaches into another month cannot be cut, since nobody knows when within it was how much.
func (e *entry) when(given period.Period) (usage charge.Usage, month period.Period, err error) {
	if usage.Start, err = instant("start", e.Start, e.Window.Start); err != nil {
		return usage, month, err
	}
	if usage.End, err = instant("end", e.End, e.Window.End); err != nil {
		return usage, month, err
	}
	month = period.Of(usage.Start)
	switch {
	case usage.End.Before(usage.Start):
		return usage, month, fault.New(fault.InvalidInput, "its end lies before its start")
	case usage.End.After(month.End()):
		return usage, month, fault.New(fault.InvalidInput, "it runs from %s to %s, over the end of %s; export windows that lie within a month, such as step=1d",
			usage.Start.Format(time.RFC3339), usage.End.Format(time.RFC3339), month)
	case !given.IsZero() && given != month:
		return usage, month, fault.New(fault.InvalidInput, "it starts in %s, outside %s, the period of the import", month, given)
	}
	return usage, month, nil
}

func instant(field, text, otherwise string) (time.Time, error) {
	if text == "" {
		text = otherwise
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.UTC().Year() < 1900 || at.UTC().Year() > 2200 {
		return at, fault.New(fault.InvalidInput, "%s is %.40q, which is no time such as 2026-09-01T00:00:00Z, from 1900 to 2200", field, text)
	}
	return at.UTC(), nil
}
