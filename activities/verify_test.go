package activities_test

import (
	"context"
	"iter"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
	"github.com/omnicloud/omnicloud/domain/period"
)

// computed is a closing.Store that knows what the engine reported and keeps what is verified.
type computed struct {
	closing.Store
	totals []closing.CurrencyTotal
	hash   string
}

func (c *computed) Period(context.Context, string, period.Period) (closing.Status, error) {
	return closing.Status{ManifestHash: "manifest", Totals: c.totals}, nil
}

func (c *computed) Progress(context.Context, closing.AttemptRef, string, int64, int64) error {
	return nil
}

func (c *computed) SaveResult(_ context.Context, _ closing.AttemptRef, hash string, _ []closing.CurrencyTotal) error {
	c.hash = hash
	return nil
}

// storedLedger is a ledger.Store of fixed content.
type storedLedger struct {
	ledger.Store
	stored
}

func (s storedLedger) Transactions(ctx context.Context, book string, month period.Period, attempt int) iter.Seq2[ledger.Transaction, error] {
	return s.stored.Transactions(ctx, book, month, attempt)
}

func (s storedLedger) AsOf(ctx context.Context, book string, month period.Period, revision, attempt int) iter.Seq2[ledger.Transaction, error] {
	return s.stored.AsOf(ctx, book, month, revision, attempt)
}

func amount(text string) decimal.Decimal { return decimal.RequireFromString(text) }

// soundResult is 10.00 USD to two tenants and 2.50 to @prepaid.
func soundResult() stored {
	key := ledger.Key{Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt, Stage: 1, Pool: "direct:compute", Currency: "USD"}
	bridge := key
	bridge.Stage, bridge.Pool = 3, "bridge:prepaid"
	return stored{
		{Key: key, Amount: amount("10"), Entries: []ledger.Entry{{Account: "acme", Amount: amount("6.67")}, {Account: "borealis", Amount: amount("3.33")}}},
		{Key: bridge, Amount: amount("2.5"), Entries: []ledger.Entry{{Account: "@prepaid", Amount: amount("2.5")}}},
	}
}

func soundTotals() []closing.CurrencyTotal {
	return []closing.CurrencyTotal{{
		Currency: "USD", Billed: amount("12.50"), Tenants: amount("10.00"), Cells: 3,
		Accounts: map[string]decimal.Decimal{"@prepaid": amount("2.5")},
	}}
}

func verify(t *testing.T, result stored, totals []closing.CurrencyTotal) (string, error) {
	t.Helper()
	periods := &computed{totals: totals}
	environment := (&testsuite.WorkflowTestSuite{}).NewTestActivityEnvironment()
	allocations := &activities.Allocation{Periods: periods, Ledger: storedLedger{stored: result}}
	environment.RegisterActivity(allocations)
	_, err := environment.ExecuteActivity(allocations.VerifyResult, ref)
	return periods.hash, err
}

func TestVerifyResult(t *testing.T) {
	t.Run("what adds up gets a hash, the same each time", func(t *testing.T) {
		first, err := verify(t, soundResult(), soundTotals())
		require.NoError(t, err)
		require.NotEmpty(t, first)
		again, err := verify(t, soundResult(), soundTotals())
		require.NoError(t, err)
		require.Equal(t, first, again)
	})
	for name, spoil := range map[string]func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal){
		"an entry that was changed": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			result[0].Entries[0].Amount = amount("6.68")
			return result, totals
		},
		"a transaction that was changed in balance": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			result[0].Entries[0].Amount, result[0].Amount = amount("7.67"), amount("11")
			return result, totals
		},
		"a transaction that is missing": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			return result[:1], totals
		},
		"an entry that moved to an account": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			result[0].Entries[0].Account = "@unallocated"
			return result, totals
		},
		"a zero cell that is missing": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			totals[0].Cells = 4
			return result, totals
		},
		"a currency that is missing": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			return result, append(totals, closing.CurrencyTotal{Currency: "EUR"})
		},
		"a bill of another amount": func(result stored, totals []closing.CurrencyTotal) (stored, []closing.CurrencyTotal) {
			totals[0].Billed = amount("12.51")
			return result, totals
		},
	} {
		t.Run("stops at "+name, func(t *testing.T) {
			result, totals := spoil(soundResult(), soundTotals())
			hash, err := verify(t, result, totals)
			require.Equal(t, fault.NotBalanced, activities.FaultOf(err).Code)
			require.Empty(t, hash)
		})
	}
}
