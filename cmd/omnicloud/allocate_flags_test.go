package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllocateFlags(t *testing.T) {
	folder := t.TempDir()
	place := func(name string) string { return filepath.Join(folder, name) }
	files := map[string]string{
		"usage.csv":   "tenant_id,category,quantity\nacme,compute,1\n",
		"tenants.csv": "tenant_id,plan,active_from,active_until,weight\nacme,standard,,,\n",
		"pools.csv":   "pool_id,amount,strategy,weights\nshared,10,equal,\n",
		"rules.yaml":  "version: 1\nmapping: [{sub_account: '*', tenant: acme}]\n",
		"bill.csv":    "BilledCost\n1\n",
	}
	for name, text := range files {
		require.NoError(t, os.WriteFile(place(name), []byte(text), 0o600))
	}
	require.NoError(t, os.Symlink(place("usage.csv"), place("link.csv")))
	byUsage := []string{"--usage", place("usage.csv"), "--tenants", place("tenants.csv"), "--pools", place("pools.csv")}
	byRules := []string{"--focus", folder, "--rules", place("rules.yaml")}

	for _, test := range []struct {
		want      string
		form      []string
		arguments []string
	}{
		{"--out would overwrite " + place("usage.csv") + ", which --usage reads", byUsage, []string{"--out", place("usage.csv")}},
		{"--out would overwrite " + place("usage.csv") + ", which --usage reads", byUsage, []string{"--out", place("link.csv")}},
		{"--explain would overwrite " + place("pools.csv") + ", which --pools reads", byUsage, []string{"--out", place("o.csv"), "--explain", folder + "/./pools.csv"}},
		{"--posting would overwrite " + place("tenants.csv"), byUsage, []string{"--out", place("o.csv"), "--posting", place("tenants.csv")}},
		{"--out would overwrite " + place("rules.yaml"), byRules, []string{"--out", place("rules.yaml")}},
		{"--out would overwrite " + place("bill.csv") + ", which --focus reads", byRules, []string{"--out", place("bill.csv")}},
		{"--out and --explain both write to", byUsage, []string{"--out", place("o.csv"), "--explain", folder + "/../" + filepath.Base(folder) + "/o.csv"}},
		{"what --post-digits asks for goes to standard output, which is taken; give --posting a file", byUsage, []string{"--out", "-", "--post-digits", "2"}},
		{"amounts are posted with 0 to 30 digits, not 2000000000", byUsage, []string{"--out", "-", "--post-digits", "2000000000"}},
		{`currency "DOLLAR" is no`, byUsage, []string{"--out", "-", "--currency", "DOLLAR"}},
		{`period "2026-13" is not a month`, byUsage, []string{"--out", "-", "--period", "2026-13"}},
		{"--rules goes with --focus", byUsage, []string{"--out", "-", "--rules", place("rules.yaml")}},
	} {
		t.Run(test.want, func(t *testing.T) {
			code, stdout, stderr := execute(t, append(append([]string{"allocate"}, test.form...), test.arguments...)...)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			require.Contains(t, stderr, test.want)
			require.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
			for name, text := range files {
				kept, err := os.ReadFile(place(name))
				require.NoError(t, err)
				require.Equal(t, text, string(kept))
			}
		})
	}
	t.Run("files of their own are written", func(t *testing.T) {
		code, _, stderr := execute(t, append([]string{"allocate", "--out", place("cells.out"), "--post-digits", "2"}, byUsage...)...)
		require.Zero(t, code, stderr)
	})
}
