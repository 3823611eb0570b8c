package postgres_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestReconciliations(t *testing.T) {
	i := newInventory(t)
	secret := []byte("a secret of 32 bytes or still more")
	journal := postgres.NewReconciliations(i.pool, secret)
	// stored returns the row of an entry as whoever reads the table sees it.
	stored := func(run, id string) (row string, sealed []byte) {
		require.NoError(t, i.pool.QueryRow(ctx, "SELECT r::text, sealed FROM reconciliations r WHERE run = $1 AND resource_id = $2", run, id).Scan(&row, &sealed))
		return row, sealed
	}
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
	t.Run("hold no value of a configuration that can be read", func(t *testing.T) {
		row, sealed := stored("r1", "a")
		require.NotContains(t, row, "hunter2")
		require.NotContains(t, row, "before")
		require.NotContains(t, string(sealed), "hunter2")
		_, again := stored("r1", "b")
		require.NotEqual(t, sealed, again, "equal values do not look equal")
	})
	t.Run("open with the secret that they were sealed with, and in their own place", func(t *testing.T) {
		_, err := postgres.NewReconciliations(i.pool, []byte("another secret of 32 bytes or more")).Entries(ctx, "r1")
		require.Equal(t, fault.Tampered, fault.CodeOf(err))
		_, err = i.pool.Exec(ctx, "UPDATE reconciliations SET sealed = (SELECT sealed FROM reconciliations WHERE run = 'r1' AND resource_id = 'a') WHERE run = 'r2'")
		require.NoError(t, err)
		_, err = journal.Entries(ctx, "r2")
		require.ErrorContains(t, err, "what is sealed of resource a in run r2 does not open")
	})
	t.Run("lose what they hold of configurations when settled", func(t *testing.T) {
		require.NoError(t, journal.Settle(ctx, "r1", "a", infra.StatusRolledBack, 7))
		entries, err := journal.Entries(ctx, "r1")
		require.NoError(t, err)
		require.Equal(t, infra.StatusRolledBack, entries[0].Status)
		require.EqualValues(t, 7, entries[0].Restored)
		require.Nil(t, entries[0].Before)
		_, sealed := stored("r1", "a")
		require.Nil(t, sealed)
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
	t.Run("of before they were sealed are read, and lose their values like others", func(t *testing.T) {
		plain, err := json.Marshal(entry("r4", "a", 1))
		require.NoError(t, err)
		_, err = i.pool.Exec(ctx, "INSERT INTO reconciliations (run, resource_id, number, fingerprint, status, entry) VALUES ('r4', 'a', 1, '', 'begun', $1)", string(plain))
		require.NoError(t, err)
		entries, err := journal.Entries(ctx, "r4")
		require.NoError(t, err)
		require.Equal(t, []infra.Entry{entry("r4", "a", 1)}, entries)
		require.NoError(t, journal.Settle(ctx, "r4", "a", infra.StatusDone, 0))
		row, _ := stored("r4", "a")
		require.NotContains(t, row, "hunter2")
	})
	t.Run("that were never begun cannot be settled", func(t *testing.T) {
		require.Error(t, journal.Settle(ctx, "r9", "a", infra.StatusDone, 0))
	})
}
