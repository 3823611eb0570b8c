package allocation_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
)

func TestNotes(t *testing.T) {
	options := allocation.BillOptions{
		Rules: ruleSet(t, allocation.Mapping{Entries: []allocation.MappingEntry{{Pool: "pool"}}}, rule(allocation.StrategyProportional, weighed("compute=0.5 storage=0.5"))),
		Span:  allocation.SpanOf(september),
	}
	departed := tenants(t, "a", "b", "gone")
	departed[2].ActiveUntil = september.Start()
	var err error
	options.Roster, err = allocation.NewRoster(departed)
	require.NoError(t, err)
	used := func(t *testing.T, lines ...string) *allocation.Usage {
		t.Helper()
		u := allocation.NewUsage(options.Roster, options.Rules, options.Span)
		for i := 0; i < len(lines); i += 3 {
			require.NoError(t, u.Add(charge.Usage{TenantID: lines[i], Category: lines[i+1], Quantity: decimal.RequireFromString(lines[i+2])}))
		}
		return u
	}
	noted := func(t *testing.T, u *allocation.Usage) []allocation.Note {
		t.Helper()
		notes, count := allocate(t, options, u, billed("4")).Notes("USD", 10)
		require.Len(t, notes, count)
		return notes
	}
	t.Run("there are none where all went as the rules say", func(t *testing.T) {
		require.Empty(t, noted(t, used(t, "a", "compute", "1", "b", "storage", "1")))
	})
	t.Run("say that direct cost drove a pool, and that nobody had a share", func(t *testing.T) {
		require.Equal(t, []allocation.Note{
			{Kind: allocation.NoteDrivers, Pool: "pool", Value: "direct cost"},
			{Kind: allocation.NoteFallback, Pool: "pool", Value: "equal"},
		}, noted(t, nil))
	})
	t.Run("name drivers that counted as zero", func(t *testing.T) {
		require.Equal(t, []allocation.Note{
			{Kind: allocation.NoteClamped, Pool: "pool", TenantID: "b", Category: "storage", Value: "-2.5"},
		}, noted(t, used(t, "a", "compute", "1", "b", "storage", "-2.5")))
	})
	t.Run("name whose usage was left out, who bears nothing", func(t *testing.T) {
		u := used(t, "a", "compute", "1")
		u.Merge(used(t, "gone", "compute", "9"))
		result := allocate(t, options, u, billed("4"))
		require.Equal(t, "pool USD: a=4.00 b=0.00 gone=0.00", table(result)[0])
		notes, _ := result.Notes("USD", 10)
		require.Equal(t, []allocation.Note{{Kind: allocation.NoteLeftOut, TenantID: "gone"}}, notes)
	})
	t.Run("are counted beyond their limit", func(t *testing.T) {
		result := allocate(t, options, used(t, "a", "compute", "-1", "b", "compute", "-1"), billed("4"))
		notes, count := result.Notes("USD", 1)
		require.Len(t, notes, 1)
		require.Equal(t, 3, count)
	})
}
