package postgres_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestBooks(t *testing.T) {
	b := newBench(t)
	t.Run("come back as they were made", func(t *testing.T) {
		book, err := b.periods.Book(ctx, "main")
		require.NoError(t, err)
		want := closing.SampleBook()
		require.True(t, want.VarianceTolerance.Equal(book.VarianceTolerance))
		book.VarianceTolerance = want.VarianceTolerance
		want.BillingAccounts, want.Approvers = []string{}, []string{}
		require.Equal(t, want, book)
	})
	t.Run("that are unknown are not found", func(t *testing.T) {
		_, err := b.periods.Book(ctx, "other")
		require.True(t, fault.Is(err, fault.NotFound))
		_, err = b.periods.Period(ctx, "other", september)
		require.True(t, fault.Is(err, fault.NotFound))
		_, _, err = b.periods.OpenAttempt(ctx, closing.OpenRequest{Book: "other", Period: september, Now: time.Now()})
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestOpenAttempt(t *testing.T) {
	pool := postgrestest.New(t)
	t.Run("starts the first attempt at an ended period", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		status, started, err := b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.True(t, started)
		require.Equal(t, closing.StateClosing, status.State)
		require.Equal(t, "period-close:"+b.book+":2025-09:1", status.Ref().WorkflowID())
		require.Equal(t, "olga", status.RequestedBy)
		require.Equal(t, "corr-1", status.CorrelationID)
	})
	t.Run("refuses a period that has not ended", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		asked := b.request(september)
		asked.Now = september.End().Add(-time.Nanosecond)
		refuse(t, b, asked, "can be closed from 2025-10-01 on")
	})
	t.Run("refuses a period before the book's first without charges", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		refuse(t, b, b.request(september.Previous()), "has no charges")
	})
	t.Run("refuses a period whose predecessor is not closed", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		refuse(t, b, b.request(october), "close 2025-09 first")
	})
	t.Run("refuses a period whose predecessor is only published in part", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		b.approve(t, september)
		refuse(t, b, b.request(october), "2025-09, which is publishing")
	})
	t.Run("takes the next period once its predecessor is closed", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		b.close(t, september)
		require.Equal(t, 1, b.open(t, october).Attempt)
	})
	t.Run("takes an earlier period that has charges and nothing before it", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		b.charge(t, period.New(2024, time.September), "any")
		b.open(t, period.New(2024, time.September))
	})
	t.Run("does not start what is closed", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		b.close(t, september)
		status, started, err := b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.False(t, started)
		require.Equal(t, closing.StateClosed, status.State)
		require.Equal(t, 1, status.Revision)
	})
	t.Run("starts one attempt however many ask at once", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		var group sync.WaitGroup
		var starts atomic.Int32
		for range 40 {
			group.Go(func() {
				status, started, err := b.periods.OpenAttempt(ctx, b.request(september))
				if err != nil || status.Attempt != 1 || status.State != closing.StateClosing {
					t.Errorf("attempt %d, state %s, error %v", status.Attempt, status.State, err)
				}
				if started {
					starts.Add(1)
				}
			})
		}
		group.Wait()
		require.Equal(t, int32(1), starts.Load())
	})
	t.Run("starts anew after a failure while closing", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref := b.open(t, september)
		require.NoError(t, b.periods.Fail(ctx, ref, "not_balanced", "invoice 7 differs"))
		status, started, err := b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.True(t, started)
		require.Equal(t, closing.StateClosing, status.State)
		require.Equal(t, 2, status.Attempt)
		require.Empty(t, status.Reason)
		require.Empty(t, status.ManifestHash)
	})
	t.Run("goes on with publishing after a failure there", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		first := b.approve(t, september)
		require.NoError(t, b.periods.Fail(ctx, first, "unavailable", "billing is down"))
		before, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		status, started, err := b.periods.OpenAttempt(ctx, b.request(september))
		require.NoError(t, err)
		require.True(t, started)
		require.Equal(t, closing.StatePublishing, status.State)
		require.Equal(t, 2, status.Attempt)
		require.Equal(t, 1, status.Revision)
		require.Equal(t, before.ResultHash, status.ResultHash)
		require.Equal(t, before.Totals, status.Totals)

		cells, err := b.ledger.Cells(ctx, cellsOf(status.Ref()), start, 100)
		require.NoError(t, err)
		require.Len(t, cells, 15)
		b.deliver(t)
		require.NoError(t, b.periods.Close(ctx, status.Ref()))
		require.Equal(t, closing.StateClosed, b.state(t, september))
	})
}

