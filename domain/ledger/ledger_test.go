package ledger_test

import (
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

func transaction(pool string, amounts ...string) ledger.Transaction {
	t := ledger.Transaction{Key: ledger.Key{
		Book: "main", Period: period.New(2026, time.September), Attempt: 1, Pool: pool, Currency: "USD",
	}}
	for i, amount := range amounts {
		entry := ledger.Entry{Account: fmt.Sprintf("tenant-%02d", i), Amount: decimal.RequireFromString(amount)}
		t.Entries = append(t.Entries, entry)
		t.Amount = t.Amount.Add(entry.Amount)
	}
	return t
}

func TestCheck(t *testing.T) {
	t.Run("takes sorted entries that sum to the amount", func(t *testing.T) {
		require.NoError(t, transaction("network", "1.5", "-0.5", "0").Check())
	})
	t.Run("takes an entry on another pool, which is a transfer", func(t *testing.T) {
		passed := transaction("network", "1.5", "2")
		passed.Entries[0].Account = ledger.PoolAccount("monitoring")
		require.NoError(t, passed.Check())
		require.True(t, ledger.IsTransfer(passed.Entries[0].Account))
		require.False(t, ledger.IsTransfer(passed.Entries[1].Account))
	})
	for name, change := range map[string]func(*ledger.Transaction){
		"refuses an account twice":         func(t *ledger.Transaction) { t.Entries[1].Account = t.Entries[0].Account },
		"refuses entries out of order":     func(t *ledger.Transaction) { t.Entries[1].Account = "a" },
		"refuses an entry without name":    func(t *ledger.Transaction) { t.Entries[0].Account = "" },
		"refuses an entry on its own pool": func(t *ledger.Transaction) { t.Entries[0].Account = ledger.PoolAccount("network") },
		"refuses a sum beside the amount":  func(t *ledger.Transaction) { t.Amount = decimal.RequireFromString("0.99") },
	} {
		t.Run(name, func(t *testing.T) {
			wrong := transaction("network", "1.5", "-0.5")
			change(&wrong)
			require.Error(t, wrong.Check())
		})
	}
}

func TestContentHash(t *testing.T) {
	t.Run("stays what it was in released versions", func(t *testing.T) {
		require.Equal(t, "8a11849a", ledger.ContentHash(transaction("network", "1.5", "2.25"))[:8])
	})
	t.Run("does not depend on trailing zeros or the attempt", func(t *testing.T) {
		one, other := transaction("network", "1.5", "2"), transaction("network", "1.50", "2.000")
		other.Key.Attempt = 7
		require.Equal(t, ledger.ContentHash(one), ledger.ContentHash(other))
	})
	t.Run("does not let fields run into each other", func(t *testing.T) {
		one, other := transaction("ab", "1"), transaction("a", "1")
		one.Key.Currency, other.Key.Currency = "C", "bC"
		require.NotEqual(t, ledger.ContentHash(one), ledger.ContentHash(other))
	})
}

func TestResultHash(t *testing.T) {
	first, second := transaction("a", "1"), transaction("b", "2")
	hash := func(manifest string, transactions ...ledger.Transaction) string {
		sum, err := ledger.ResultHash(manifest, each(transactions))
		require.NoError(t, err)
		return sum
	}
	t.Run("is the same for another attempt at the same", func(t *testing.T) {
		again := second
		again.Key.Attempt = 2
		firstAgain := first
		firstAgain.Key.Attempt = 2
		require.Equal(t, hash("m", first, second), hash("m", firstAgain, again))
	})
	t.Run("differs with the manifest, an amount or a missing transaction", func(t *testing.T) {
		require.NotEqual(t, hash("m", first, second), hash("n", first, second))
		require.NotEqual(t, hash("m", first, second), hash("m", first))
		require.NotEqual(t, hash("m", first, second), hash("m", first, transaction("b", "3")))
	})
	t.Run("refuses transactions out of order", func(t *testing.T) {
		_, err := ledger.ResultHash("m", each([]ledger.Transaction{second, first}))
		require.True(t, fault.Is(err, fault.InvalidInput))
	})
}

// TestResultHashLaw draws results and changes one cell: every change of a cell changes the hash.
func TestResultHashLaw(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amounts := rapid.SliceOfN(rapid.Int64Range(-1e12, 1e12), 1, 20).Draw(t, "amounts")
		at := rapid.IntRange(0, len(amounts)-1).Draw(t, "at")
		by := rapid.Int64Range(1, 1e6).Draw(t, "by")
		build := func() ledger.Transaction {
			texts := make([]string, len(amounts))
			for i, amount := range amounts {
				texts[i] = decimal.New(amount, -6).String()
			}
			return transaction("pool", texts...)
		}
		before := ledger.ContentHash(build())
		require.Equal(t, before, ledger.ContentHash(build()))
		amounts[at] += by
		require.NotEqual(t, before, ledger.ContentHash(build()))
	})
}

func each[T any](items []T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}
