package activities_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/activities"
	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

// stagedResult is 10 USD in control-plane, of which 4 flow on into monitoring.
func stagedResult() stored {
	key := ledger.Key{Book: ref.Book, Period: ref.Period, Attempt: ref.Attempt, Stage: 2, Pool: "control-plane", Currency: "USD"}
	receiver := key
	receiver.Stage, receiver.Pool = 3, "monitoring"
	return stored{
		{Key: key, Amount: amount("10"), Entries: []ledger.Entry{
			{Account: "acme", Amount: amount("6")}, {Account: "pool:monitoring", Amount: amount("4")}, {Account: "zeta", Amount: amount("0")},
		}},
		{Key: receiver, Amount: amount("4"), Entries: []ledger.Entry{{Account: "acme", Amount: amount("1.50")}, {Account: "zeta", Amount: amount("2.50")}}},
	}
}

func TestStagedResults(t *testing.T) {
	totals := func() []closing.CurrencyTotal {
		return []closing.CurrencyTotal{{Currency: "USD", Billed: amount("10"), Tenants: amount("10"), Cells: 4, Accounts: map[string]decimal.Decimal{}}}
	}
	t.Run("what is passed on counts once, where it is borne", func(t *testing.T) {
		hash, err := verify(t, stagedResult(), totals())
		require.NoError(t, err)
		require.NotEmpty(t, hash)
	})
	t.Run("what is passed on is not posted", func(t *testing.T) {
		_, postings := approve(t, stagedResult())
		require.Len(t, postings, 1)
		require.Len(t, postings[0].Lines, 2)
		require.Equal(t, "7.50", postings[0].Lines[0].Amount.String())
		require.Equal(t, "2.50", postings[0].Lines[1].Amount.String())
	})
	for name, spoil := range map[string]func(stored) stored{
		"a receiver without a transaction": func(result stored) stored { return result[:1] },
		"a receiver of an earlier stage": func(result stored) stored {
			result[1].Key.Stage = 1
			return stored{result[1], result[0]}
		},
		"a pool that passes on to itself": func(result stored) stored {
			result[0].Entries[1].Account = "pool:control-plane"
			return result
		},
		"a receiver that splits another amount": func(result stored) stored {
			result[1].Entries[0].Amount, result[1].Amount = amount("2.50"), amount("5")
			return result
		},
	} {
		t.Run("stops at "+name, func(t *testing.T) {
			_, err := verify(t, spoil(stagedResult()), totals())
			require.Error(t, err)
			require.Contains(t, []fault.Code{fault.NotBalanced, fault.InvalidInput}, activities.FaultOf(err).Code)
		})
	}
}
