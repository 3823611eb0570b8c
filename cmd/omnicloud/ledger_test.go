package main

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/approval"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestMigrateCommand(t *testing.T) {
	url := postgrestest.EmptyURL(t)
	for range 2 {
		code, stdout, stderr := execute(t, "migrate", "--database-url", url)
		require.Zero(t, code, stderr)
		require.Contains(t, stdout, "schema omnicloud is at version ")
	}
}

func TestLedgerVerifyCommand(t *testing.T) {
	url := postgrestest.URL(t)
	pool, err := postgres.Open(context.Background(), url)
	require.NoError(t, err)
	defer pool.Close()
	sealTransactions(t, pool)

	t.Run("prints a line per book whose chain holds", func(t *testing.T) {
		code, stdout, stderr := execute(t, "ledger", "verify", "--database-url", url)
		require.Zero(t, code, stderr)
		require.Regexp(t, `^book main: 2 transactions, 4 entries, head [0-9a-f]{64}\n$`, stdout)
	})
	t.Run("takes a head that was printed before", func(t *testing.T) {
		_, stdout, _ := execute(t, "ledger", "verify", "--database-url", url, "--book", "main")
		head := strings.Fields(stdout)[7]
		code, _, stderr := execute(t, "ledger", "verify", "--database-url", url, "--book", "main", "--head", head)
		require.Zero(t, code, stderr)
		code, _, stderr = execute(t, "ledger", "verify", "--database-url", url, "--head", head)
		require.Equal(t, 1, code)
		require.Contains(t, stderr, "--book")
	})
	t.Run("does not know a book that is not there", func(t *testing.T) {
		code, _, stderr := execute(t, "ledger", "verify", "--database-url", url, "--book", "other")
		require.Equal(t, 1, code)
		require.Equal(t, "omnicloud: there is no book other\n", stderr)
	})
	t.Run("names the first row that was tampered with and exits with 1", func(t *testing.T) {
		tx, err := pool.Begin(context.Background())
		require.NoError(t, err)
		for _, statement := range []string{
			"SET LOCAL session_replication_role = replica", // Switches the triggers off, as only a superuser can.
			"UPDATE ledger_entries SET amount = 999 WHERE account = 'acme' AND tx_id = (SELECT tx_id FROM ledger_transactions WHERE chain_index = 2)",
		} {
			_, err := tx.Exec(context.Background(), statement)
			require.NoError(t, err)
		}
		require.NoError(t, tx.Commit(context.Background()))
		code, stdout, stderr := execute(t, "ledger", "verify", "--database-url", url)
		require.Equal(t, 1, code)
		require.Empty(t, stdout)
		require.Equal(t, 1, strings.Count(stderr, "\n"))
		require.Contains(t, stderr, "ledger transaction 2 (book main, period 2025-09, attempt 1, stage 0, pool network, USD) was edited")
	})
}

// sealTransactions closes September 2025 of the sample book up to its approval, with two pools.
func sealTransactions(t *testing.T, pool *pgxpool.Pool) {
	t.Helper()
	ctx := context.Background()
	_, err := postgres.EnsureBook(ctx, pool, closing.SampleBook())
	require.NoError(t, err)
	periods, entries := postgres.NewClosing(pool), postgres.NewLedger(pool)
	month := closing.SampleBook().FirstPeriod
	status, _, err := periods.OpenAttempt(ctx, closing.OpenRequest{Book: "main", Period: month, RequestedBy: "olga", Now: month.End()})
	require.NoError(t, err)
	ref := status.Ref()
	for _, name := range []string{"logging", "network"} {
		require.NoError(t, entries.Put(ctx, ledger.Transaction{
			Key:    ledger.Key{Book: "main", Period: month, Attempt: ref.Attempt, Pool: name, Currency: "USD"},
			Amount: decimal.New(5, 0),
			Entries: []ledger.Entry{
				{Account: "acme", Amount: decimal.New(2, 0)}, {Account: "globex", Amount: decimal.New(3, 0)},
			},
		}))
	}
	hash, err := ledger.ResultHash("", entries.Transactions(ctx, "main", month, ref.Attempt))
	require.NoError(t, err)
	require.NoError(t, periods.SaveResult(ctx, ref, hash, nil))
	require.NoError(t, periods.AwaitApproval(ctx, ref, time.Now().Add(time.Hour)))
	_, err = periods.Approve(ctx, ref, approval.Decision{
		ID: "d", Verdict: approval.Approve, ResultHash: hash, DecidedAt: time.Now(), Actor: approval.Actor{Subject: "fiona"},
	}, func(int) ([]outbox.Message, error) {
		return []outbox.Message{{Topic: outbox.TopicBillingPosting, Group: "g", Key: "k", Payload: json.RawMessage("{}")}}, nil
	})
	require.NoError(t, err)
}
