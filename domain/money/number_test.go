package money_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

func TestParseDecimal(t *testing.T) {
	for text, want := range map[string]string{
		"0": "0", "-0": "0", "12": "12", "-12.30": "-12.3", "+1.5": "1.5", ".5": "0.5", "007": "7",
		"0.00000080000":                "0.0000008",
		"1e3":                          "1000",
		"1.5E-7":                       "0.00000015",
		"-2.5e+1":                      "-25",
		"0e50":                         "0",
		"123456789012345678901234.567": "123456789012345678901234.567",
		strings.Repeat("9", 38):        strings.Repeat("9", 38),
	} {
		t.Run("reads "+text, func(t *testing.T) {
			got, err := money.ParseDecimal(text)
			require.NoError(t, err)
			require.Equal(t, want, got.String())
		})
	}
	for _, text := range []string{
		"", "-", "+", ".", "1.", "1..2", "1.2.3", "NaN", "nan", "Inf", "-inf", "Infinity", "1e", "1e+", "e5", "1e5x",
		"1,000", "1_000", " 1", "1 ", "0x10", "1e999999999", "1e-999999999", "1e77", "1e38", "1e-39", "--1", "١",
		strings.Repeat("9", 39), strings.Repeat("0", 200), "0." + strings.Repeat("0", 38) + "1",
	} {
		t.Run("refuses "+text, func(t *testing.T) {
			_, err := money.ParseDecimal(text)
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			require.Less(t, len(err.Error()), 200)
		})
	}
	t.Run("keeps the scale that was written", func(t *testing.T) {
		got, err := money.ParseDecimal("1.100")
		require.NoError(t, err)
		require.Equal(t, int32(-3), got.Exponent())
	})
}

// FuzzParseDecimal holds the parser against big.Rat's: what it accepts has the same value there.
func FuzzParseDecimal(f *testing.F) {
	for _, seed := range []string{"1.5e-7", "-0.00", "1e999999999", "NaN", "123456789012345678901"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := money.ParseDecimal(text)
		if err != nil {
			require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			return
		}
		want, ok := new(big.Rat).SetString(text)
		require.True(t, ok)
		require.Zero(t, want.Cmp(got.Rat()))
	})
}

func TestFixed(t *testing.T) {
	t.Run("reads what the decimal parser reads, or leaves it to that", rapid.MakeCheck(func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{0,20}(\.[0-9]{0,20})?`).Draw(t, "text")
		fixed, ok := money.ParseFixed([]byte(text))
		if !ok {
			return
		}
		want, err := decimal.NewFromString(text)
		require.NoError(t, err)
		require.True(t, want.Equal(fixed.Decimal()))
	}))
	t.Run("reads up to 18 digits", func(t *testing.T) {
		for text, ok := range map[string]bool{
			"999999999999999999": true, "-0.12345678901234567": true, "1234567890123456789": false, "": false, "-": false, "1.": false,
		} {
			_, got := money.ParseFixed([]byte(text))
			require.Equal(t, ok, got, text)
		}
	})
}

func TestSumLaws(t *testing.T) {
	numbers := rapid.Custom(func(t *rapid.T) decimal.Decimal {
		digits := rapid.SampledFrom([]string{`[0-9]{1,4}`, `[0-9]{17,18}`, `[0-9]{19,38}`}).Draw(t, "size")
		text := rapid.SampledFrom([]string{"", "-"}).Draw(t, "sign") + rapid.StringMatching(digits).Draw(t, "digits")
		if rapid.Bool().Draw(t, "fraction") {
			text += rapid.StringMatching(`\.[0-9]{1,20}`).Draw(t, "fraction digits")
		}
		return decimal.RequireFromString(text)
	})
	t.Run("is exact in any order and grouping", rapid.MakeCheck(func(t *rapid.T) {
		values := rapid.SliceOfN(numbers, 0, 30).Draw(t, "values")
		var sum, left, right money.Sum
		want := new(big.Rat)
		for i, value := range values {
			want.Add(want, value.Rat())
			sum.AddDecimal(value)
			if i%2 == 0 {
				left.AddDecimal(value)
			} else {
				right.AddDecimal(value)
			}
		}
		left.AddSum(&right)
		require.Zero(t, want.Cmp(sum.Decimal().Rat()))
		require.Zero(t, want.Cmp(left.Decimal().Rat()))
		require.Equal(t, want.Sign(), sum.Sign())
		require.Equal(t, sum.Decimal().Rat().Num().String(), want.Num().String())
	}))
	t.Run("moves beyond 128 bits", func(t *testing.T) {
		var sum, doubled money.Sum
		sum.AddFixed(money.Fixed{Coefficient: 999_999_999_999_999_999, Scale: 0})
		sum.AddFixed(money.Fixed{Coefficient: 1, Scale: 18})
		for range 100 {
			doubled = money.Sum{}
			doubled.AddSum(&sum)
			doubled.AddSum(&sum)
			sum = money.Sum{}
			sum.AddSum(&doubled)
		}
		want := decimal.RequireFromString("999999999999999999.000000000000000001").Mul(decimal.NewFromInt(2).Pow(decimal.NewFromInt(100)))
		require.True(t, want.Equal(sum.Decimal()), sum.Decimal())
	})
}

func TestMinorDigits(t *testing.T) {
	for currency, want := range map[string]int{"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3, "CLF": 4, "XCG": 2} {
		got, err := money.MinorDigits(currency)
		require.NoError(t, err)
		require.Equal(t, want, got, currency)
	}
	for _, currency := range []string{"", "usd", "XXX", "XAU", "BTC", "US"} {
		_, err := money.MinorDigits(currency)
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err), currency)
	}
}

func TestQuantumDigits(t *testing.T) {
	for _, test := range []struct {
		minor  int
		amount string
		want   int
	}{
		{2, "10", 2},
		{2, "10.1", 2},
		{2, "0.00000080000", 7},
		{0, "5", 0},
		{0, "5.50", 1},
		{3, "1.0000", 3},
		{2, "0.0000", 2},
		{0, "100", 0},
		{2, "123456789012345678901234.1234500", 5},
		{0, "12345678901234567890.000", 0},
	} {
		require.Equal(t, test.want, money.QuantumDigits(test.minor, decimal.RequireFromString(test.amount)), test.amount)
	}
}
