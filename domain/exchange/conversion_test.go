package exchange_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/ledger"
)

func rate(base, quote, value string) exchange.Rate {
	r := euro()
	r.Base, r.Quote, r.Rate = base, quote, decimal.RequireFromString(value)
	return r
}

func decimals(texts ...string) []decimal.Decimal {
	values := make([]decimal.Decimal, len(texts))
	for i, text := range texts {
		values[i] = decimal.RequireFromString(text)
	}
	return values
}

func texts(values []decimal.Decimal) (list []string) {
	for _, value := range values {
		list = append(list, value.String())
	}
	return list
}

func TestFind(t *testing.T) {
	rates := []exchange.Rate{rate("EUR", "USD", "1.25"), rate("USD", "CHF", "0.8"), rate("CHF", "USD", "1.2")}
	t.Run("takes the rate that leads from one to the other before its way back", func(t *testing.T) {
		found, err := exchange.Find(rates, "USD", "CHF")
		require.NoError(t, err)
		require.Equal(t, "80", found.Total(decimal.NewFromInt(100)).String())
	})
	t.Run("divides by a rate of the other direction", func(t *testing.T) {
		found, err := exchange.Find(rates, "USD", "EUR")
		require.NoError(t, err)
		require.Equal(t, "EUR", found.Rate.Base)
		require.Equal(t, "80", found.Total(decimal.NewFromInt(100)).String())
	})
	t.Run("names the pair that it has no rate of, and takes no detour", func(t *testing.T) {
		_, err := exchange.Find(rates, "EUR", "CHF")
		require.True(t, fault.Is(err, fault.NotFound))
		require.ErrorContains(t, err, "between EUR and CHF")
	})
	t.Run("refuses what is no currency", func(t *testing.T) {
		_, err := exchange.Find(rates, "USD", "EURO")
		require.True(t, fault.Is(err, fault.InvalidInput))
	})
}

func TestTotal(t *testing.T) {
	for name, test := range map[string]struct{ to, rate, amount, want string }{
		"rounds halves away from zero":             {"EUR", "0.5", "0.01", "0.01"},
		"mirrors negative amounts":                 {"EUR", "0.5", "-0.01", "-0.01"},
		"rounds below a half down":                 {"EUR", "0.4", "0.01", "0"},
		"goes by the target's minor unit":          {"JPY", "150.55", "1.01", "152"},
		"keeps three digits where there are three": {"KWD", "0.30655", "1", "0.307"},
		"reads every digit of an amount":           {"EUR", "1", "20.52022672899", "20.52"},
	} {
		t.Run(name, func(t *testing.T) {
			found, err := exchange.Find([]exchange.Rate{rate("USD", test.to, test.rate)}, "USD", test.to)
			require.NoError(t, err)
			require.Equal(t, test.want, found.Total(decimal.RequireFromString(test.amount)).String())
		})
	}
}

func TestSplit(t *testing.T) {
	found, err := exchange.Find([]exchange.Rate{rate("USD", "EUR", "0.9")}, "USD", "EUR")
	require.NoError(t, err)
	t.Run("gives what is left over to the largest remainders, ties in order", func(t *testing.T) {
		parts, err := found.Split(decimal.RequireFromString("0.03"), decimals("0.01", "0.01", "0.01", "0"))
		require.NoError(t, err)
		require.Equal(t, []string{"0.01", "0.01", "0.01", "0"}, texts(parts))
		parts, err = found.Split(decimal.RequireFromString("0.02"), decimals("0.01", "0.01"))
		require.NoError(t, err)
		require.Equal(t, []string{"0.01", "0.01"}, texts(parts))
	})
	t.Run("splits credits beside charges", func(t *testing.T) {
		parts, err := found.Split(found.Total(decimal.RequireFromString("-0.99")), decimals("1.01", "-2", "0"))
		require.NoError(t, err)
		require.Equal(t, []string{"0.91", "-1.8", "0"}, texts(parts))
	})
	t.Run("refuses a total that the parts do not come to", func(t *testing.T) {
		_, err := found.Split(decimal.NewFromInt(5), decimals("1", "1"))
		require.True(t, fault.Is(err, fault.Internal))
	})
}

// A result's cells, converted, sum to what its totals come to; each lies within a unit of its exact
// conversion and a unit for its pool's; in its own currency a result stays as it is.
func TestConvertedCellsSumToTheConvertedTotal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		target := rapid.SampledFrom([]string{"EUR", "JPY", "KWD"}).Draw(t, "target")
		rates := []exchange.Rate{
			rate("USD", target, rapid.StringMatching(`[1-9][0-9]{0,3}\.[0-9]{1,6}`).Draw(t, "rate")),
			rate(target, "GBP", rapid.StringMatching(`0\.0[1-9][0-9]{1,5}`).Draw(t, "rate back")),
		}
		var pools []ledger.PoolTotal
		cells := map[ledger.Key][]ledger.Cell{}
		for i := range rapid.IntRange(1, 5).Draw(t, "pools") {
			pool := ledger.PoolTotal{Key: ledger.Key{Stage: i % 2, Pool: string(rune('a' + i)), Currency: rapid.SampledFrom([]string{"USD", "GBP", target}).Draw(t, "currency")}}
			for range rapid.IntRange(1, 6).Draw(t, "cells") {
				amount := decimal.RequireFromString(rapid.StringMatching(`-?[0-9]{1,6}\.[0-9]{1,11}`).Draw(t, "amount"))
				cells[pool.Key] = append(cells[pool.Key], ledger.Cell{Key: pool.Key, Entry: ledger.Entry{Amount: amount}})
				pool.Amount = pool.Amount.Add(amount)
			}
			pools = append(pools, pool)
		}
		result, err := exchange.Convert(rates, target, pools)
		require.NoError(t, err)
		sum := decimal.Zero
		for _, pool := range pools {
			source, known := result.Source(pool.Currency)
			require.True(t, known)
			converted, err := result.Cells(pool.Key, cells[pool.Key])
			require.NoError(t, err)
			for i, amount := range converted {
				sum = sum.Add(amount)
				if pool.Currency == target {
					require.True(t, amount.Equal(cells[pool.Key][i].Amount))
					continue
				}
				unit := map[string]string{"EUR": "0.01", "JPY": "1", "KWD": "0.001"}[target]
				whole := source.Total(cells[pool.Key][i].Amount)
				require.True(t, amount.Sub(whole).Abs().LessThanOrEqual(decimal.RequireFromString(unit)), "%s is %s, not about %s", cells[pool.Key][i].Amount, amount, whole)
			}
		}
		require.True(t, sum.Equal(result.Total()), "%s is not %s", sum, result.Total())
	})
}

func TestConvertNamesTheMissingRate(t *testing.T) {
	_, err := exchange.Convert([]exchange.Rate{euro()}, "JPY", []ledger.PoolTotal{{Key: ledger.Key{Currency: "USD"}}})
	require.ErrorContains(t, err, "between USD and JPY")
	_, err = exchange.Convert(nil, "JPYY", nil)
	require.True(t, fault.Is(err, fault.InvalidInput))
}
