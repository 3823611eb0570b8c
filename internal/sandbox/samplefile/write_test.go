package samplefile_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/sandbox/samplefile"
)

var scale = sample.Scale{Seed: 1, Tenants: 250, Lines: 3000, UsageLines: 1000, Period: period.New(2026, time.September)}

// rows reads a file with the library's own reader, and returns its rows as maps by column.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	file, err := os.Open(path)
	require.NoError(t, err)
	defer func() { _ = file.Close() }()
	var text io.Reader = file
	if strings.HasSuffix(path, ".gz") {
		text, err = gzip.NewReader(file)
		require.NoError(t, err)
	}
	records, err := csv.NewReader(text).ReadAll()
	require.NoError(t, err)
	var list []map[string]string
	for _, record := range records[1:] {
		row := map[string]string{}
		for i, name := range records[0] {
			row[name] = record[i]
		}
		list = append(list, row)
	}
	return list
}

func TestWrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	summary, err := samplefile.Write(t.Context(), scale, folder, false)
	require.NoError(t, err)
	charges := rows(t, filepath.Join(folder, "charges.csv"))

	t.Run("every row asked for is there", func(t *testing.T) {
		require.Len(t, charges, 3000)
		require.Len(t, rows(t, filepath.Join(folder, "usage.csv")), 1000)
		require.Len(t, rows(t, filepath.Join(folder, "tenants.csv")), 250)
		require.Len(t, rows(t, filepath.Join(folder, "pools.csv")), 20)
	})
	t.Run("control totals are the sums of the charges", func(t *testing.T) {
		sums, all := map[string]decimal.Decimal{}, decimal.Zero
		for _, row := range charges {
			cost := decimal.RequireFromString(row["BilledCost"])
			sums[row["InvoiceId"]] = sums[row["InvoiceId"]].Add(cost)
			all = all.Add(cost)
		}
		for _, invoice := range rows(t, filepath.Join(folder, "invoices.csv")) {
			require.Equal(t, sums[invoice["invoice_id"]].String(), invoice["billed_cost"])
			require.Equal(t, "2026-09", invoice["period"])
		}
		require.Equal(t, all.String(), summary.Billed.String())
	})
	t.Run("tags survive the quoting", func(t *testing.T) {
		seen := map[string]bool{}
		for _, row := range charges {
			seen[row["Tags"]] = true
		}
		require.True(t, seen[`{" Team":"web","environment":"production"}`])
		require.True(t, seen[""])
	})
	t.Run("the same scale gives the same bytes, packed or not", func(t *testing.T) {
		again := t.TempDir()
		_, err := samplefile.Write(t.Context(), scale, again, true)
		require.NoError(t, err)
		require.Equal(t, charges, rows(t, filepath.Join(again, "charges.csv.gz")))
		for _, name := range []string{"usage.csv", "tenants.csv", "invoices.csv", "pools.csv", "rules.yaml"} {
			first, err := os.ReadFile(filepath.Join(folder, name))
			require.NoError(t, err)
			second, err := os.ReadFile(filepath.Join(again, name))
			require.NoError(t, err)
			require.Equal(t, string(first), string(second), name)
		}
	})
}

func TestTenantsOfAnyMonth(t *testing.T) {
	for _, month := range []string{"1999-12", "2024-09", "2026-09", "2031-01"} {
		t.Run(month, func(t *testing.T) {
			dated, folder := scale, t.TempDir()
			var err error
			dated.Period, err = period.Parse(month)
			require.NoError(t, err)
			_, err = samplefile.Write(t.Context(), dated, folder, false)
			require.NoError(t, err)
			came := map[string]int{}
			for _, tenant := range rows(t, filepath.Join(folder, "tenants.csv")) {
				came[tenant["active_from"]]++
			}
			require.Equal(t, map[string]int{"": 248, month + "-15T00:00:00Z": 2}, came)
		})
	}
}

func TestWriteRefusals(t *testing.T) {
	for name, change := range map[string]func(*sample.Scale){
		"no tenants":            func(s *sample.Scale) { s.Tenants = 0 },
		"more than can be made": func(s *sample.Scale) { s.Lines = 1 << 40 },
		"negative usage":        func(s *sample.Scale) { s.UsageLines = -1 },
		"no month":              func(s *sample.Scale) { s.Period = period.Period{} },
	} {
		t.Run(name, func(t *testing.T) {
			bad := scale
			change(&bad)
			_, err := samplefile.Write(t.Context(), bad, t.TempDir(), false)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		})
	}
	t.Run("a folder below a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "file")
		require.NoError(t, os.WriteFile(file, nil, 0o600))
		_, err := samplefile.Write(t.Context(), scale, filepath.Join(file, "x"), false)
		require.ErrorContains(t, err, "--out")
	})
	t.Run("someone who stops it", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		large := scale
		large.Lines = 50_000
		_, err := samplefile.Write(ctx, large, t.TempDir(), false)
		require.ErrorIs(t, err, context.Canceled)
	})
}
