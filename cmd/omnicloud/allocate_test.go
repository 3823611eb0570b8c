package main

import (
	"bytes"
	"compress/gzip"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files instead of comparing with them")

// allocateFolder holds the inputs of one test; golden files lie in testdata/allocate.
type allocateFolder struct{ path string }

func newAllocateFolder(t *testing.T, files map[string]string) allocateFolder {
	t.Helper()
	folder := allocateFolder{t.TempDir()}
	for name, text := range files {
		require.NoError(t, os.WriteFile(folder.file(name), []byte(text), 0o600))
	}
	return folder
}

func (f allocateFolder) file(name string) string { return filepath.Join(f.path, name) }

// run replaces "@name" in arguments by the path of a file in the folder, and the folder's path in
// what is printed by nothing.
func (f allocateFolder) run(t *testing.T, arguments string) (code int, stdout, stderr string) {
	t.Helper()
	words := []string{"allocate"}
	for word := range strings.FieldsSeq(arguments) {
		if name, isFile := strings.CutPrefix(word, "@"); isFile {
			word = f.file(name)
		}
		words = append(words, word)
	}
	code, stdout, stderr = execute(t, words...)
	return code, stdout, strings.ReplaceAll(stderr, f.path+string(filepath.Separator), "")
}

func (f allocateFolder) golden(t *testing.T, name string) {
	t.Helper()
	got, err := os.ReadFile(f.file(name))
	require.NoError(t, err)
	compareGolden(t, name, string(got))
}

func compareGolden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "allocate", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

var poolFiles = map[string]string{
	"usage.csv": "tenant_id,category,quantity,note\nzeta,compute,1.5,x\nacme,compute,0.5,\nacme,storage,100,\nzeta,storage,-3,\nzeta,compute,1,\n",
	"tenants.csv": "tenant_id,plan,active_from,active_until,weight\n" +
		"zeta,premium,,,1\nacme,standard,,2026-09-16T00:00:00Z,2.5\nidle,free,2026-09-21T00:00:00Z,,\n",
	"pools.csv": "pool_id,amount,strategy,weights\nplatform,1000.01,proportional,compute=0.7;storage=0.3\n" +
		"logs,-100,equal,\nsupport,99.999,tiered,ignored\nextra,1,custom,\nidle-network,5,proportional,network=1\n",
}

func TestAllocatePools(t *testing.T) {
	const inputs = "--usage @usage.csv --pools @pools.csv --tenants @tenants.csv "
	t.Run("writes cells, explanations and postings", func(t *testing.T) {
		folder := newAllocateFolder(t, poolFiles)
		code, stdout, stderr := folder.run(t, inputs+"--period 2026-09 --out @pools-cells.csv --explain @pools-explain.jsonl --posting @pools-posting.csv")
		require.Equal(t, 0, code, stderr)
		require.Empty(t, stdout)
		folder.golden(t, "pools-cells.csv")
		folder.golden(t, "pools-explain.jsonl")
		folder.golden(t, "pools-posting.csv")
		compareGolden(t, "pools-stderr.txt", stderr)
	})
	t.Run("leaves out usage of a tenant who is not there, whose cells are zero", func(t *testing.T) {
		files := maps.Clone(poolFiles)
		files["tenants.csv"] = "tenant_id,active_from\nacme,\nzeta,2026-11-01T00:00:00Z\n"
		files["pools.csv"] = "pool_id,amount,strategy,weights\nplatform,10,proportional,compute=1\nlogs,5,equal,\n"
		code, stdout, stderr := newAllocateFolder(t, files).run(t, inputs+"--period 2026-09 --out -")
		require.Equal(t, 0, code, stderr)
		require.Equal(t, "pool_id,tenant_id,amount\nplatform,acme,10.00\nplatform,zeta,0.00\nlogs,acme,5.00\nlogs,zeta,0.00\n", stdout)
		require.Equal(t, "usage was left out of tenants that are active at no time of the period: zeta\n", stderr)
	})
	t.Run("refuses a period in which no tenant is active", func(t *testing.T) {
		files := maps.Clone(poolFiles)
		files["usage.csv"] = "tenant_id,category,quantity\n"
		files["tenants.csv"] = "tenant_id,plan,active_from\nacme,free,2026-11-01T00:00:00Z\n"
		code, stdout, stderr := newAllocateFolder(t, files).run(t, inputs+"--period 2026-09 --out -")
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		require.Equal(t, "omnicloud: pool \"platform\" cannot be split: no tenant is active in the period\n", lastLine(stderr))
	})
	t.Run("writes to standard output", func(t *testing.T) {
		folder := newAllocateFolder(t, poolFiles)
		code, stdout, _ := folder.run(t, inputs+"--period 2026-09 --currency JPY --out -")
		require.Equal(t, 0, code)
		require.True(t, strings.HasPrefix(stdout, "pool_id,tenant_id,amount\nplatform,zeta,"), stdout)
	})
	t.Run("gives the same bytes on any number of cores", func(t *testing.T) {
		var text strings.Builder
		text.WriteString("tenant_id,category,quantity\n")
		for i := range 200_000 {
			fmt.Fprintf(&text, "%s,compute,%d.%d\n", []string{"acme", "zeta", "idle"}[i%3], i*7919%1000, i%97)
		}
		files := map[string]string{"usage.csv": text.String(), "tenants.csv": poolFiles["tenants.csv"], "pools.csv": poolFiles["pools.csv"]}
		folder := newAllocateFolder(t, files)
		results := map[string]bool{}
		for _, cores := range []int{1, 2, 5} {
			before := runtime.GOMAXPROCS(cores)
			code, stdout, stderr := folder.run(t, inputs+"--period 2026-09 --out -")
			runtime.GOMAXPROCS(before)
			require.Equal(t, 0, code, stderr)
			results[stdout] = true
		}
		require.Len(t, results, 1)
	})
	t.Run("reads gzip", func(t *testing.T) {
		var packed bytes.Buffer
		zipper := gzip.NewWriter(&packed)
		_, err := zipper.Write([]byte(poolFiles["usage.csv"]))
		require.NoError(t, err)
		require.NoError(t, zipper.Close())
		folder := newAllocateFolder(t, poolFiles)
		require.NoError(t, os.WriteFile(folder.file("usage.csv.gz"), packed.Bytes(), 0o600))
		_, plain, _ := folder.run(t, inputs+"--period 2026-09 --out -")
		code, stdout, stderr := folder.run(t, strings.Replace(inputs, "@usage.csv", "@usage.csv.gz", 1)+"--period 2026-09 --out -")
		require.Equal(t, 0, code, stderr)
		require.Equal(t, plain, stdout)
	})
}

func TestAllocatePoolsRefuses(t *testing.T) {
	const inputs = "--usage @usage.csv --pools @pools.csv --tenants @tenants.csv --out @cells.csv --explain @explain.jsonl "
	for name, test := range map[string]struct{ file, text, arguments, message string }{
		"an unknown tenant": {
			"usage.csv", "tenant_id,category,quantity\nacme,compute,1\nghost,compute,1\n", "",
			`usage.csv line 3, column tenant_id, value "ghost": the tenant is not listed in the file of tenants`,
		},
		"an unknown category": {
			"usage.csv", "tenant_id,category,quantity\nacme,memory,1\n", "",
			`usage.csv line 2, column category, value "memory": category "memory" is none of compute, storage, network, shared, reserved, support`,
		},
		"NaN": {
			"usage.csv", "tenant_id,category,quantity\nacme,compute,NaN\n", "",
			`usage.csv line 2, column quantity, value "NaN": "NaN" is not a decimal number such as 12.34`,
		},
		"an absurd quantity": {
			"usage.csv", "tenant_id,category,quantity\nacme,compute,1e999999999\n", "",
			`usage.csv line 2, column quantity, value "1e999999999": number "1e999999999" has an exponent beyond ±76`,
		},
		"an empty quantity": {
			"usage.csv", "tenant_id,category,quantity\nacme,compute,\n", "",
			`usage.csv line 2, column quantity, value "": "" is not a decimal number such as 12.34`,
		},
		"a missing column": {
			"usage.csv", "tenant_id,quantity\nacme,1\n", "", `usage.csv has no column "category"; its header is "tenant_id,quantity"`,
		},
		"a short line": {
			"usage.csv", "tenant_id,category,quantity\nacme,compute\n", "", "usage.csv line 2 has 2 fields; its header has 3",
		},
		"weights that do not sum to 1": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,proportional,compute=0.7;storage=0.2\n", "",
			`pools.csv line 2, column weights, value "compute=0.7;storage=0.2": the weights sum to 0.9; they must sum to 1`,
		},
		"a weight of an unknown category": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,proportional,memory=1\n", "",
			`pools.csv line 2, column weights, value "memory=1": category "memory" is none of compute, storage, network, shared, reserved, support`,
		},
		"weights in another form": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,proportional,compute\n", "",
			`pools.csv line 2, column weights, value "compute": weights are written as compute=0.7;storage=0.3`,
		},
		"a category weighed twice": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,proportional,compute=0.5;compute=0.5\n", "",
			`pools.csv line 2, column weights, value "compute=0.5;compute=0.5": category compute is weighed twice`,
		},
		"no column for weights that are needed": {
			"pools.csv", "pool_id,amount,strategy\np,1,proportional\n", "",
			`pools.csv line 2, column strategy, value "proportional": the file has no column weights, such as compute=0.7;storage=0.3`,
		},
		"an unknown strategy": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,random,\n", "",
			`pools.csv line 2, column strategy, value "random": strategy "random" is none of proportional, equal, tiered, custom`,
		},
		"an infinite amount": {
			"pools.csv", "pool_id,amount,strategy,weights\np,Inf,equal,\n", "",
			`pools.csv line 2, column amount, value "Inf": "Inf" is not a decimal number such as 12.34`,
		},
		"a pool listed twice": {
			"pools.csv", "pool_id,amount,strategy,weights\np,1,equal,\np,2,equal,\n", "",
			`pools.csv line 3, column pool_id, value "p": the pool is listed before, in line 2`,
		},
		"an unusable pool id": {
			"pools.csv", "pool_id,amount,strategy,weights\n\"a,b\",1,equal,\n", "",
			`pools.csv line 2, column pool_id, value "a,b": id "a,b" is not made of 1 to 128 of the characters A-Z a-z 0-9 . _ -`,
		},
		"a tenant listed twice": {
			"tenants.csv", "tenant_id\nacme\nzeta\nacme\n", "", `tenants.csv line 4, column tenant_id, value "acme": the tenant is listed before, in line 2`,
		},
		"an unknown plan": {
			"tenants.csv", "tenant_id,plan\nacme,gold\n", "",
			`tenants.csv line 2, column plan, value "gold": plan "gold" is none of free, standard, premium, enterprise`,
		},
		"a time that is none": {
			"tenants.csv", "tenant_id,active_from\nacme,yesterday\n", "",
			`tenants.csv line 2, column active_from, value "yesterday": it is no time such as 2026-09-01T00:00:00Z`,
		},
		"a time beyond all calendars": {
			"tenants.csv", "tenant_id,active_from\nacme,0001-01-01T00:00:00Z\n", "",
			`tenants.csv line 2, column active_from, value "0001-01-01T00:00:00Z": times lie between the years 1900 and 2200`,
		},
		"an end before the beginning": {
			"tenants.csv", "tenant_id,active_from,active_until\nacme,2026-09-02T00:00:00Z,2026-09-01T00:00:00Z\n", "",
			`tenants.csv line 2, column active_from, value "2026-09-02T00:00:00Z": it is after active_until 2026-09-01T00:00:00Z`,
		},
		"a negative weight": {
			"tenants.csv", "tenant_id,weight\nacme,-1\n", "", `tenants.csv line 2, column weight, value "-1": weights are not negative`,
		},
		"no tenants":                {"tenants.csv", "tenant_id\n", "", "tenants.csv lists no tenant; there is nobody to allocate to"},
		"an unknown currency":       {"", "", "--currency BTC", `currency "BTC" is no ISO 4217 code such as USD`},
		"a period that is no month": {"", "", "--period 2026-13", `period "2026-13" is not a month such as 2026-09`},
		"no period where it matters": {
			"", "", "--period=", "tenants in tenants.csv begin or end, so that the period matters; give --period",
		},
		"two outputs in one file": {
			"", "", "--posting @cells.csv", `--out and --posting both write to cells.csv; name two files; "omnicloud --help" lists commands and flags`,
		},
		"an output that cannot be written": {"", "", "--out @none/cells.csv", "none/cells.csv cannot be written: no such file or directory"},
		"absurd posting digits":            {"", "", "--post-digits 99", "amounts are posted with 0 to 30 digits, not 99"},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newAllocateFolder(t, poolFiles)
			if test.file != "" {
				require.NoError(t, os.WriteFile(folder.file(test.file), []byte(test.text), 0o600))
			}
			require.NoError(t, os.WriteFile(folder.file("cells.csv"), []byte("before"), 0o600))
			code, stdout, stderr := folder.run(t, inputs+"--period 2026-09 "+test.arguments)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Equal(t, "omnicloud: "+test.message+"\n", lastLine(stderr))
			kept, err := os.ReadFile(folder.file("cells.csv"))
			require.NoError(t, err)
			require.Equal(t, "before", string(kept), "nothing is written")
			left, err := filepath.Glob(folder.file("*"))
			require.NoError(t, err)
			require.Len(t, left, 4, "nothing is left behind")
		})
	}
	t.Run("inputs that are not there", func(t *testing.T) {
		folder := newAllocateFolder(t, nil)
		_, _, stderr := folder.run(t, inputs)
		require.Equal(t, "omnicloud: tenants.csv cannot be opened: no such file or directory\n", stderr)
	})
}

