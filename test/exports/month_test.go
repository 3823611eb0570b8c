package exports_test

import (
	"iter"
	"slices"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/charge"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/domain/statement"
	"github.com/omnicloud/omnicloud/domain/tenancy"
)

var march = period.New(2026, time.March)

// cells makes a transaction of accounts in byte order with their amounts.
func cells(stage int, pool string, of ...string) ledger.Transaction {
	made := ledger.Transaction{Key: ledger.Key{Book: "main", Period: march, Stage: stage, Pool: pool, Currency: "USD"}}
	for i := 0; i < len(of); i += 2 {
		amount := decimal.RequireFromString(of[i+1])
		made.Entries = append(made.Entries, ledger.Entry{Account: of[i], Amount: amount})
		made.Amount = made.Amount.Add(amount)
	}
	return made
}

// closed is a month of two tenants: direct cost, a pool that feeds another, reserved accounts, the way
// to billed cost.
func closed() []ledger.Transaction {
	return []ledger.Transaction{
		cells(1, "direct:compute", "@departed", "1.5", "initech", "120.0049", "umbrella", "80.25"),
		cells(1, "direct:reserved", "@unused-commitment", "3.125"),
		cells(1, "platform", "initech", "33.333334", "pool:observability", "16.666666", "umbrella", "0"),
		cells(2, "observability", "initech", "8.333333", "umbrella", "8.333333"),
		cells(3, "bridge:prepaid", "@prepaid", "-4.5"),
	}
}

// restated is what a credit and a corrected owner change.
func restated() []ledger.Transaction {
	return []ledger.Transaction{
		cells(1, "direct:compute", "@departed", "-1.5", "initech", "-20.0049", "umbrella", "1.5"),
		cells(1, "platform", "initech", "-0.000001", "umbrella", "0.000001"),
	}
}

// corrected are what the month's bill corrects of February and what came late for January.
func corrected() *statement.CorrectedSums {
	sums := &statement.CorrectedSums{}
	for _, part := range []struct {
		billed        period.Period
		pool, account string
		amount        string
	}{
		{march, "", "initech", "-6.0049"},
		{period.New(2026, time.January), "platform", "", "0.05"},
	} {
		sums.Add(march, &allocation.PlacedPart{
			Charge: &charge.Charge{BillingPeriod: part.billed, Currency: "USD", ChargePeriodStart: march.Previous().Start()},
			Pool:   part.pool, Account: part.account, Category: allocation.CategoryCompute, Amount: decimal.RequireFromString(part.amount),
		})
	}
	return sums
}

// publish makes the publication of the last of revisions.
func publish(t *testing.T, revisions ...[]ledger.Transaction) *statement.Publication {
	t.Helper()
	pool := func(id, name string, category allocation.CostCategory, strategy allocation.AllocationStrategy) allocation.RuleVersion {
		return allocation.RuleVersion{RuleID: "rule-" + id, Version: 3, Kind: allocation.RuleKindPool, Pool: &allocation.AllocationRule{
			PoolID: id, Name: name, Category: category, Strategy: strategy,
		}}
	}
	of := statement.Revision{
		Book: closing.Book{ID: "main", Name: "Main"}, Period: march, Number: len(revisions), ResultHash: "c0ffee",
		ApprovedAt: time.Date(2026, time.May, 4, 8, 15, 0, 0, time.UTC),
	}
	var sums [][]ledger.AccountTotal
	for i, revision := range revisions {
		of.Attempts = append(of.Attempts, i+1)
		var totals []ledger.AccountTotal
		for _, each := range revision {
			for _, entry := range each.Entries {
				if !ledger.IsTransfer(entry.Account) {
					totals = append(totals, ledger.AccountTotal{Account: entry.Account, Currency: "USD", Amount: entry.Amount})
				}
			}
		}
		sums = append(sums, totals)
	}
	made, err := statement.Publish(of, []tenancy.Tenant{
		{ID: "initech", Name: "Initech, Inc.", Plan: tenancy.PlanPremium, GLAccount: "610020", CostCentre: "CC-7"},
		{ID: "umbrella", Name: "Umbrella", Plan: tenancy.PlanStandard},
	}, []allocation.RuleVersion{
		pool("platform", "Control planes", allocation.CategoryShared, allocation.StrategyEqual),
		pool("observability", "Metrics and logs", allocation.CategorySupport, allocation.StrategyTiered),
	}, sums)
	require.NoError(t, err)
	return made
}

func sequence(transactions []ledger.Transaction) iter.Seq2[ledger.Transaction, error] {
	return func(yield func(ledger.Transaction, error) bool) {
		for each := range slices.Values(transactions) {
			if !yield(each, nil) {
				return
			}
		}
	}
}

// owed lists what a tenant has of transactions.
func owed(tenant string, transactions []ledger.Transaction) (owed []ledger.Cell) {
	for _, each := range transactions {
		for _, entry := range each.Entries {
			if entry.Account == tenant {
				owed = append(owed, ledger.Cell{Key: each.Key, Entry: entry, Revision: 1})
			}
		}
	}
	return owed
}
