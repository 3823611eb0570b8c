package money_test

import (
	"math/big"
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/money"
)

func integers(values ...int64) []*big.Int {
	all := make([]*big.Int, len(values))
	for i, value := range values {
		all[i] = big.NewInt(value)
	}
	return all
}

func split(t require.TestingT, units *big.Int, weights []*big.Int) []*big.Int {
	w, err := money.NewWeights(weights)
	require.NoError(t, err)
	portions, err := money.Apportion(units, w)
	require.NoError(t, err)
	parts := make([]*big.Int, portions.Len())
	for i := range parts {
		parts[i] = portions.Units(i)
	}
	return parts
}

func TestApportion(t *testing.T) {
	for name, test := range map[string]struct {
		units         int64
		weights, want []int64
	}{
		"gives everything to the only part":        {100, []int64{7}, []int64{100}},
		"splits evenly what divides evenly":        {90, []int64{1, 1, 1}, []int64{30, 30, 30}},
		"gives the unit left over to the first":    {100, []int64{1, 1, 1}, []int64{34, 33, 33}},
		"gives two units left over to the first 2": {101, []int64{1, 1, 1}, []int64{34, 34, 33}},
		"prefers the largest remainder":            {10, []int64{1, 2, 4}, []int64{1, 3, 6}},
		"mirrors a negative amount":                {-100, []int64{1, 1, 1}, []int64{-34, -33, -33}},
		"gives nothing to a part without weight":   {5, []int64{0, 1, 0, 1}, []int64{0, 3, 0, 2}},
		"splits fewer units than parts":            {2, []int64{1, 1, 1, 1}, []int64{1, 1, 0, 0}},
		"splits one unit to the heaviest":          {1, []int64{1, 5, 5}, []int64{0, 1, 0}},
		"splits nothing into nothing":              {0, []int64{3, 4}, []int64{0, 0}},
		"leaves a heavy and a light part exact":    {1000, []int64{999, 1}, []int64{999, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, integers(test.want...), split(t, big.NewInt(test.units), integers(test.weights...)))
		})
	}
	t.Run("refuses to split something among no weights", func(t *testing.T) {
		w, err := money.NewWeights(integers(0, 0))
		require.NoError(t, err)
		_, err = money.Apportion(big.NewInt(1), w)
		require.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		portions, err := money.Apportion(new(big.Int), w)
		require.NoError(t, err)
		require.True(t, portions.IsZero(0))
	})
	t.Run("refuses a negative weight", func(t *testing.T) {
		_, err := money.NewWeights(integers(1, -1))
		require.EqualError(t, err, "weight 1 is -1; weights are not negative")
	})
}

// oracle splits by the rule's own words, in rational numbers.
func oracle(units *big.Int, weights []*big.Int) []*big.Int {
	total := new(big.Int)
	for _, weight := range weights {
		total.Add(total, weight)
	}
	parts, rests, order := make([]*big.Int, len(weights)), make([]*big.Rat, len(weights)), []int{}
	left := new(big.Int).Abs(units)
	for i, weight := range weights {
		ideal := new(big.Rat).SetFrac(new(big.Int).Mul(new(big.Int).Abs(units), weight), total)
		parts[i] = new(big.Int).Quo(ideal.Num(), ideal.Denom())
		rests[i] = new(big.Rat).Sub(ideal, new(big.Rat).SetInt(parts[i]))
		left.Sub(left, parts[i])
		if weight.Sign() > 0 {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return rests[b].Cmp(rests[a]) })
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], big.NewInt(1))
	}
	if units.Sign() < 0 {
		for _, part := range parts {
			part.Neg(part)
		}
	}
	return parts
}

// wide draws integers of very different sizes, so that every path of the arithmetic is met.
func wide(limit int) *rapid.Generator[*big.Int] {
	return rapid.Custom(func(t *rapid.T) *big.Int {
		size := rapid.IntRange(0, limit).Draw(t, "bytes")
		return new(big.Int).SetBytes(rapid.SliceOfN(rapid.Byte(), size, size).Draw(t, "value"))
	})
}

func drawSplit(t *rapid.T) (*big.Int, []*big.Int) {
	limit := rapid.SampledFrom([]int{1, 4, 8, 11, 14, 15, 24}).Draw(t, "limit")
	weights := rapid.SliceOfN(wide(limit), 1, 60).Draw(t, "weights")
	weights[0] = new(big.Int).Add(weights[0], big.NewInt(1))
	units := wide(rapid.SampledFrom([]int{1, 4, 8, 12}).Draw(t, "size")).Draw(t, "units")
	if rapid.Bool().Draw(t, "negative") {
		units = new(big.Int).Neg(units)
	}
	return units, weights
}