func lastLine(text string) string {
	lines := strings.SplitAfter(strings.TrimSuffix(text, "\n"), "\n")
	return lines[len(lines)-1] + "\n"
}

func TestAllocateUsage(t *testing.T) {
	for arguments, message := range map[string]string{
		"--out -":                                            "give --usage, --pools and --tenants, or --focus and --rules",
		"--out - --pools p.csv --focus f.csv":                "--focus and --pools are two ways to allocate; give one of them",
		"--out - --focus f.csv":                              "--focus needs --rules, which say whose the bill's rows are",
		"--out - --usage - --pools - --tenants -":            "--usage and --pools both read standard input; give a file for one of them",
		"--out - --focus f.csv --rules r.yaml --usage u.csv": "--usage with --focus needs --tenants, so that usage of unknown tenants is seen",
		"--usage u.csv":                                      "missing flags: --out=FILE",
		"--out - --cost list":                                `--cost must be one of "effective","billed" but got "list"`,
	} {
		code, stdout, stderr := newAllocateFolder(t, nil).run(t, arguments)
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		require.Equal(t, "omnicloud: "+message+"; \"omnicloud --help\" lists commands and flags\n", stderr, arguments)
	}
}

// billHeader and billRow make a FOCUS file: billed, effective, billing period, charge start, sub-account,
// service category, tags.
const billHeader = "BilledCost,EffectiveCost,BillingCurrency,BillingAccountId,BillingPeriodStart,ChargePeriodStart,ChargePeriodEnd," +
	"ChargeCategory,SubAccountId,ServiceCategory,Tags\n"

