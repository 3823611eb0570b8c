package money_test

import (
	"math/big"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/money"
)

func TestAccrual(t *testing.T) {
	for name, test := range map[string]struct {
		weights []int64
		units   int64
		want    []string
	}{
		"rounds what has accrued, not the parts": {[]int64{1, 1, 1}, 100, []string{"0.33", "0.33", "0.34"}},
		"mirrors negative amounts":               {[]int64{1, 1, 1}, -100, []string{"-0.33", "-0.33", "-0.34"}},
		"gives nothing where there is no weight": {[]int64{0, 2, 0, 1, 0}, 1, []string{"0", "0", "0", "0.01", "0"}},
		"splits nothing into nothing":            {[]int64{1, 2}, 0, []string{"0", "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			sums := money.NewSums(len(test.weights))
			money.NewAccrual(wholeWeights(t, test.weights)).AddTo(sums, big.NewInt(test.units), 2)
			for place, want := range test.want {
				require.Equal(t, want, sums.Decimal(place).String())
			}
		})
	}
}

func wholeWeights(t require.TestingT, values []int64) money.Weights {
	whole := make([]*big.Int, len(values))
	for i, value := range values {
		whole[i] = big.NewInt(value)
	}
	weights, err := money.NewWeights(whole)
	require.NoError(t, err)
	return weights
}

func TestAccrualLaws(t *testing.T) {
	t.Run("any stretch sums to its ideal within a unit, and the whole to the amount", rapid.MakeCheck(func(t *rapid.T) {
		size := rapid.SampledFrom([]int64{3, 1e9, 1 << 62}).Draw(t, "size")
		values := rapid.SliceOfN(rapid.Int64Range(0, size), 1, 31).Draw(t, "weights")
		values[rapid.IntRange(0, len(values)-1).Draw(t, "positive")] = 1 + rapid.Int64Range(0, size).Draw(t, "weight")
		units := new(big.Int).Mul(big.NewInt(rapid.Int64().Draw(t, "units")), big.NewInt(rapid.SampledFrom([]int64{1, 1e15}).Draw(t, "large")))
		digits := rapid.IntRange(0, 25).Draw(t, "digits")
		weights := wholeWeights(t, values)
		sums := money.NewSums(len(values))
		money.NewAccrual(weights).AddTo(sums, units, digits)

		first := rapid.IntRange(0, len(values)).Draw(t, "first")
		last := rapid.IntRange(first, len(values)).Draw(t, "last")
		share, stretch, whole := new(big.Rat), decimal.Zero, decimal.Zero
		for place := range values {
			whole = whole.Add(sums.Decimal(place))
			if place >= first && place < last {
				share.Add(share, weights.Share(place))
				stretch = stretch.Add(sums.Decimal(place))
			}
		}
		require.True(t, whole.Equal(money.FromUnits(units, digits)), "%s is not %s", whole, units)
		off := share.Mul(share, money.FromUnits(units, digits).Rat())
		off.Sub(off, stretch.Rat())
		unit := decimal.New(1, -int32(digits)).Rat()
		require.Negative(t, off.Abs(off).Cmp(unit), "off by %s", off)
	}))
}
