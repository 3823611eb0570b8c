package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/drift/secrecy"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestSecretTraces(t *testing.T) {
	pool := postgrestest.NewService(t, postgrestest.URL(t))
	store := postgres.NewSecretTraces(pool)
	today := time.Date(2026, time.June, 1, 15, 0, 0, 0, time.UTC)
	day := func(n int) time.Time { return time.Date(2026, time.June, 1+n, 0, 0, 0, 0, time.UTC) }
	one, two := secrecy.Trace{Tag: [16]byte{1}, Hint: 1<<20 - 1, Length: 8}, secrecy.Trace{Tag: [16]byte{2}, Hint: 0, Length: 4000}
	seen := func(tenant string, since time.Time) []driftwatch.SeenTrace {
		traces, err := store.Traces(ctx, tenant, since)
		require.NoError(t, err)
		return traces
	}
	t.Run("come back of their tenant, with the day that they were seen on", func(t *testing.T) {
		require.NoError(t, store.See(ctx, "acme", []secrecy.Trace{two, one, two}, today))
		require.NoError(t, store.See(ctx, "dune", []secrecy.Trace{one}, today))
		require.ElementsMatch(t, []driftwatch.SeenTrace{{Trace: one, SeenAt: day(0)}, {Trace: two, SeenAt: day(0)}}, seen("acme", today))
		require.Len(t, seen("dune", today), 1)
		require.Empty(t, seen("globex", today))
	})
	t.Run("seen again are noted with the later day, never an earlier one", func(t *testing.T) {
		require.NoError(t, store.See(ctx, "acme", []secrecy.Trace{one}, today.AddDate(0, 0, 8)))
		require.NoError(t, store.See(ctx, "acme", []secrecy.Trace{one}, today))
		require.Equal(t, []driftwatch.SeenTrace{{Trace: one, SeenAt: day(8)}}, seen("acme", today.AddDate(0, 0, 1)))
	})
	t.Run("are forgotten when they were long not seen, whosever they are", func(t *testing.T) {
		require.NoError(t, store.See(ctx, "globex", nil, today.Add(driftwatch.TracesKept).AddDate(0, 0, 1)))
		require.Equal(t, []driftwatch.SeenTrace{{Trace: one, SeenAt: day(8)}}, seen("acme", day(0)))
		require.Empty(t, seen("dune", day(0)))
	})
}