func billRow(billed, effective, billing string, day int, account, category, tags string) string {
	return fmt.Sprintf("%s,%s,USD,1,%s-01T00:00:00Z,2026-09-%02dT00:00:00Z,2026-09-%02dT00:00:00Z,Usage,%s,%s,\"%s\"\n",
		billed, effective, billing, day, day+1, account, category, strings.ReplaceAll(tags, `"`, `""`))
}

var billFiles = map[string]string{
	"bill.csv": billHeader +
		billRow("10.00", "10.00", "2026-09", 1, "acct-acme", "Compute", `{"team":"x"}`) +
		billRow("0.00000080000", "0.00000080000", "2026-09", 2, "acct-zeta", "Storage", "") +
		billRow("-1.50", "-1.50", "2026-09", 3, "acct-zeta", "Compute", "") +
		billRow("100", "40", "2026-09", 4, "acct-shared", "Compute", "") +
		billRow("3", "3", "2026-09", 5, "acct-other", "Security", "") +
		billRow("7", "7", "2026-10", 29, "acct-acme", "Compute", ""),
	"rules.yaml": `version: 1
mapping:
  - sub_account: acct-shared
    pool: platform
  - sub_account: acct-acme
    tenant: acme
  - sub_account: acct-zeta
    tenant: zeta
pools:
  - id: platform
    strategy: proportional
    weight_by_category: {compute: 0.7, storage: 0.3}
`,
	"tenants.csv": "tenant_id,plan\nzeta,standard\nacme,free\n",
	"usage.csv":   "tenant_id,category,quantity,start,end\nacme,compute,1,2026-09-01T00:00:00Z,2026-09-02T00:00:00Z\nzeta,compute,3,2026-09-20T00:00:00Z,\n",
}

