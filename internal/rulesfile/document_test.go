package rulesfile_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/rulesfile"
)

const wholeYAML = `# who bears what
version: 1
mapping:
  - sub_account: [acct-a, "acct-b*"]   # a comment
    service: Amazon S3
    tag: {team: core, "cost centre": [1, 2], owner: []}
    tenant: "{tag:team}"
  - resource: "arn:**"
    pool: logging
  - account: "@untagged"
pools:
  - id: logging
    name: >-
      Logs of
      everyone
    category: storage
    strategy: proportional
    weight_by_category: {compute: 0.7, storage: 0.30}
    on_no_driver: residual
    effective_from: 2026-09-01T00:00:00Z
    effective_until: "2026-10-01T02:00:00+02:00"
  - id: support
    strategy: tiered
    tier_multipliers: {free: 0.5}
  - id: other
    strategy: custom
    tenant_weights:
      acme: 1.10
    flows_to: {logging: 0.40, tenants: "0.6"}
`

const wholeJSON = `{"version": 1,
 "mapping": [
  {"sub_account": ["acct-a", "acct-b*"], "service": "Amazon S3",
   "tag": {"team": "core", "cost centre": ["1", 2], "owner": []}, "tenant": "{tag:team}"},
  {"resource": "arn:**", "pool": "logging"},
  {"account": "@untagged"}],
 "pools": [
  {"id": "logging", "name": "Logs of everyone", "category": "storage", "strategy": "proportional",
   "weight_by_category": {"compute": "0.7", "storage": 0.30}, "on_no_driver": "residual",
   "effective_from": "2026-09-01T00:00:00Z", "effective_until": "2026-10-01T00:00:00Z"},
  {"id": "support", "strategy": "tiered", "tier_multipliers": {"free": 0.5}},
  {"id": "other", "strategy": "custom", "tenant_weights": {"acme": "1.10"},
   "flows_to": {"logging": "0.4", "tenants": 0.60}}]}`

func TestParse(t *testing.T) {
	d := decimal.RequireFromString
	want := rulesfile.Document{
		Mapping: &allocation.Mapping{Entries: []allocation.MappingEntry{
			{
				SubAccount: allocation.Patterns{"acct-a", "acct-b*"}, Service: allocation.Patterns{"Amazon S3"},
				Tag:    map[string]allocation.Patterns{"team": {"core"}, "cost centre": {"1", "2"}, "owner": {}},
				Tenant: "{tag:team}",
			},
			{Resource: allocation.Patterns{"arn:**"}, Pool: "logging"},
			{Account: "@untagged"},
		}},
		Pools: []allocation.AllocationRule{
			{
				PoolID: "logging", Name: "Logs of everyone", Category: "storage", Strategy: "proportional",
				WeightByCategory: map[allocation.CostCategory]decimal.Decimal{"compute": d("0.7"), "storage": d("0.30")},
				OnNoDriver:       "residual", IsActive: true,
				EffectiveFrom:  time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC),
				EffectiveUntil: time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC),
			},
			{
				PoolID: "support", Category: "shared", Strategy: "tiered", OnNoDriver: "equal", IsActive: true,
				TierMultipliers: map[tenancy.Plan]decimal.Decimal{"free": d("0.5")},
			},
			{
				PoolID: "other", Category: "shared", Strategy: "custom", OnNoDriver: "equal", IsActive: true,
				TenantWeights: map[string]decimal.Decimal{"acme": d("1.10")},
				FlowsTo:       map[string]decimal.Decimal{"logging": d("0.4"), "tenants": d("0.6")},
			},
		},
	}
	for name, text := range map[string]string{"YAML": wholeYAML, "JSON": wholeJSON} {
		t.Run("reads "+name, func(t *testing.T) {
			got, err := rulesfile.Parse("rules", []byte(text))
			require.NoError(t, err)
			require.Empty(t, cmp.Diff(want, got, cmp.Comparer(decimal.Decimal.Equal), cmpopts.IgnoreUnexported(rulesfile.Document{})))
			_, err = got.RuleSet("rules")
			require.NoError(t, err)
		})
	}
	t.Run("gives rules of one pool versions of one rule", func(t *testing.T) {
		got, err := rulesfile.Parse("rules", []byte(`{"version": 1, "pools": [
			{"id": "p", "strategy": "equal", "effective_until": "2026-09-01T00:00:00Z"},
			{"id": "p", "strategy": "tiered", "effective_from": "2026-09-01T00:00:00Z"}]}`))
		require.NoError(t, err)
		versions, err := got.Versions("someone", time.Time{})
		require.NoError(t, err)
		require.Equal(t, []string{"pool-p", "pool-p"}, []string{versions[0].RuleID, versions[1].RuleID})
		require.Equal(t, []int{1, 2}, []int{versions[0].Version, versions[1].Version})
	})
}

