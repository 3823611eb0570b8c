package main

import (
	"fmt"
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