func TestAllocateBill(t *testing.T) {
	const inputs = "--focus @bill.csv --rules @rules.yaml "
	t.Run("writes cells, explanations and postings", func(t *testing.T) {
		folder := newAllocateFolder(t, billFiles)
		code, stdout, stderr := folder.run(t, inputs+"--tenants @tenants.csv --usage @usage.csv --period 2026-09 "+
			"--out @bill-cells.csv --explain @bill-explain.jsonl --posting @bill-posting.csv")
		require.Equal(t, 0, code, stderr)
		require.Empty(t, stdout)
		folder.golden(t, "bill-cells.csv")
		folder.golden(t, "bill-explain.jsonl")
		folder.golden(t, "bill-posting.csv")
		compareGolden(t, "bill-stderr.txt", stderr)
	})
	for name, test := range map[string]struct{ arguments, sum string }{
		"all periods together":          {"", "118.5000008"},
		"a period of billing":           {"--period 2026-10", "7"},
		"a period of charge":            {"--period 2026-09 --period-by charge", "118.5000008"},
		"billed cost":                   {"--cost billed", "118.5000008"},
		"a listed roster":               {"--tenants @tenants.csv", "118.5000008"},
		"direct cost in place of usage": {"--period 2026-09", "111.5000008"},
		"a currency that is named":      {"--currency USD", "118.5000008"},
	} {
		t.Run("allocates the whole bill for "+name, func(t *testing.T) {
			code, stdout, stderr := newAllocateFolder(t, billFiles).run(t, inputs+test.arguments+" --out -")
			require.Equal(t, 0, code, stderr)
			sum := decimal.Zero
			for line := range strings.Lines(strings.TrimPrefix(stdout, "pool_id,tenant_id,amount\n")) {
				fields := strings.Split(strings.TrimSpace(line), ",")
				sum = sum.Add(decimal.RequireFromString(fields[2]))
			}
			require.Equal(t, test.sum, sum.String())
			require.Contains(t, stderr, "coverage: ")
		})
	}
	t.Run("cuts charges and usage where a rule changes", func(t *testing.T) {
		folder := newAllocateFolder(t, billFiles)
		changed := strings.ReplaceAll(billFiles["rules.yaml"], "  - id: platform", "  - id: platform\n    effective_until: 2026-09-04T12:00:00Z") +
			"  - id: platform\n    strategy: equal\n    effective_from: 2026-09-04T12:00:00Z\n"
		require.NoError(t, os.WriteFile(folder.file("rules.yaml"), []byte(changed), 0o600))
		code, stdout, stderr := folder.run(t, inputs+"--tenants @tenants.csv --usage @usage.csv --period 2026-09 --out -")
		require.Equal(t, 0, code, stderr)
		require.Contains(t, stdout, "platform,zeta,10.00\nplatform,acme,30.00\n")
	})
}

