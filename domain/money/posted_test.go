package money_test

import (
	"encoding/json"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/money"
)

func TestPosted(t *testing.T) {
	for text, amount := range map[string]money.Posted{
		"4609.80": {Decimal: decimal.New(460980, -2)},
		"0.00":    money.PostedZero(2),
		"-426.00": {Decimal: decimal.New(-42600, -2)},
		"1200":    {Decimal: decimal.New(12, 2)},
	} {
		require.Equal(t, text, amount.String())
		written, err := json.Marshal(amount)
		require.NoError(t, err)
		require.Equal(t, `"`+text+`"`, string(written))
		var read money.Posted
		require.NoError(t, json.Unmarshal(written, &read))
		require.Equal(t, text, read.String(), "digits are kept")
	}
	sum := money.PostedZero(2).Plus(money.Posted{Decimal: decimal.New(5, -1)})
	require.Equal(t, "0.50", sum.String())
}
