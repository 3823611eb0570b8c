package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

const importedBill = `BilledCost,EffectiveCost,BillingAccountId,BillingCurrency,BillingPeriodStart,ChargePeriodStart,SubAccountId,Tags
0.00000080000,0.00000000000,acme,USD,2026-03-01 00:00:00,2026-03-18 22:00:00,acct-1,"{"" org"": ""a"", ""org"": ""b""}"
-1.5,-1.5,acme,USD,2026-03-01 00:00:00,2026-03-19 22:00:00,acct-2,NULL
20,15.25,zeta,USD,2026-04-01 00:00:00,2026-03-31 22:00:00,acct-3,NULL
`

// importing runs the command on a fresh database and returns its exit code and output.
type importing struct {
	t      *testing.T
	url    string
	folder string
}

func newImporting(t *testing.T) importing {
	t.Helper()
	pool := postgrestest.New(t)
	_, err := postgres.EnsureBook(context.Background(), pool, closing.SampleBook())
	require.NoError(t, err)
	return importing{t: t, url: pool.Config().ConnString(), folder: t.TempDir()}
}

// file writes a file and returns its path.
func (i importing) file(name, text string) string {
	i.t.Helper()
	path := filepath.Join(i.folder, name)
	require.NoError(i.t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func (i importing) run(stdin string, arguments ...string) (code int, out, errs string) {
	i.t.Helper()
	var stdout, stderr bytes.Buffer
	arguments = append([]string{"import", "--database-url", i.url}, arguments...)
	code = run(context.Background(), arguments, streams{In: strings.NewReader(stdin), Out: &stdout, Err: &stderr})
	return code, stdout.String(), stderr.String()
}

func TestImportCommand(t *testing.T) {
	t.Run("reports every account and month, and sums to the last digit", func(t *testing.T) {
		code, out, errs := newImporting(t).run(importedBill, "focus", "-")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "standard input: 3 rows")
		assert.Contains(t, out, "2 added, 0 replaced, 0 unchanged, 0 late")
		assert.Regexp(t, `2026-03 +USD +-1\.4999992 +-1\.5\n`, out)
		assert.Regexp(t, `2026-04 +USD +20 +15\.25\n`, out)
		assert.Regexp(t, `all +USD +18\.5000008 +13\.75\n`, out)
		assert.Contains(t, out, "all of it would land in @unallocated")
	})
	t.Run("takes the same content as file, folder or gzip once", func(t *testing.T) {
		i := newImporting(t)
		header, rows, _ := strings.Cut(importedBill, "\n")
		lines := strings.SplitAfter(rows, "\n")
		code, _, errs := i.run("", "focus", i.file("whole.csv", importedBill))
		require.Zero(t, code, errs)
		require.NoError(t, os.Remove(filepath.Join(i.folder, "whole.csv")))
		i.file("part-1.csv", header+"\n"+lines[0])
		var zipped bytes.Buffer
		writer := gzip.NewWriter(&zipped)
		_, err := writer.Write([]byte(header + "\n" + lines[1] + lines[2]))
		require.NoError(t, err)
		require.NoError(t, writer.Close())
		i.file("part-2.csv.gz", zipped.String())
		code, out, errs := i.run("", "focus", i.folder)
		require.Zero(t, code, errs)
		assert.Contains(t, out, "0 added, 0 replaced, 2 unchanged")
	})
	t.Run("refuses a bad file whole, with one line that says where", func(t *testing.T) {
		i := newImporting(t)
		path := i.file("bad.csv", importedBill+"NaN,1,acme,USD,2026-03-01,2026-03-01,,\n")
		code, out, errs := i.run("", "focus", path)
		assert.Equal(t, 1, code)
		assert.Empty(t, out)
		assert.Equal(t, 1, strings.Count(errs, "\n"))
		assert.Contains(t, errs, "bad.csv line 5, column BilledCost, value \"NaN\"")
		code, out, _ = i.run(importedBill, "focus", "-")
		require.Zero(t, code)
		assert.Contains(t, out, "2 added", "nothing of the bad file was kept")
	})
	t.Run("takes tenants, usage and invoices", func(t *testing.T) {
		i := newImporting(t)
		for kind, text := range map[string]string{
			"tenants":  "tenant_id,plan\nacme,premium\n",
			"usage":    "tenant_id,category,quantity\nacme,compute,1.5\n",
			"rates":    "base,quote,rate,as_of\nUSD,EUR,0.92,2026-03-31T16:00:00Z\n",
			"invoices": "billing_account_id,invoice_id,currency,billed_cost\n1,A,USD,12.50\n",
		} {
			arguments := []string{kind, i.file(kind+".csv", text)}
			if kind != "tenants" {
				arguments = append(arguments, "--period", "2026-03")
			}
			code, out, errs := i.run("", arguments...)
			require.Zero(t, code, errs)
			assert.Contains(t, out, "1 added")
		}
	})
	t.Run("refuses usage of a tenant that nobody knows, once tenants are known", func(t *testing.T) {
		i := newImporting(t)
		usage := i.file("usage.csv", "tenant_id,category,quantity\nacme,compute,1\nnobody,compute,1\n")
		code, _, errs := i.run("", "usage", usage, "--period", "2026-03")
		require.Zero(t, code, errs)
		code, _, errs = i.run("tenant_id,plan\nacme,premium\n", "tenants", "-")
		require.Zero(t, code, errs)
		code, out, errs := i.run("", "usage", usage, "--period", "2026-04")
		assert.Equal(t, 1, code)
		assert.Empty(t, out)
		assert.Contains(t, errs, `usage.csv line 3, column tenant_id, value "nobody": is no known tenant`)
		code, _, errs = i.run("tenant_id,plan\nnobody,free\n", "tenants", "-")
		require.Zero(t, code, errs)
		code, _, errs = i.run("", "usage", usage, "--period", "2026-04")
		require.Zero(t, code, errs)
	})
	t.Run("takes a cluster's usage from OpenCost, and tells what is no tenant's", func(t *testing.T) {
		i := newImporting(t)
		export, err := os.ReadFile("../../internal/opencost/testdata/allocation.json")
		require.NoError(t, err)
		code, _, errs := i.run(string(export), "usage", "-")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, "import tenants first")
		code, _, errs = i.run("tenant_id,plan\nacme,premium\nbeta,free\n", "tenants", "-")
		require.Zero(t, code, errs)
		names := i.file("names.csv", "namespace,tenant_id\nkube-system,beta\nacme,acme\n")
		code, out, errs := i.run(string(export), "usage", "-", "--tenant-names", names, "--format", "opencost")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "standard input: 8 rows")
		assert.Contains(t, out, "Left out, since it is no tenant's")
		assert.Regexp(t, `__idle__ +idle capacity of the cluster +compute 31\.5`, out)
		code, _, errs = i.run("x", "tenants", "-", "--format", "opencost")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, `an import of tenants has no format "opencost"`)
	})
	t.Run("says which kinds this version takes", func(t *testing.T) {
		code, _, errs := newImporting(t).run("", "weather", "-")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, `there is one of focus, invoices, kubernetes, metrics, rates, resources, tenants, terraform, usage`)
	})
	t.Run("uses the book's currency where a bill names none", func(t *testing.T) {
		const bare = "BilledCost,EffectiveCost,BillingPeriodStart,ChargePeriodStart\n1,1,2026-03-01,2026-03-01\n"
		code, out, errs := newImporting(t).run(bare, "focus", "-")
		require.Zero(t, code, errs)
		assert.Regexp(t, `2026-03 +USD +1 +1`, out)
		code, _, errs = newImporting(t).run(bare, "focus", "-", "--book", "other")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, "--currency")
	})
	t.Run("says that a database has no schema yet", func(t *testing.T) {
		i := importing{t: t, url: postgrestest.EmptyURL(t)}
		code, _, errs := i.run(importedBill, "focus", "-", "--currency", "USD")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, "omnicloud migrate")
	})
}
