package ledger_test

import (
	"errors"
	"iter"
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// cell names one number of a bill.
type cell struct{ pool, currency, account string }

// billOf draws a small bill in which keys and accounts often coincide with another's.
func billOf(attempt int) *rapid.Generator[[]ledger.Transaction] {
	return rapid.Custom(func(t *rapid.T) []ledger.Transaction {
		amounts := rapid.MapOf(
			rapid.Custom(func(t *rapid.T) cell {
				return cell{
					rapid.SampledFrom([]string{"direct:compute", "network", "logging"}).Draw(t, "pool"),
					rapid.SampledFrom([]string{"EUR", "USD"}).Draw(t, "currency"),
					rapid.SampledFrom([]string{"@prepaid", "a", "b", "c"}).Draw(t, "account"),
				}
			}),
			rapid.Custom(func(t *rapid.T) decimal.Decimal {
				return decimal.New(rapid.Int64Range(-3, 3).Draw(t, "coefficient"), rapid.Int32Range(-9, 2).Draw(t, "exponent"))
			})).Draw(t, "cells")
		return transactionsOf(amounts, attempt)
	})
}

func transactionsOf(amounts map[cell]decimal.Decimal, attempt int) []ledger.Transaction {
	byKey := map[ledger.Key]*ledger.Transaction{}
	for at, amount := range amounts {
		key := ledger.Key{Book: "main", Period: period.New(2026, time.March), Attempt: attempt, Stage: 1, Pool: at.pool, Currency: at.currency}
		if byKey[key] == nil {
			byKey[key] = &ledger.Transaction{Key: key}
		}
		byKey[key].Entries = append(byKey[key].Entries, ledger.Entry{Account: at.account, Amount: amount})
		byKey[key].Amount = byKey[key].Amount.Add(amount)
	}
	var list []ledger.Transaction
	for _, key := range slices.SortedFunc(maps.Keys(byKey), ledger.Key.Compare) {
		slices.SortFunc(byKey[key].Entries, func(a, b ledger.Entry) int {
			if a.Account < b.Account {
				return -1
			}
			return 1
		})
		list = append(list, *byKey[key])
	}
	return list
}

func sequenceOf(list []ledger.Transaction) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for _, transaction := range list {
			if !yield(transaction, nil) {
				return
			}
		}
	}
}

// sums adds bills up cell by cell.
func sums(bills ...[]ledger.Transaction) map[cell]string {
	total := map[cell]decimal.Decimal{}
	for _, bill := range bills {
		for _, transaction := range bill {
			for _, entry := range transaction.Entries {
				at := cell{transaction.Key.Pool, transaction.Key.Currency, entry.Account}
				total[at] = total[at].Add(entry.Amount)
			}
		}
	}
	texts := map[cell]string{}
	for at, amount := range total {
		if !amount.IsZero() {
			texts[at] = amount.String()
		}
	}
	return texts
}

func deltasOf(t require.TestingT, old, wanted []ledger.Transaction) []ledger.Transaction {
	var list []ledger.Transaction
	for transaction, err := range ledger.Deltas(sequenceOf(old), sequenceOf(wanted), 7) {
		require.NoError(t, err)
		list = append(list, transaction)
	}
	return list
}

func TestDeltasLaws(t *testing.T) {
	t.Run("old and deltas are the new bill, cell by cell", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			old, wanted := billOf(1).Draw(t, "old"), billOf(2).Draw(t, "new")
			deltas := deltasOf(t, old, wanted)
			require.Equal(t, sums(wanted), sums(old, deltas))
			for i, delta := range deltas {
				require.NoError(t, delta.Check())
				require.Equal(t, 7, delta.Key.Attempt)
				require.True(t, i == 0 || deltas[i-1].Key.Compare(delta.Key) < 0, "in key order")
				for _, entry := range delta.Entries {
					require.False(t, entry.Amount.IsZero())
				}
			}
		})
	})
	t.Run("the bill's hash says whether two bills are the same", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			one, other := billOf(1).Draw(t, "one"), billOf(2).Draw(t, "other")
			hash := func(bill []ledger.Transaction) string {
				hash, err := ledger.BillHash(sequenceOf(bill))
				require.NoError(t, err)
				return hash
			}
			require.Equal(t, len(deltasOf(t, one, other)) == 0, hash(one) == hash(other))
		})
	})
}

func TestDeltas(t *testing.T) {
	amount := decimal.RequireFromString
	t.Run("what moves between tenants is a transaction of zero", func(t *testing.T) {
		old := transactionsOf(map[cell]decimal.Decimal{{"network", "USD", "a"}: amount("3"), {"network", "USD", "b"}: amount("1")}, 1)
		wanted := transactionsOf(map[cell]decimal.Decimal{{"network", "USD", "a"}: amount("1"), {"network", "USD", "b"}: amount("3")}, 2)
		deltas := deltasOf(t, old, wanted)
		require.Len(t, deltas, 1)
		require.True(t, deltas[0].Amount.IsZero())
		require.Equal(t, "-2", deltas[0].Entries[0].Amount.String())
	})
	t.Run("errors of either bill are passed on", func(t *testing.T) {
		broken := func(yield func(ledger.Transaction, error) bool) { yield(ledger.Transaction{}, errors.New("gone")) }
		for _, pair := range [][2]iter.Seq2[ledger.Transaction, error]{{broken, sequenceOf(nil)}, {sequenceOf(nil), broken}} {
			for _, err := range ledger.Deltas(pair[0], pair[1], 1) {
				require.EqualError(t, err, "gone")
			}
		}
	})
}
