package allocation_test

import (
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/allocation"
)

func TestPost(t *testing.T) {
	digits := func(n int) *int { return &n }
	for name, test := range map[string]struct {
		cells  []string // account amount
		digits *int
		want   string
	}{
		"rounds together and keeps the rest": {
			[]string{"a 13.009", "b 7.0022672899", "@prepaid 0.009"}, nil, "@prepaid=0.01 @rounding=0.0002672899 a=13.01 b=7",
		},
		"sums what an account has in several pools": {[]string{"a 0.004", "a 0.006", "b 1"}, nil, "a=0.01 b=1"},
		"whole amounts have no rest":                {[]string{"a 1.10", "b 2.20"}, nil, "a=1.1 b=2.2"},
		"fewer digits than the currency's":          {[]string{"a 1.5", "b 1.5"}, digits(0), "a=2 b=1"},
		"more digits than the currency's":           {[]string{"a 0.12345", "b 0.00005"}, digits(4), "a=0.1235 b=0"},
		"refunds beside charges":                    {[]string{"a 10.006", "b -3.002"}, nil, "@rounding=0.004 a=10 b=-3"},
		"a credit note mirrors":                     {[]string{"a -0.005", "b -0.005"}, nil, "a=-0.01 b=0"},
		"nothing":                                   {[]string{"a 0"}, nil, "a=0"},
	} {
		t.Run(name, func(t *testing.T) {
			var totals allocation.AccountTotals
			grand := decimal.Zero
			for _, cell := range test.cells {
				account, amount, _ := strings.Cut(cell, " ")
				totals.Add("USD", account, decimal.RequireFromString(amount))
				grand = grand.Add(decimal.RequireFromString(amount))
			}
			lines, err := totals.Post(test.digits)
			require.NoError(t, err)
			var text []string
			for _, line := range lines {
				text = append(text, line.Account+"="+line.Amount.String())
				grand = grand.Sub(line.Amount)
			}
			require.True(t, grand.IsZero(), "what is posted is what is billed")
			require.Equal(t, test.want, strings.Join(text, " "))
		})
	}
	t.Run("refuses an absurd number of digits", func(t *testing.T) {
		var totals allocation.AccountTotals
		totals.Add("USD", "a", decimal.NewFromInt(1))
		_, err := totals.Post(digits(31))
		require.EqualError(t, err, "amounts are posted with 0 to 30 digits, not 31")
	})
}
