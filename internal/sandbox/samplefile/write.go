// Package samplefile writes a bill of any size as the files that the command line reads: FOCUS
// charges, tenants, usage, invoices, pools and rules.
package samplefile

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// Summary says what was written.
type Summary struct {
	Charges, Usage int64
	Tenants        int
	Billed         decimal.Decimal
}

// checkEvery is how many rows are written between two looks at the context.
const checkEvery = 10_000

// Write writes charges.csv (or charges.csv.gz), usage.csv, tenants.csv, invoices.csv, pools.csv and
// rules.yaml into a folder, which is made where it is missing; files of these names are replaced. A
// scale that cannot be made is an InvalidInput error. It stops early with the context's error.
func Write(ctx context.Context, scale sample.Scale, folder string, compress bool) (Summary, error) {
	if err := scale.Validate(); err != nil {
		return Summary{}, err
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return Summary{}, fault.Wrap(err, fault.InvalidInput, "the folder %s cannot be made; choose another --out", folder)
	}
	summary := Summary{Tenants: scale.Tenants, Charges: scale.Lines, Usage: scale.UsageLines}
	totals := sample.Totals{}
	charges := "charges.csv"
	if compress {
		charges += ".gz"
	}
	for _, file := range []struct {
		name string
		fill func(*table) error
	}{
		{charges, func(t *table) error { return writeCharges(ctx, t, scale, totals) }},
		{"usage.csv", func(t *table) error { return writeUsage(ctx, t, scale) }},
		{"tenants.csv", func(t *table) error { return writeTenants(t, scale) }},
		{"invoices.csv", func(t *table) error { return writeInvoices(t, scale, totals) }},
		{"pools.csv", func(t *table) error { return writePools(t, scale) }},
		{"rules.yaml", func(t *table) error { return t.raw(scale.Rules()) }},
	} {
		if err := create(filepath.Join(folder, file.name), file.fill); err != nil {
			return Summary{}, err
		}
	}
	for _, total := range totals.List() {
		summary.Billed = summary.Billed.Add(total.BilledCost)
	}
	return summary, nil
}

// create writes a file, compressed where its name says so.
func create(path string, fill func(*table) error) error {
	file, err := os.Create(path)
	if err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the file %s cannot be written; choose another --out", path)
	}
	buffered := bufio.NewWriterSize(file, 1<<20)
	if filepath.Ext(path) == ".gz" {
		packed, _ := gzip.NewWriterLevel(buffered, gzip.BestSpeed) // the level is a valid one
		err = errors.Join(fill(&table{out: packed}), packed.Close())
	} else {
		err = fill(&table{out: buffered})
	}
	if err = errors.Join(err, buffered.Flush(), file.Close()); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	return nil
}
