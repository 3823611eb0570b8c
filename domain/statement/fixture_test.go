package statement_test

import (
	"iter"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

var september = period.New(2026, time.September)

func money(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// transaction makes one of accounts in byte order with their amounts.
func transaction(stage int, pool, currency string, cells ...string) ledger.Transaction {
	made := ledger.Transaction{Key: ledger.Key{Book: "main", Period: september, Stage: stage, Pool: pool, Currency: currency}}
	for i := 0; i < len(cells); i += 2 {
		made.Entries = append(made.Entries, ledger.Entry{Account: cells[i], Amount: money(cells[i+1])})
		made.Amount = made.Amount.Add(money(cells[i+1]))
	}
	return made
}

// bill is two tenants, direct and shared cost, reserved accounts and a pool that feeds another.
func bill() []ledger.Transaction {
	return []ledger.Transaction{
		transaction(1, "direct:compute", "USD", "@unallocated", "0.333", "acme", "10.004", "globex", "20.008"),
		transaction(2, "platform", "USD", "acme", "3.333333", "globex", "6.666667", "pool:logging", "2"),
		transaction(3, "logging", "USD", "acme", "1", "globex", "1"),
		transaction(4, "bridge:prepaid", "USD", "@prepaid", "-5.5"),
	}
}

func sequence(transactions []ledger.Transaction) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for _, each := range transactions {
			if !yield(each, nil) {
				return
			}
		}
	}
}

// totals sums transactions by account, as the ledger does.
func totals(transactions []ledger.Transaction) []ledger.AccountTotal {
	var sums []ledger.AccountTotal
	for _, each := range transactions {
		for _, entry := range each.Entries {
			if !ledger.IsTransfer(entry.Account) {
				sums = append(sums, ledger.AccountTotal{Account: entry.Account, Currency: each.Key.Currency, Amount: entry.Amount})
			}
		}
	}
	return sums
}

// cellsOf lists a tenant's cells.
func cellsOf(tenant string, transactions []ledger.Transaction) []ledger.Cell {
	var cells []ledger.Cell
	for _, each := range transactions {
		for _, entry := range each.Entries {
			if entry.Account == tenant {
				cells = append(cells, ledger.Cell{Key: each.Key, Entry: entry, Revision: 1})
			}
		}
	}
	return cells
}

func publish(t require.TestingT, revisions ...[]ledger.Transaction) *statement.Publication {
	rules := []allocation.RuleVersion{
		{RuleID: "r-platform", Version: 2, Kind: allocation.RuleKindPool, Pool: &allocation.AllocationRule{
			PoolID: "platform", Name: "Control planes", Category: allocation.CategoryShared, Strategy: allocation.StrategyProportional,
			WeightByCategory: map[allocation.CostCategory]decimal.Decimal{
				allocation.CategoryCompute: money("0.7"), allocation.CategoryStorage: money("0.3"),
			},
		}},
		{RuleID: "r-logging", Version: 1, Kind: allocation.RuleKindPool, Pool: &allocation.AllocationRule{
			PoolID: "logging", Category: allocation.CategorySupport, Strategy: allocation.StrategyTiered,
		}},
	}
	tenants := []tenancy.Tenant{
		{ID: "acme", Name: "Acme <Robotics>", Plan: tenancy.PlanPremium, Weight: money("1"), GLAccount: "610010", CostCentre: "CC-1"},
		{ID: "globex", Plan: tenancy.PlanFree, Weight: money("2")},
		{ID: "idle", Name: "Idle", Plan: tenancy.PlanFree},
	}
	revision := statement.Revision{
		Book: closing.Book{ID: "main", Name: "Main", Currency: "USD"}, Period: september, Number: len(revisions),
		ResultHash: "5f0c", ApprovedAt: time.Date(2026, time.October, 10, 9, 30, 0, 0, time.UTC),
	}
	var sums [][]ledger.AccountTotal
	for i, each := range revisions {
		revision.Attempts = append(revision.Attempts, i+1)
		sums = append(sums, totals(each))
	}
	made, err := statement.Publish(revision, tenants, rules, sums)
	require.NoError(t, err)
	return made
}

func stateOf(t *testing.T, tenant string) statement.Statement {
	t.Helper()
	made, err := publish(t, bill()).Statement(tenant, cellsOf(tenant, bill()))
	require.NoError(t, err)
	return made
}
