package main

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// commitmentBills are files as the scenarios of the FOCUS specification have them: no account, no
// currency, a literal null, and hours beyond 24.
const commitmentBills = "testdata/commitments"

const commitmentRules = `version: 1
mapping:
  - {resource: "<the-machine>", tenant: acme}
`

// ownedRules know who bought the plan as well.
const ownedRules = commitmentRules + `  - {resource: "<the-plan>", tenant: zeta}
`

func TestAllocateCommitments(t *testing.T) {
	for name, test := range map[string]struct{ path, rules, cells string }{
		"what is paid ahead waits": {
			"purchase-upfront.csv", commitmentRules,
			"direct:reserved,@unallocated,0.00\nbridge:prepaid,@prepaid,4380.00\n",
		},
		"what is paid again and again waits too, in hours beyond 24": {
			"purchase-recurring.csv", commitmentRules,
			"direct:reserved,@unallocated,0.00\nbridge:prepaid,@prepaid,1.50\n",
		},
		"use is its user's": {
			"usage-used.csv", commitmentRules,
			"direct:shared,acme,0.375\nbridge:prepaid,@prepaid,-0.375\n",
		},
		"what nobody used has an account": {
			"usage-unused.csv", commitmentRules,
			"direct:reserved,@unused-commitment,0.125\nbridge:prepaid,@prepaid,-0.125\n",
		},
		"what nobody used is the owner's where one is known": {
			"usage-unused.csv", ownedRules,
			"direct:reserved,zeta,0.125\nbridge:prepaid,@prepaid,-0.125\n",
		},
		"a folder of them is one bill": {
			"", ownedRules,
			"direct:reserved,zeta,0.125\ndirect:shared,acme,0.375\nbridge:prepaid,@prepaid,4381.00\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newAllocateFolder(t, map[string]string{"rules.yaml": test.rules})
			code, cells, errs := folder.run(t, "--focus "+filepath.Join(commitmentBills, test.path)+" --rules @rules.yaml --out -")
			require.Zero(t, code, errs)
			assert.Equal(t, "pool_id,tenant_id,amount\n"+test.cells, cells)
		})
	}
}

func TestImportCommitments(t *testing.T) {
	t.Run("the files come in as they are, for an account that is named", func(t *testing.T) {
		i := newImporting(t)
		code, out, errs := i.run("", "focus", commitmentBills, "--billing-account", "111122223333", "--currency", "USD")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "6 rows")
		assert.Regexp(t, `2026-03 +111122223333 +6 +added`, out)
		assert.Regexp(t, `2026-03 +USD +4381\.5 +0\.5\n`, out)
		code, out, errs = i.run("", "focus", commitmentBills, "--billing-account", "111122223333", "--currency", "USD")
		require.Zero(t, code, errs)
		assert.Contains(t, out, "0 added, 0 replaced, 1 unchanged")
	})
	t.Run("null is nothing, hour 30 is the next morning, and the status stays", func(t *testing.T) {
		i := newImporting(t)
		code, _, errs := i.run("", "focus", commitmentBills, "--billing-account", "111122223333")
		require.Zero(t, code, errs)
		pool, err := pgxpool.New(context.Background(), i.url)
		require.NoError(t, err)
		defer pool.Close()
		var units, quantities, ends string
		require.NoError(t, pool.QueryRow(context.Background(), `
			SELECT string_agg(DISTINCT commitment_discount_status || '/' || consumed_unit, ' ' ORDER BY commitment_discount_status || '/' || consumed_unit),
				string_agg(consumed_quantity::text, ' '),
				max(charge_period_end) FILTER (WHERE billed_cost = 0.5)::timestamptz AT TIME ZONE 'UTC' || ''
			FROM omnicloud.charges`).Scan(&units, &quantities, &ends))
		assert.Equal(t, "/ Unused/ Used/Hour", units)
		assert.Equal(t, "1.00", quantities)
		assert.Equal(t, "2026-04-02 06:00:00", ends)
	})
	t.Run("times that are none are refused", func(t *testing.T) {
		text, err := os.ReadFile(filepath.Join(commitmentBills, "usage-used.csv"))
		require.NoError(t, err)
		code, _, errs := newImporting(t).run(string(text)+"2026-03-01T00:00:00Z,2026-04-01T00:00:00Z,2026-03-01T00:61:00Z,,Usage,,,,0,0,,,,,,\n",
			"focus", "-", "--billing-account", "1")
		assert.Equal(t, 1, code)
		assert.Contains(t, errs, "ChargePeriodStart")
	})
}