func TestApportionLaws(t *testing.T) {
	t.Run("equals the rule computed in rational numbers", rapid.MakeCheck(func(t *rapid.T) {
		units, weights := drawSplit(t)
		require.Equal(t, texts(oracle(units, weights)), texts(split(t, units, weights)))
	}))
	t.Run("is the same for weights of another unit", rapid.MakeCheck(func(t *rapid.T) {
		units, weights := drawSplit(t)
		factor := new(big.Int).Add(wide(9).Draw(t, "factor"), big.NewInt(1))
		scaled := make([]*big.Int, len(weights))
		for i, weight := range weights {
			scaled[i] = new(big.Int).Mul(weight, factor)
		}
		require.Equal(t, texts(split(t, units, weights)), texts(split(t, units, scaled)))
	}))
	t.Run("mirrors negatives", rapid.MakeCheck(func(t *rapid.T) {
		units, weights := drawSplit(t)
		mirrored := split(t, new(big.Int).Neg(units), weights)
		for _, part := range mirrored {
			part.Neg(part)
		}
		require.Equal(t, texts(split(t, units, weights)), texts(mirrored))
	}))
	t.Run("explains every unit given out", rapid.MakeCheck(func(t *rapid.T) {
		units, weights := drawSplit(t)
		w, err := money.NewWeights(weights)
		require.NoError(t, err)
		parts := split(t, units, weights)
		for i, rounding := range money.Roundings(units, w) {
			ideal := new(big.Rat).Mul(new(big.Rat).SetInt(new(big.Int).Abs(units)), w.Share(i))
			raised := new(big.Rat).SetInt(new(big.Int).Abs(parts[i])).Cmp(ideal) > 0
			require.Equal(t, raised, rounding.Raised, "part %d", i)
			require.Equal(t, rounding, money.RoundingOf(units, w, i), "part %d", i)
		}
	}))
}

func TestBlend(t *testing.T) {
	term := func(weight string, units ...int64) money.Term {
		total := new(big.Int)
		for _, unit := range units {
			total.Add(total, big.NewInt(unit))
		}
		return money.Term{Weight: decimal.RequireFromString(weight), Units: integers(units...), Total: total}
	}
	t.Run("weighs shares of each term", func(t *testing.T) {
		w := money.Blend(2, []money.Term{term("0.7", 1, 3), term("0.3", 1, 1)})
		require.Equal(t, "13/40", w.Share(0).RatString())
		require.Equal(t, "27/40", w.Share(1).RatString())
	})
	t.Run("rescales the weights of what is left when a term is empty", func(t *testing.T) {
		w := money.Blend(2, []money.Term{term("0.7", 0, 0), term("0.3", 1, 2)})
		require.Equal(t, "1/3", w.Share(0).RatString())
	})
	t.Run("is zero when every term is empty", func(t *testing.T) {
		w := money.Blend(2, []money.Term{term("1", 0, 0)})
		require.True(t, w.IsZero())
		require.Equal(t, 2, w.Len())
		require.Equal(t, "0", w.Share(0).RatString())
	})
	t.Run("equals the sum of shares in rational numbers", rapid.MakeCheck(func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "n")
		size := rapid.SampledFrom([]int{1, 6, 8, 12}).Draw(t, "size")
		terms := make([]money.Term, rapid.IntRange(1, 4).Draw(t, "terms"))
		scale := new(big.Rat)
		want := make([]*big.Rat, n)
		for i := range want {
			want[i] = new(big.Rat)
		}
		for k := range terms {
			weight := decimal.New(rapid.Int64Range(0, 1000).Draw(t, "weight"), -3)
			terms[k] = money.Term{Weight: weight, Units: rapid.SliceOfN(wide(size), n, n).Draw(t, "units"), Total: new(big.Int)}
			for _, unit := range terms[k].Units {
				terms[k].Total.Add(terms[k].Total, unit)
			}
			if terms[k].Total.Sign() == 0 {
				continue
			}
			scale.Add(scale, weight.Rat())
			for i, unit := range terms[k].Units {
				share := new(big.Rat).SetFrac(unit, terms[k].Total)
				want[i].Add(want[i], share.Mul(share, weight.Rat()))
			}
		}
		w := money.Blend(n, terms)
		for i := range want {
			if scale.Sign() > 0 {
				want[i].Quo(want[i], scale)
			}
			require.Equal(t, want[i].RatString(), w.Share(i).RatString())
		}
	}))
}

func TestSettleLaws(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.IntRange(0, 4).Draw(t, "digits")
		n := rapid.IntRange(1, 30).Draw(t, "n")
		totals, exact, grand := make([]money.Sum, n), make([]*big.Rat, n), new(big.Rat)
		for i := range totals {
			value := decimal.New(rapid.Int64().Draw(t, "value"), -rapid.Int32Range(0, 12).Draw(t, "scale"))
			totals[i].AddDecimal(value)
			exact[i] = value.Rat()
			grand.Add(grand, exact[i])
		}
		settled, rest := money.Settle(totals, digits)
		quantum := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil))
		sum := rest.Decimal().Rat()
		require.Negative(t, new(big.Rat).Abs(sum).Cmp(quantum), "less than a unit is left over")
		require.GreaterOrEqual(t, sum.Sign()*grand.Sign(), 0, "the rest has the sign of the whole")
		for i, units := range settled {
			part := new(big.Rat).Mul(new(big.Rat).SetInt(units), quantum)
			sum.Add(sum, part)
			off := new(big.Rat).Sub(part, exact[i])
			require.Negative(t, off.Abs(off).Cmp(quantum), "each total is rounded by less than a unit")
		}
		require.Equal(t, grand.RatString(), sum.RatString())
	})
}

func texts(values []*big.Int) []string {
	all := make([]string, len(values))
	for i, value := range values {
		all[i] = value.String()
	}
	return all
}
