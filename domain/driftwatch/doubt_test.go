package driftwatch_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/driftwatch"
)

// saw is a tally of a scan that read its whole listing.
func saw(running map[string]int64, missing int64) driftwatch.Tally {
	tally := driftwatch.Tally{Running: running, Missing: missing, Resources: missing}
	for _, count := range running {
		tally.Resources += count
	}
	tally.Expected = tally.Resources
	return tally
}

func TestGap(t *testing.T) {
	require.Empty(t, driftwatch.Tally{Resources: 20, Expected: 20, Missing: 20}.Gap())
	require.Equal(t, "1 of 20 resources could not be read", driftwatch.Tally{Resources: 20, Expected: 20, Unreadable: 1}.Gap())
	require.Equal(t, "the state service announced 20 resources and listed 19", driftwatch.Tally{Resources: 19, Expected: 20}.Gap())
}

func TestLoss(t *testing.T) {
	before := func(running map[string]int64) driftwatch.Baseline {
		return driftwatch.Baseline{ScanID: "s-1", Tally: saw(running, 0)}
	}
	confirmed := func(tally driftwatch.Tally) driftwatch.Baseline {
		return driftwatch.Baseline{ScanID: "s-1", Tally: tally, Confirmed: true}
	}
	vms := func(count int64) map[string]int64 { return map[string]int64{"vm": count} }
	for name, c := range map[string]struct {
		now    driftwatch.Tally
		before driftwatch.Baseline
		types  []string
		doubt  string
	}{
		"a tenant that never ran anything":         {saw(nil, 0), before(nil), nil, ""},
		"as many as before":                        {saw(vms(100), 0), before(vms(100)), nil, ""},
		"fewer than half are gone":                 {saw(vms(51), 49), before(vms(100)), nil, ""},
		"a few of a small tenant are gone":         {saw(vms(1), 8), before(vms(9)), nil, ""},
		"an empty listing":                         {saw(nil, 0), before(vms(100)), nil, "running resources fell from 100 at scan s-1 to 0, more likely an outage"},
		"an empty listing of the smallest tenant":  {saw(nil, 0), before(vms(1)), nil, "running resources fell from 1 at scan s-1 to 0"},
		"everything is missing":                    {saw(nil, 3), before(vms(3)), nil, "running resources fell from 3 at scan s-1 to 0"},
		"half is missing":                          {saw(vms(50), 50), before(vms(100)), nil, "running resources fell from 100 at scan s-1 to 50"},
		"half is listed no more":                   {saw(vms(50), 0), before(vms(100)), nil, "running resources fell from 100 at scan s-1 to 50"},
		"much is declared that was never made":     {saw(vms(100), 900), before(vms(100)), nil, ""},
		"a type of many is gone":                   {saw(vms(100), 0), before(map[string]int64{"vm": 100, "sg": 12}), nil, "running resources of type sg fell from 12 at scan s-1 to 0"},
		"a type of few is gone":                    {saw(vms(100), 0), before(map[string]int64{"vm": 100, "sg": 2}), nil, ""},
		"types were not told apart before":         {saw(vms(2), 0), driftwatch.Baseline{ScanID: "s-1", Tally: driftwatch.Tally{Resources: 20, Missing: 2}}, nil, "running resources fell from 18 at scan s-1 to 2"},
		"half is missing when nothing is known":    {saw(vms(10), 10), driftwatch.Baseline{}, nil, "10 of 20 resources are missing at once"},
		"few are missing when nothing is known":    {saw(vms(11), 9), driftwatch.Baseline{}, nil, ""},
		"a loss that was confirmed":                {saw(vms(3), 97), confirmed(saw(vms(3), 97)), nil, ""},
		"all is gone, as was confirmed":            {saw(nil, 0), confirmed(saw(nil, 0)), nil, ""},
		"more is gone than was confirmed":          {saw(vms(3), 97), confirmed(saw(vms(40), 60)), nil, "running resources fell from 40 at scan s-1 to 3"},
		"a type that nothing is of":                {saw(nil, 0), before(nil), []string{"vn"}, "look at their spelling"},
		"a type that nothing is of, as was agreed": {saw(nil, 0), confirmed(saw(nil, 0)), []string{"vm"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			doubt := c.now.Loss(c.before, c.types)
			if c.doubt == "" {
				require.Empty(t, doubt)
				return
			}
			require.Contains(t, doubt, c.doubt)
			require.NotContains(t, doubt, "\n")
		})
	}
}

func TestBaselineForTypes(t *testing.T) {
	all := driftwatch.Baseline{ScanID: "s-1", Tally: saw(map[string]int64{"vm": 12, "sg": 3}, 0)}
	require.Equal(t, all, all.For(nil))
	narrowed := all.For([]string{"sg", "db"})
	require.Equal(t, map[string]int64{"sg": 3, "db": 0}, narrowed.Tally.Running)
	require.Contains(t, saw(nil, 0).Loss(narrowed, []string{"sg", "db"}), "fell from 3")
	untold := driftwatch.Baseline{ScanID: "s-1", Tally: driftwatch.Tally{Resources: 20}}
	require.Empty(t, untold.For([]string{"vm"}).ScanID, "of a type nothing is known")
}

func TestConfirmingWhatAScanSawIsEnoughForTheSameToBeBelieved(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		counts := rapid.MapOf(rapid.SampledFrom([]string{"vm", "sg", "db"}), rapid.Int64Range(0, 40))
		now := saw(counts.Draw(t, "now"), rapid.Int64Range(0, 100).Draw(t, "missing"))
		before := driftwatch.Baseline{ScanID: "s-1", Tally: saw(counts.Draw(t, "before"), 0)}
		if now.Loss(before, nil) != "" {
			require.Empty(t, now.Loss(driftwatch.Baseline{ScanID: "s-2", Tally: now, Confirmed: true}, nil))
		}
	})
}
