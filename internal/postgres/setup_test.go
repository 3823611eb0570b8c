package postgres_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

var (
	september = period.New(2025, time.September)
	october   = september.Next()
	ctx       = context.Background()
)

// bench is a book and the stores on its database.
type bench struct {
	book    string
	pool    *pgxpool.Pool
	periods *postgres.Closing
	ledger  *postgres.Ledger
	outbox  *postgres.Outbox
}

// newBench makes the sample book in a fresh database.
func newBench(t testing.TB) *bench {
	t.Helper()
	return newBook(t, postgrestest.New(t), "main")
}

// newBook makes a book like the sample one in a database that others may use too.
func newBook(t testing.TB, pool *pgxpool.Pool, id string) *bench {
	t.Helper()
	book := closing.SampleBook()
	book.ID = id
	_, err := postgres.EnsureBook(ctx, pool, book)
	require.NoError(t, err)
	return &bench{
		book: id, pool: pool, periods: postgres.NewClosing(pool),
		ledger: postgres.NewLedger(pool), outbox: postgres.NewOutbox(pool),
	}
}

func (b *bench) request(month period.Period) closing.OpenRequest {
	return closing.OpenRequest{
		Book: b.book, Period: month, RequestedBy: "olga", CorrelationID: "corr-1", Now: month.End().AddDate(0, 0, 9),
	}
}

// open starts an attempt that must start.
func (b *bench) open(t testing.TB, month period.Period) closing.AttemptRef {
	t.Helper()
	status, started, err := b.periods.OpenAttempt(ctx, b.request(month))
	require.NoError(t, err)
	require.True(t, started)
	return status.Ref()
}

// calculate freezes, stores pools of the given number of tenants and saves the result.
func (b *bench) calculate(t testing.TB, ref closing.AttemptRef, pools, tenants int) string {
	t.Helper()
	manifestHash, err := b.periods.SaveManifest(ctx, ref, manifest(ref))
	require.NoError(t, err)
	for pool := range pools {
		require.NoError(t, b.ledger.Put(ctx, distribution(ref, pool, tenants)))
	}
	hash, err := ledger.ResultHash(manifestHash, b.ledger.Transactions(ctx, ref.Book, ref.Period, ref.Attempt))
	require.NoError(t, err)
	totals := []closing.CurrencyTotal{{Currency: "USD", Billed: decimal.RequireFromString("12.5"), Cells: int64(pools * tenants)}}
	require.NoError(t, b.periods.SaveResult(ctx, ref, hash, totals))
	return hash
}

// await brings an attempt to where people are asked.
func (b *bench) await(t testing.TB, month period.Period) (closing.AttemptRef, string) {
	t.Helper()
	ref := b.open(t, month)
	hash := b.calculate(t, ref, 3, 4)
	require.NoError(t, b.periods.AwaitApproval(ctx, ref, deadline(month)))
	return ref, hash
}

// approve brings an attempt to publishing.
func (b *bench) approve(t testing.TB, month period.Period) closing.AttemptRef {
	t.Helper()
	ref, hash := b.await(t, month)
	_, err := b.periods.Approve(ctx, ref, decision(ref, hash, approval.Approve), postings(ref))
	require.NoError(t, err)
	return ref
}

// deliver marks everything of billing's as delivered.
func (b *bench) deliver(t testing.TB) {
	t.Helper()
	pending, err := b.outbox.Pending(ctx, outbox.TopicBillingPosting, "", 1000)
	require.NoError(t, err)
	for _, message := range pending {
		require.NoError(t, b.outbox.Delivered(ctx, message.ID))
	}
}

func (b *bench) close(t testing.TB, month period.Period) closing.AttemptRef {
	t.Helper()
	ref := b.approve(t, month)
	b.deliver(t)
	require.NoError(t, b.periods.Close(ctx, ref))
	return ref
}

func (b *bench) state(t testing.TB, month period.Period) closing.State {
	t.Helper()
	status, err := b.periods.Period(ctx, b.book, month)
	require.NoError(t, err)
	return status.State
}

func deadline(month period.Period) time.Time { return month.End().AddDate(0, 0, 12) }

func manifest(ref closing.AttemptRef) closing.Manifest {
	return closing.Manifest{
		Version: closing.ManifestVersion, Book: ref.Book, Period: ref.Period, Currency: "USD", AllocationVersion: "lrm-1",
		Inputs: []closing.ManifestInput{{Kind: "charges", Scope: "111122223333", ContentHash: "ab", Rows: 3}},
		Rules:  []closing.ManifestRule{{RuleID: "network", Version: 1, ContentHash: "cd"}},
	}
}

func decision(ref closing.AttemptRef, hash string, verdict approval.Verdict) approval.Decision {
	return approval.Decision{
		ID: fmt.Sprintf("decision-%s-%d", verdict, ref.Attempt), Verdict: verdict, Reason: "looked at it", ResultHash: hash,
		Actor:     approval.Actor{Subject: "fiona", Roles: []approval.Role{approval.RoleFinanceApprover}},
		DecidedAt: ref.Period.End().AddDate(0, 0, 10), Token: "secret",
	}
}

func postings(ref closing.AttemptRef) closing.Announce {
	return func(revision int) ([]outbox.Message, error) {
		var messages []outbox.Message
		for page := 1; page <= 2; page++ {
			messages = append(messages, outbox.Message{
				Topic: outbox.TopicBillingPosting, Group: closing.PostingGroup(ref.Book, ref.Period, revision),
				Key: closing.PostingKey(ref.Book, ref.Period, revision, page), Payload: []byte(`{"page":` + strconv.Itoa(page) + `}`),
			})
		}
		return messages, nil
	}
}

// distribution is a pool split among tenants, zero cells and a reserved account included.
func distribution(ref closing.AttemptRef, pool, tenants int) ledger.Transaction {
	t := ledger.Transaction{Key: ledger.Key{
		Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt, Stage: pool % 2, Pool: fmt.Sprintf("pool-%02d", pool), Currency: "USD",
	}}
	t.Entries = append(t.Entries, ledger.Entry{Account: "@unallocated", Amount: decimal.RequireFromString("-0.000000000000001")})
	for i := range tenants {
		t.Entries = append(t.Entries, ledger.Entry{Account: fmt.Sprintf("tenant-%05d", i), Amount: decimal.New(int64(i*(pool+1)), -4)})
	}
	for _, entry := range t.Entries {
		t.Amount = t.Amount.Add(entry.Amount)
	}
	return t
}
