package exchange_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/exchange"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func euro() exchange.Rate {
	return exchange.Rate{
		Base: "EUR", Quote: "USD", Rate: decimal.RequireFromString("1.0842"),
		AsOf: time.Date(2026, time.September, 30, 16, 0, 0, 0, time.UTC),
	}
}

func TestRateCheck(t *testing.T) {
	require.NoError(t, euro().Check())
	for name, testCase := range map[string]struct {
		change func(*exchange.Rate)
		says   string
	}{
		"an unknown base":        {func(r *exchange.Rate) { r.Base = "ZZZ" }, `"ZZZ"`},
		"a quote in lower case":  {func(r *exchange.Rate) { r.Quote = "usd" }, `"usd"`},
		"a currency in itself":   {func(r *exchange.Rate) { r.Base = "USD" }, "in USD itself"},
		"a rate of zero":         {func(r *exchange.Rate) { r.Rate = decimal.Zero }, "is 0; it must be above zero"},
		"a negative rate":        {func(r *exchange.Rate) { r.Rate = r.Rate.Neg() }, "is -1.0842; it must be above zero"},
		"a rate of no known day": {func(r *exchange.Rate) { r.AsOf = time.Time{} }, "as of when"},
	} {
		t.Run(name, func(t *testing.T) {
			bad := euro()
			testCase.change(&bad)
			err := bad.Check()
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
			require.ErrorContains(t, err, testCase.says)
		})
	}
}

func TestRateOnTheWire(t *testing.T) {
	text, err := json.Marshal(euro())
	require.NoError(t, err)
	require.JSONEq(t, `{"base":"EUR","quote":"USD","rate":"1.0842","as_of":"2026-09-30T16:00:00Z"}`, string(text))
}
