package postgres_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

var (
	start ledger.Position
	now   = time.Now
)

func cellsOf(ref closing.AttemptRef) ledger.Filter {
	return ledger.Filter{Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt}
}

func TestPut(t *testing.T) {
	b := newBench(t)
	ref := closing.AttemptRef{Book: "main", Period: september, Attempt: 1}
	t.Run("gives back to the last digit what was put", func(t *testing.T) {
		want := distribution(ref, 1, 3)
		want.Entries[1].Amount = decimal.RequireFromString("123456789012345678901234567890.000000000000000000000000000001")
		want.Amount = decimal.Zero
		for _, entry := range want.Entries {
			want.Amount = want.Amount.Add(entry.Amount)
		}
		require.NoError(t, b.ledger.Put(ctx, want))
		for got, err := range b.ledger.Transactions(ctx, "main", september, 1) {
			require.NoError(t, err)
			require.Equal(t, want.Key, got.Key)
			require.Equal(t, ledger.ContentHash(want), ledger.ContentHash(got))
		}
	})
	t.Run("again changes nothing, also at once", func(t *testing.T) {
		var group sync.WaitGroup
		for range 8 {
			group.Go(func() {
				if err := b.ledger.Put(ctx, distribution(ref, 2, 50)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		filter := cellsOf(ref)
		filter.Pool = "pool-02"
		cells, err := b.ledger.Cells(ctx, filter, start, 1000)
		require.NoError(t, err)
		require.Len(t, cells, 51)
	})
	t.Run("of other amounts under the same key is tampering", func(t *testing.T) {
		require.NoError(t, b.ledger.Put(ctx, distribution(ref, 3, 2)))
		require.True(t, fault.Is(b.ledger.Put(ctx, distribution(ref, 3, 3)), fault.Tampered))
	})
	t.Run("of what does not balance is refused", func(t *testing.T) {
		wrong := distribution(ref, 4, 2)
		wrong.Amount = decimal.New(1, 0)
		require.True(t, fault.Is(b.ledger.Put(ctx, wrong), fault.NotBalanced))
	})
}

func TestCells(t *testing.T) {
	b := newBench(t)
	ref := b.open(t, september)
	b.calculate(t, ref, 5, 7)
	all, err := b.ledger.Cells(ctx, cellsOf(ref), start, 1000)
	require.NoError(t, err)
	require.Len(t, all, 5*8)

	t.Run("are the same in pages of any size", func(t *testing.T) {
		for size := 1; size < 12; size++ {
			var paged []ledger.Cell
			for position := start; ; {
				page, err := b.ledger.Cells(ctx, cellsOf(ref), position, size)
				require.NoError(t, err)
				paged = append(paged, page...)
				if len(page) < size {
					break
				}
				last := page[len(page)-1]
				position = ledger.Position{Stage: last.Stage, Pool: last.Pool, Currency: last.Currency, Account: last.Account}
			}
			require.Equal(t, all, paged)
		}
	})
	t.Run("narrow to an account, a pool and a currency", func(t *testing.T) {
		for _, narrowed := range []struct {
			change func(*ledger.Filter)
			count  int
		}{
			{func(f *ledger.Filter) { f.Account = "tenant-00003" }, 5},
			{func(f *ledger.Filter) { f.Account = "@unallocated" }, 5},
			{func(f *ledger.Filter) { f.Pool = "pool-01" }, 8},
			{func(f *ledger.Filter) { f.Pool, f.Account = "pool-01", "tenant-00003" }, 1},
			{func(f *ledger.Filter) { f.Currency = "EUR" }, 0},
			{func(f *ledger.Filter) { f.Attempt = 9 }, 0},
			{func(f *ledger.Filter) { f.Revision, f.Deltas = 1, true }, 0},
		} {
			filter := cellsOf(ref)
			narrowed.change(&filter)
			cells, err := b.ledger.Cells(ctx, filter, start, 1000)
			require.NoError(t, err)
			require.Len(t, cells, narrowed.count)
		}
	})
	t.Run("need a book, a period and an attempt or revision", func(t *testing.T) {
		_, err := b.ledger.Cells(ctx, ledger.Filter{Book: "main", Period: september}, start, 1)
		require.True(t, fault.Is(err, fault.InvalidInput))
	})
	t.Run("sum by account to what they are", func(t *testing.T) {
		totals, err := b.ledger.AccountTotals(ctx, "main", september, ref.Attempt)
		require.NoError(t, err)
		require.Len(t, totals, 8)
		require.Equal(t, "@unallocated", totals[0].Account)
		require.Equal(t, "-0.000000000000005", totals[0].Amount.String())
		require.Equal(t, "0.0015", totals[2].Amount.String())
	})
}

// TestImmutability tries to change results by SQL, as the owner of the tables.
func TestImmutability(t *testing.T) {
	b := newBench(t)
	b.close(t, september)
	ref := b.open(t, october)
	b.calculate(t, ref, 1, 2)
	var unsealed int64
	require.NoError(t, b.pool.QueryRow(ctx, "SELECT tx_id FROM ledger_transactions WHERE NOT sealed").Scan(&unsealed))
	for _, statement := range []string{
		"UPDATE ledger_entries SET amount = amount + 1",
		"DELETE FROM ledger_entries",
		"TRUNCATE ledger_entries",
		"UPDATE ledger_transactions SET amount = 0 WHERE sealed",
		"UPDATE ledger_transactions SET amount = 0 WHERE NOT sealed",
		"UPDATE ledger_transactions SET sealed = false, revision = NULL, chain_index = NULL, previous_hash = NULL, chain_hash = NULL, sealed_at = NULL WHERE sealed",
		"UPDATE ledger_transactions SET chain_index = chain_index + 100 WHERE sealed",
		"DELETE FROM ledger_transactions",
		"TRUNCATE ledger_transactions",
		"INSERT INTO ledger_entries (tx_id, account, amount) SELECT tx_id, 'mallory', 5 FROM ledger_transactions WHERE sealed LIMIT 1",
		"INSERT INTO ledger_entries (tx_id, account, amount) VALUES (987654321, 'mallory', 5)",
		"UPDATE decisions SET subject = 'mallory'",
		"DELETE FROM decisions",
		"TRUNCATE decisions",
		"DELETE FROM allocation_rules",
		"UPDATE charges SET billed_cost = 0",
		"TRUNCATE usage_records",
	} {
		t.Run("refuses "+statement, func(t *testing.T) {
			_, err := b.pool.Exec(ctx, statement)
			require.ErrorContains(t, err, "OC001")
		})
	}
	t.Run("refuses to seal what does not balance", func(t *testing.T) {
		_, err := b.pool.Exec(ctx, "INSERT INTO ledger_entries (tx_id, account, amount) VALUES ($1, 'mallory', 5)", unsealed)
		require.NoError(t, err)
		_, err = b.pool.Exec(ctx, `UPDATE ledger_transactions SET sealed = true, revision = 1, chain_index = 99,
			previous_hash = '', chain_hash = '', sealed_at = now() WHERE tx_id = $1`, unsealed)
		require.ErrorContains(t, err, "OC002")
	})
}

// TestVerifyChain tampers with the sealed ledger as only somebody can who switches the triggers off.
func TestVerifyChain(t *testing.T) {
	b := newBench(t)
	b.close(t, september)
	b.close(t, october)
	report, err := postgres.VerifyChain(ctx, b.pool, "main", "")
	require.NoError(t, err)
	require.EqualValues(t, 6, report.Transactions)
	require.EqualValues(t, 6*5, report.Entries)
	id := func(index int) string {
		return fmt.Sprintf("(SELECT tx_id FROM ledger_transactions WHERE chain_index = %d)", index)
	}
	for name, tampering := range map[string]struct{ says, statement string }{
		"finds an edited amount":    {"ledger transaction 2 (", "UPDATE ledger_entries SET amount = amount + 0.0001 WHERE account = 'tenant-00002' AND tx_id = " + id(2)},
		"finds a moved amount":      {"ledger transaction 5 (", "UPDATE ledger_entries SET account = 'tenant-0000x' WHERE account = 'tenant-00002' AND tx_id = " + id(5)},
		"finds a dropped entry":     {"holds 4 entries where 5", "DELETE FROM ledger_entries WHERE account = 'tenant-00002' AND tx_id = " + id(3)},
		"finds a dropped credit":    {"the pool's credit", "DELETE FROM ledger_entries WHERE account LIKE 'pool:%' AND tx_id = " + id(3)},
		"finds an edited pool":      {"was edited", "UPDATE ledger_transactions SET pool = 'elsewhere' WHERE chain_index = 4"},
		"finds an edited revision":  {"ledger transaction 4 (", "UPDATE ledger_transactions SET revision = 7 WHERE chain_index = 4"},
		"finds a dropped row":       {"ledger transaction 3 of book main was dropped", "DELETE FROM ledger_transactions WHERE chain_index = 3"},
		"finds a dropped last row":  {"ledger transaction 6 of book main was dropped", "DELETE FROM ledger_transactions WHERE chain_index = 6"},
		"finds reordered rows":      {"was reordered", "UPDATE ledger_transactions SET chain_index = CASE chain_index WHEN 2 THEN -5 ELSE 2 END WHERE chain_index IN (2, 5)"},
		"finds an edited head":      {"the head of book main was edited", "UPDATE ledger_heads SET hash = 'x'"},
		"finds a row taken back":    {"was dropped", "UPDATE ledger_transactions SET sealed = false, revision = NULL, chain_index = NULL, previous_hash = NULL, chain_hash = NULL, sealed_at = NULL WHERE chain_index = 6"},
		"finds an edited statement": {"was edited", "UPDATE ledger_transactions SET amount = amount * 2 WHERE chain_index = 1"},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := b.pool.Begin(ctx)
			require.NoError(t, err)
			defer func() { require.NoError(t, tx.Rollback(ctx)) }()
			_, err = tx.Exec(ctx, "SET LOCAL session_replication_role = replica")
			require.NoError(t, err)
			tag, err := tx.Exec(ctx, tampering.statement)
			require.NoError(t, err)
			require.Positive(t, tag.RowsAffected())
			stored := postgres.NewLedger(tx)
			head, err := stored.Head(ctx, "main")
			require.NoError(t, err)
			_, err = ledger.Verify(head, stored.Sealed(ctx, "main"))
			require.True(t, fault.Is(err, fault.Tampered), "%v", err)
			require.ErrorContains(t, err, tampering.says)
		})
	}
	t.Run("knows a head that was noted down before", func(t *testing.T) {
		_, err := postgres.VerifyChain(ctx, b.pool, "main", report.Hash)
		require.NoError(t, err)
		_, err = postgres.VerifyChain(ctx, b.pool, "main", "feed")
		require.ErrorContains(t, err, "was rewritten")
	})
}
