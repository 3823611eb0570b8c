package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// TestInterruptedPut cuts the connection in the middle of copying entries, as a crash of either side
// does.
func TestInterruptedPut(t *testing.T) {
	b := newBench(t)
	ref := closing.AttemptRef{Book: "main", Period: september, Attempt: 1}
	large := distribution(ref, 1, 60_000)
	failed := make(chan error, 1)
	go func() { failed <- b.ledger.Put(ctx, large) }()
	require.Eventually(t, func() bool {
		var cut int
		err := b.pool.QueryRow(ctx, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
			WHERE datname = current_database() AND query ILIKE 'copy%ledger_entries%' AND state = 'active'`).Scan(&cut)
		return err == nil && cut > 0
	}, 10*time.Second, time.Millisecond)

	require.True(t, fault.Is(<-failed, fault.Unavailable), "trying again can help")
	var left int
	require.NoError(t, b.pool.QueryRow(ctx, "SELECT count(*) FROM ledger_entries").Scan(&left))
	require.Zero(t, left, "nothing of a transaction is stored unless all of it is")
	for range 2 {
		require.NoError(t, b.ledger.Put(ctx, large))
	}
	for stored, err := range b.ledger.Transactions(ctx, "main", september, 1) {
		require.NoError(t, err)
		require.Equal(t, ledger.ContentHash(large), ledger.ContentHash(stored))
	}
}
