package postgres_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestReconciliations(t *testing.T) {
	i := newInventory(t)
	journal := postgres.NewReconciliations(i.pool)
	entry := func(run, id string, number int) infra.Entry {
		return infra.Entry{
			Run: run, ResourceID: id, Number: number, Type: infra.ActionUpdate, Side: infra.SideActual, Version: 3, Fingerprint: "f",
			Before: []infra.Change{{Path: "password", Value: json.RawMessage(`"hunter2-hunter2"`)}},
			After:  []infra.Change{{Path: "password", Remove: true}}, Status: infra.StatusBegun,
		}
	}
	long := time.Now().Add(-time.Hour)

	t.Run("come back by number, as they were kept", func(t *testing.T) {
		require.NoError(t, journal.Intend(ctx, entry("r1", "b", 2)))
		require.NoError(t, journal.Intend(ctx, entry("r1", "a", 1)))
		require.NoError(t, journal.Intend(ctx, entry("r1", "b", 2)))
		require.NoError(t, journal.Intend(ctx, entry("r2", "a", 1)))
		entries, err := journal.Entries(ctx, "r1")
		require.NoError(t, err)
		require.Equal(t, []infra.Entry{entry("r1", "a", 1), entry("r1", "b", 2)}, entries)
	})
	t.Run("lose what they hold of configurations when settled", func(t *testing.T) {
		require.NoError(t, journal.Settle(ctx, "r1", "a", infra.StatusRolledBack, 7))
		entries, err := journal.Entries(ctx, "r1")
		require.NoError(t, err)
		require.Equal(t, infra.StatusRolledBack, entries[0].Status)
		require.EqualValues(t, 7, entries[0].Restored)
		require.Nil(t, entries[0].Before)
		var secret int
		require.NoError(t, i.pool.QueryRow(ctx, "SELECT count(*) FROM reconciliations WHERE run = 'r1' AND resource_id = 'a' AND entry::text LIKE '%hunter2%'").Scan(&secret))
		require.Zero(t, secret)
	})
	t.Run("count what other runs fixed in the same way, and only what was done", func(t *testing.T) {
		count := func(run, fingerprint string, since time.Time) int {
			fixed, err := journal.Fixed(ctx, run, "a", fingerprint, since)
			require.NoError(t, err)
			return fixed
		}
		require.Zero(t, count("r3", "f", long))
		require.NoError(t, journal.Settle(ctx, "r2", "a", infra.StatusDone, 0))
		require.Equal(t, 1, count("r3", "f", long))
		require.Zero(t, count("r2", "f", long), "a run does not count itself")
		require.Zero(t, count("r3", "g", long))
		require.Zero(t, count("r3", "f", time.Now().Add(time.Hour)))
	})
	t.Run("that were never begun cannot be settled", func(t *testing.T) {
		require.Error(t, journal.Settle(ctx, "r9", "a", infra.StatusDone, 0))
	})
}
