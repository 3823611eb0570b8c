package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// sizes are how long the parts of a large close take: 10,000 tenants in 26 pools, 260,000 entries.
type sizes struct{ store, seal, page, tenant, verify time.Duration }

func measure(t testing.TB, b *bench) (took sizes) {
	t.Helper()
	timed := func(into *time.Duration, work func()) {
		begun := time.Now()
		work()
		*into = time.Since(begun)
	}
	ref := b.open(t, september)
	var hash string
	timed(&took.store, func() { hash = b.calculate(t, ref, 26, 10_000) })
	require.NoError(t, b.periods.AwaitApproval(ctx, ref, deadline(september)))
	timed(&took.seal, func() {
		_, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
	})
	timed(&took.page, func() {
		middle := ledger.Position{Pool: "pool-12", Currency: "USD", Account: "tenant-05000"}
		page, err := b.ledger.Cells(ctx, cellsOf(ref), middle, 500)
		require.NoError(t, err)
		require.Len(t, page, 500)
	})
	timed(&took.tenant, func() {
		filter := cellsOf(ref)
		filter.Account = "tenant-04711"
		mine, err := b.ledger.Cells(ctx, filter, start, 500)
		require.NoError(t, err)
		require.Len(t, mine, 26)
	})
	timed(&took.verify, func() {
		_, err := postgres.VerifyChain(ctx, b.pool, b.book, "")
		require.NoError(t, err)
	})
	return took
}

func TestLargeClose(t *testing.T) {
	if testing.Short() {
		t.Skip("stores 260,000 entries")
	}
	took := measure(t, newBench(t))
	t.Logf("%+v", took)
	// A trigger per entry would take minutes; the bounds leave room for a busy machine.
	require.Less(t, took.seal, 10*time.Second)
	require.Less(t, took.page, 2*time.Second)
}

func BenchmarkLargeClose(b *testing.B) {
	pool := postgrestest.New(b)
	var sum sizes
	for i := 0; b.Loop(); i++ {
		took := measure(b, newBook(b, pool, fmt.Sprintf("bench-%d", i)))
		sum.store += took.store
		sum.seal += took.seal
		sum.page += took.page
		sum.tenant += took.tenant
		sum.verify += took.verify
	}
	for name, total := range map[string]time.Duration{
		"store-ms": sum.store, "seal-ms": sum.seal, "page-ms": sum.page, "tenant-ms": sum.tenant, "verify-ms": sum.verify,
	} {
		b.ReportMetric(float64(total.Microseconds())/1000/float64(b.N), name)
	}
}