func refuse(t *testing.T, b *bench, asked closing.OpenRequest, says string) {
	t.Helper()
	_, started, err := b.periods.OpenAttempt(ctx, asked)
	require.True(t, fault.Is(err, fault.Conflict), "%v", err)
	require.ErrorContains(t, err, says)
	require.False(t, started)
	require.Equal(t, closing.StateOpen, b.state(t, asked.Period))
}

func TestApprove(t *testing.T) {
	pool := postgrestest.New(t)
	t.Run("commits revision, seals, messages and state", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		revision, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
		require.Equal(t, 1, revision)
		status, err := b.periods.Period(ctx, b.book, september)
		require.NoError(t, err)
		require.Equal(t, closing.StatePublishing, status.State)
		require.Equal(t, 1, status.Revision)
		pending, err := b.outbox.Pending(ctx, outbox.TopicBillingPosting, b.book+"/2025-09/1", 10)
		require.NoError(t, err)
		require.Len(t, pending, 2)
		require.Equal(t, "period-close:"+b.book+":2025-09:1:post:1", pending[0].Key)
		require.Equal(t, "corr-1", pending[0].CorrelationID)
		head, err := b.ledger.Head(ctx, b.book)
		require.NoError(t, err)
		require.EqualValues(t, 3, head.Transactions)
	})
	t.Run("again with the same decision changes nothing", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		for range 3 {
			revision, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
			require.NoError(t, err)
			require.Equal(t, 1, revision)
		}
		b.deliver(t)
		require.NoError(t, b.periods.Close(ctx, ref))
		revision, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.NoError(t, err)
		require.Equal(t, 1, revision)
		list, err := b.periods.Decisions(ctx, b.book, september)
		require.NoError(t, err)
		require.Len(t, list, 1)
		require.Equal(t, "fiona", list[0].Actor.Subject)
		require.Empty(t, list[0].Token, "a token is a credential")
	})
	t.Run("by two people at once is one approval", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		var group sync.WaitGroup
		var approved atomic.Int32
		for _, id := range []string{"one", "two", "three", "four"} {
			group.Go(func() {
				mine := decision(ref, hash, approval.Approve)
				mine.ID = id
				if _, err := b.periods.Approve(ctx, ref, mine, postings(ref)); err == nil {
					approved.Add(1)
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		group.Wait()
		require.Equal(t, int32(1), approved.Load())
	})
	t.Run("leaves nothing behind when announcing fails", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		_, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), func(int) ([]outbox.Message, error) {
			return nil, fault.New(fault.NotBalanced, "the postings do not add up")
		})
		require.True(t, fault.Is(err, fault.NotBalanced))
		require.Equal(t, closing.StateAwaitingApproval, b.state(t, september))
		head, err := b.ledger.Head(ctx, b.book)
		require.NoError(t, err)
		require.Zero(t, head.Transactions)
	})
	for name, wrong := range map[string]struct {
		code   fault.Code
		change func(*approval.Decision)
	}{
		"refuses a decision on another hash":   {fault.PreconditionFailed, func(d *approval.Decision) { d.ResultHash = "0" }},
		"refuses a decision past the deadline": {fault.Gone, func(d *approval.Decision) { d.DecidedAt = deadline(september).Add(time.Second) }},
		"refuses a rejection":                  {fault.InvalidInput, func(d *approval.Decision) { d.Verdict = approval.Reject }},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBook(t, pool, bookOf(t))
			ref, hash := b.await(t, september)
			mine := decision(ref, hash, approval.Approve)
			wrong.change(&mine)
			_, err := b.periods.Approve(ctx, ref, mine, postings(ref))
			require.True(t, fault.Is(err, wrong.code), "%v", err)
			require.Equal(t, closing.StateAwaitingApproval, b.state(t, september))
		})
	}
	t.Run("refuses to seal what was not shown", func(t *testing.T) {
		b := newBook(t, pool, bookOf(t))
		ref, hash := b.await(t, september)
		require.NoError(t, b.ledger.Put(ctx, distribution(ref, 9, 2)))
		_, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
		require.True(t, fault.Is(err, fault.Tampered), "%v", err)
	})
}
