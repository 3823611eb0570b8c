package integration

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/sandbox"
)

func TestAKilledWorkerChangesNothingInTheResult(t *testing.T) {
	undisturbed := newStack(t)
	undisturbed.startWorker()
	want := undisturbed.await(undisturbed.open(september2025), closing.StateAwaitingApproval)

	s := newStack(t)
	// Slow pages hold the close in its first step for long enough to be killed there.
	s.fault(sandbox.Fault{Route: "GET /billing/v1/charges", LatencyMS: 300})
	first := s.startWorkerProcess()
	ref := s.open(september2025)
	require.Eventually(t, func() bool {
		status, err := s.periods.Period(context.Background(), ref.Book, ref.Period)
		require.NoError(t, err)
		return status.Step == "collect"
	}, patience, glance)
	kill(t, first)

	second := s.startWorkerProcess()
	got := s.await(ref, closing.StateAwaitingApproval)
	require.Equal(t, want.ManifestHash, got.ManifestHash)
	require.Equal(t, want.ResultHash, got.ResultHash)
	kill(t, second)

	// Nobody is there while the decision is on its way; the next worker takes it.
	s.startWorkerProcess()
	require.NoError(t, s.decide(got, approval.Approve, approver))
	closed := s.await(ref, closing.StateClosed)
	pages, sums := s.postings(ref)
	require.Positive(t, pages)
	for _, total := range closed.Totals {
		require.True(t, total.Billed.Equal(sums[total.Currency]))
	}
}

func TestALostDatabaseDelaysTheCloseAndNothingMore(t *testing.T) {
	s := newStack(t)
	s.fault(sandbox.Fault{Route: "GET /billing/v1/charges", LatencyMS: 200})
	s.startWorker()
	admin, err := pgx.Connect(context.Background(), s.databaseURL)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, admin.Close(context.Background())) })

	ref := s.open(september2025)
	cut := 0
	require.Eventually(t, func() bool {
		var step string
		require.NoError(t, admin.QueryRow(context.Background(),
			"SELECT step FROM omnicloud.periods WHERE period = $1", ref.Period.String()).Scan(&step))
		if step == "collect" && cut < 3 {
			cut++
			_, err := admin.Exec(context.Background(),
				"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
			require.NoError(t, err)
		}
		return step == "await_approval"
	}, patience, glance)
	require.Positive(t, cut)
	status := s.await(ref, closing.StateAwaitingApproval)
	require.NoError(t, s.decide(status, approval.Approve, approver))
	s.await(ref, closing.StateClosed)
}