func TestAllocateBillRefuses(t *testing.T) {
	const inputs = "--focus @bill.csv --rules @rules.yaml --out @cells.csv "
	rules := billFiles["rules.yaml"]
	for name, test := range map[string]struct{ file, text, arguments, message string }{
		"overlapping rules, naming both": {
			"rules.yaml", rules + "  - id: platform\n    strategy: equal\n", "",
			`rules.yaml:13: pools[1]: it and pools[0] (line 10) are both about pool "platform" and overlap in time; end one before the other begins`,
		},
		"weights that do not sum to 1": {
			"rules.yaml", strings.Replace(rules, "0.7", "0.6", 1), "",
			`rules.yaml:10: pools[0]: pool "platform" cannot be split: the weights sum to 0.9; they must sum to 1`,
		},
		"a tenant that nobody listed": {
			"tenants.csv", "tenant_id\nacme\n", "--tenants @tenants.csv",
			`rules.yaml:8: mapping[2].tenant: there is no tenant "zeta"; correct it or add the tenant`,
		},
		"a weight of a tenant that nobody listed, in a pool that gets nothing": {
			"rules.yaml", rules + "  - id: spare\n    strategy: custom\n    tenant_weights: {acme: 1, ghost: 1}\n", "--tenants @tenants.csv",
			`rules.yaml:15: pools[1].tenant_weights: a weight is given to tenant "ghost", who does not exist; correct it or add the tenant`,
		},
		"dated rules without a period": {
			"rules.yaml", rules + "    effective_from: 2026-09-01T00:00:00Z\n", "",
			"rules or tenants begin or end, so that the period matters; give --period",
		},
		"undated usage where a rule changes": {
			"rules.yaml", strings.Replace(rules, "strategy: pro", "effective_from: 2026-08-01T00:00:00Z\n    effective_until: 2026-09-20T00:00:00Z\n    strategy: pro", 1) +
				"  - {id: platform, strategy: equal, effective_from: 2026-09-20T00:00:00Z}\n",
			"--tenants @tenants.csv --usage @undated.csv --period 2026-09",
			`undated.csv has no column "start"; a rule changes within the period, so that each line needs its time`,
		},
		"several currencies": {
			"bill.csv", billFiles["bill.csv"] + strings.Replace(billRow("1", "1", "2026-09", 1, "a", "Compute", ""), "USD", "EUR", 1), "",
			"bill.csv is in EUR and USD; choose one with --currency",
		},
		"a period without charges": {
			"", "", "--period 2025-01", "bill.csv holds no charge of that period; 6 rows belong to other periods",
		},
	} {
		t.Run(name, func(t *testing.T) {
			folder := newAllocateFolder(t, billFiles)
			require.NoError(t, os.WriteFile(folder.file("undated.csv"), []byte("tenant_id,category,quantity\nacme,compute,1\n"), 0o600))
			if test.file != "" {
				require.NoError(t, os.WriteFile(folder.file(test.file), []byte(test.text), 0o600))
			}
			code, _, stderr := folder.run(t, inputs+test.arguments)
			require.Equal(t, 1, code)
			require.Equal(t, "omnicloud: "+test.message+"\n", lastLine(stderr))
			require.NoFileExists(t, folder.file("cells.csv"))
		})
	}
}
