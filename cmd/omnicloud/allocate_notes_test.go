package main

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestAllocateNotes(t *testing.T) {
	files := func(tenants int) map[string]string {
		var usage, roster strings.Builder
		usage.WriteString("tenant_id,category,quantity\n")
		roster.WriteString("tenant_id,plan,active_from,active_until,weight\n")
		for i := range tenants {
			fmt.Fprintf(&usage, "t%02d,compute,-1\n", i)
			fmt.Fprintf(&roster, "t%02d,free,,,\n", i)
		}
		return map[string]string{
			"usage.csv": usage.String(), "tenants.csv": roster.String(),
			"pools.csv": "pool_id,amount,strategy,weights\nplatform,10,proportional,compute=1\n",
		}
	}
	const arguments = "--usage @usage.csv --pools @pools.csv --tenants @tenants.csv --out @cells.csv"
	t.Run("stop after ten of a kind and say how many there are", func(t *testing.T) {
		code, _, stderr := newAllocateFolder(t, files(25)).run(t, arguments)
		require.Equal(t, 0, code, stderr)
		require.Equal(t, 10, strings.Count(stderr, "counts as zero"))
		require.True(t, strings.HasSuffix(stderr, "t09 totals below zero and counts as zero\n… and 15 more; --explain lists all\n"), stderr)
		require.Contains(t, stderr, "fallback: equal")
	})
	t.Run("are whole up to ten", func(t *testing.T) {
		code, _, stderr := newAllocateFolder(t, files(10)).run(t, arguments)
		require.Equal(t, 0, code, stderr)
		require.Equal(t, 10, strings.Count(stderr, "counts as zero"))
		require.NotContains(t, stderr, "more")
	})
}

func TestAllocateStages(t *testing.T) {
	const inputs = "--focus @bill.csv --rules @rules.yaml --tenants @tenants.csv --period 2026-09 "
	staged := func(flows string) string {
		return billFiles["rules.yaml"] + "    flows_to: " + flows + "\n  - {id: support, strategy: equal}\n"
	}
	t.Run("cells sum to the bill, and what moves on is said", func(t *testing.T) {
		files := maps.Clone(billFiles)
		files["rules.yaml"] = staged(`{support: "0.25", tenants: "0.75"}`)
		code, stdout, stderr := newAllocateFolder(t, files).run(t, inputs+"--usage @usage.csv --out -")
		require.Equal(t, 0, code, stderr)
		require.Contains(t, stdout, "platform,zeta,22.50\nplatform,acme,7.50\nsupport,zeta,5.00\nsupport,acme,5.00\n")
		require.Contains(t, stderr, "pool platform passes 10 on to pool support\n")
	})
	for flows, message := range map[string]string{
		"{platform: 1}":               "rules.yaml: pools flow in a circle: platform → platform; end it at one of them",
		"{ghost: 1}":                  `rules.yaml: pool "platform" flows into pool "ghost", which has no rule; add one`,
		"{support: 0.5}":              `rules.yaml:10: pools[0]: pool "platform" cannot flow on: the weights of flows_to sum to 0.5; they must sum to 1`,
		"{support: 1.5, tenants: -1}": `rules.yaml:10: pools[0]: pool "platform" cannot flow on: flows_to gives "tenants" the weight -1; weights are positive`,
	} {
		t.Run("refuses "+flows, func(t *testing.T) {
			files := maps.Clone(billFiles)
			files["rules.yaml"] = staged(flows)
			code, _, stderr := newAllocateFolder(t, files).run(t, inputs+"--out @cells.csv")
			require.Equal(t, 1, code)
			require.Equal(t, "omnicloud: "+message+"\n", lastLine(stderr))
		})
	}
}