func TestParseRefuses(t *testing.T) {
	pool := func(lines string) string { return "version: 1\npools:\n  - id: p\n" + lines }
	for name, test := range map[string]struct{ text, message string }{
		"no version":           {"pools: []\n", `rules:1: version is ""; this program reads version: 1`},
		"an empty document":    {"", "rules:1: is nothing; it must be a mapping"},
		"only a comment":       {"# nothing\n", "rules:1: is nothing; it must be a mapping"},
		"another version":      {"version: 2\n", `rules:1: version is "2"; this program reads version: 1`},
		"a list":               {"- 1\n", "rules:1: is a list; it must be a mapping"},
		"an unknown key":       {"version: 1\nrules: []\n", "rules:2: rules: is not known here"},
		"an unknown condition": {"version: 1\nmapping:\n  - region: eu\n    tenant: a\n", "rules:3: mapping[0].region: is not known here"},
		"an unknown pool key":  {pool("    stratgy: equal\n"), "rules:4: pools[0].stratgy: is not known here"},
		"no target": {
			"version: 1\nmapping:\n  - tenant: a\n  - service: x\n",
			"rules:4: mapping[1]: it leads to 0 targets; give exactly one of tenant, pool, account",
		},
		"weights that do not sum to 1": {
			pool("    strategy: proportional\n    weight_by_category: {compute: 0.7, storage: 0.2}\n"),
			`rules:3: pools[0]: pool "p" cannot be split: the weights sum to 0.9; they must sum to 1`,
		},
		"NaN": {
			pool("    strategy: proportional\n    weight_by_category:\n      compute: .nan\n"),
			`rules:6: pools[0].weight_by_category.compute: ".nan" is not a decimal number such as 12.34`,
		},
		"an absurd number": {
			pool("    strategy: custom\n    tenant_weights: {a: 1e999999999}\n"),
			`rules:5: pools[0].tenant_weights.a: number "1e999999999" has an exponent beyond ±76`,
		},
		"no number": {
			pool("    strategy: custom\n    tenant_weights: {a: [1]}\n"),
			"rules:5: pools[0].tenant_weights.a: is a list; it must be a single value",
		},
		"an unknown strategy": {
			pool("    strategy: random\n"),
			`rules:3: pools[0]: pool "p" has an unknown strategy: strategy "random" is none of proportional, equal, tiered, custom`,
		},
		"no time": {
			pool("    strategy: equal\n    effective_from: tomorrow\n"),
			`rules:5: pools[0].effective_from: "tomorrow" is no time such as 2026-09-01T00:00:00Z`,
		},
		"from after until": {
			pool("    strategy: equal\n    effective_from: 2026-09-02T00:00:00Z\n    effective_until: 2026-09-01T00:00:00Z\n"),
			`rules:3: pools[0]: pool "p" is never in effect: effective_from 2026-09-02T00:00:00Z is not before effective_until 2026-09-01T00:00:00Z`,
		},
		"several documents": {"version: 1\n---\nversion: 1\n", "rules:1: the file holds several documents; keep one"},
		"JSON that is cut":  {"{\"version\": 1,\n\"pools\": [", "rules:2: pools: is no JSON: it is not closed"},
		"JSON with more behind": {
			"{\"version\": 1}\n{}", "rules:2: there is something after the end of the document",
		},
		"endless brackets":         {"version: 1\npools: " + strings.Repeat("[", 1000), "rules:2: nests deeper than 32 levels"},
		"endless brackets in JSON": {`{"version": ` + strings.Repeat("[", 1000), "rules:1: nests deeper than 32 levels"},
		"endless list markers":     {strings.Repeat("- ", 1000), "rules:1: nests deeper than 32 levels"},
		"endless indentation":      {"version:\n" + strings.Repeat(" ", 1000) + "1\n", "rules:2: is indented by more than 256 columns"},
		"an endless line":          {"a: " + strings.Repeat("b: ", 10_000), "rules:1: has more than 8192 bytes; write it over several lines"},
		"an endless bracket": {
			"version: 1\npools: [" + strings.Repeat("a: b,\n", 10_000), "rules:2731: ends more than 16384 bytes within brackets; write an entry per line without them",
		},
		"a key twice in JSON": {`{"version": 1, "version": 1}`, "rules:1: version: is given twice"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rulesfile.Parse("rules", []byte(test.text))
			require.EqualError(t, err, test.message)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
	for name, text := range map[string]string{
		"YAML that is none":   "version: 1\npools: [\n",
		"a key twice in YAML": "version: 1\nversion: 1\n",
		"an alias":            "version: 1\npools: &p []\nmapping: *p\n",
		"a tag of YAML":       "version: !!int 1\n",
		"a tab":               "version: 1\nmapping:\n\t- tenant: a\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := rulesfile.Parse("rules", []byte(text))
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			require.Regexp(t, `^rules:\d+: [^\n]+$`, err.Error())
		})
	}
	t.Run("a document beyond all measure", func(t *testing.T) {
		_, err := rulesfile.Parse("rules", []byte(strings.Repeat("#", 9<<20)))
		require.Equal(t, fault.TooLarge, fault.CodeOf(err))
	})
	t.Run("overlapping rules, naming file and both", func(t *testing.T) {
		document, err := rulesfile.Parse("rules", []byte("version: 1\npools:\n  - {id: p, strategy: equal}\n  - {id: p, strategy: tiered}\n"))
		require.NoError(t, err)
		_, err = document.RuleSet("rules")
		require.EqualError(t, err, "rules:4: pools[1]: it and pools[0] (line 3) are both about pool \"p\" and overlap in time; end one before the other begins")
	})
	t.Run("tenants that do not exist, naming line and place", func(t *testing.T) {
		known := func(tenantID string) bool { return tenantID == "acme" }
		for text, message := range map[string]string{
			"mapping:\n  - {sub_account: a, tenant: acme}\n  - sub_account: b\n    tenant: ghost\n":                 `rules:5: mapping[1].tenant: there is no tenant "ghost"; correct it or add the tenant`,
			"pools:\n  - id: p\n    strategy: custom\n    tenant_weights:\n      acme: 1\n      gho.st: 2\n":        `rules:7: pools[0].tenant_weights: a weight is given to tenant "gho.st", who does not exist; correct it or add the tenant`,
			"mapping:\n  - tenant: \"{owner}\"\npools:\n  - {id: p, strategy: custom, tenant_weights: {acme: 1}}\n": "",
		} {
			document, err := rulesfile.Parse("rules", []byte("version: 1\n"+text))
			require.NoError(t, err)
			if err = document.CheckTenants(known); message == "" {
				require.NoError(t, err)
				continue
			}
			require.EqualError(t, err, message)
		}
	})
}

func TestRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "rules.yaml")
	_, err := rulesfile.Read(path)
	require.EqualError(t, err, path+" cannot be read: no such file or directory")
	require.NoError(t, os.WriteFile(path, []byte(wholeYAML), 0o600))
	document, err := rulesfile.Read(path)
	require.NoError(t, err)
	require.Len(t, document.Pools, 3)
}

// FuzzParse demands that a document is read or refused with a place in it, and that what was read
// is stored and read back as the same rules.
func FuzzParse(f *testing.F) {
	f.Add(wholeYAML)
	f.Add(wholeJSON)
	f.Add("version: 1\npools:\n  - {id: p, strategy: equal}\n")
	f.Fuzz(func(t *testing.T, text string) {
		document, err := rulesfile.Parse("rules", []byte(text))
		if err != nil {
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			require.Regexp(t, `(?s)^rules:\d+: .`, err.Error())
			return
		}
		versions, err := document.Versions("someone", time.Time{})
		require.NoError(t, err)
		for _, version := range versions {
			stored, err := version.Document()
			require.NoError(t, err)
			require.True(t, json.Valid(stored))
			read := allocation.RuleVersion{RuleID: version.RuleID, Kind: version.Kind}
			require.NoError(t, read.DecodeRule(stored))
			again, err := read.Document()
			require.NoError(t, err)
			require.Equal(t, string(stored), string(again))
		}
	})
}
