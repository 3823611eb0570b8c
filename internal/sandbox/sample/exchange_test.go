package sample_test

import (
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

func TestExchangeRates(t *testing.T) {
	data := sample.New(sample.DefaultSeed)
	seen := map[string]map[string]bool{}
	for i, month := range data.Months {
		require.Len(t, month.ExchangeRates, 5)
		for k, rate := range month.ExchangeRates {
			require.NoError(t, rate.Check())
			require.True(t, month.Period.Contains(rate.AsOf), "%s is not in %s", rate.AsOf, month.Period)
			require.Equal(t, sample.Currency, rate.Quote)
			if k > 0 {
				require.Less(t, month.ExchangeRates[k-1].Base, rate.Base)
			}
			if seen[rate.Base] == nil {
				seen[rate.Base] = map[string]bool{}
			}
			seen[rate.Base][rate.Rate.String()] = true
			if i > 0 {
				before := data.Months[i-1].ExchangeRates[k].Rate
				require.True(t, rate.Rate.Sub(before).Abs().LessThan(before.Mul(decimal.New(16, -3))), "%s goes from %s to %s", rate.Base, before, rate.Rate)
			}
		}
	}
	for currency, rates := range seen {
		require.Greater(t, len(rates), 6, "%s hardly moves", currency)
	}
}
