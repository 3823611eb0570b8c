package anomaly_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/period"
)

var equalAmounts = cmp.Options{
	cmp.Comparer(func(a, b decimal.Decimal) bool { return a.Equal(b) }),
	cmp.Comparer(func(a, b period.Period) bool { return a == b }),
}

// drawFleet draws a small fleet of every kind.
func drawFleet(t *rapid.T) ([]anomaly.DailySeries, anomaly.Day) {
	m := mix{
		history: rapid.IntRange(0, 120).Draw(t, "history"), noise: rapid.Float64Range(0, 0.5).Draw(t, "noise"),
		lognormal: rapid.Bool().Draw(t, "lognormal"), dips: 0.5, peaks: 0.5, trends: 0.5,
		zeroDays: rapid.SampledFrom([]float64{0, 0.1, 0.9}).Draw(t, "zero days"), missedDays: 0.1,
	}
	judged := anomaly.Day(rapid.IntRange(20_000, 21_000).Draw(t, "day"))
	series, _ := m.fleet(rapid.Uint64().Draw(t, "seed"), rapid.IntRange(1, 80).Draw(t, "tenants"), judged)
	return series, judged
}

func assessDay(t *rapid.T, series []anomaly.DailySeries, on anomaly.Day) []anomaly.Assessment {
	got, err := anomaly.DefaultDailyRule(decimal.Zero).Assess(series, on)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// closeBy reports whether two z-scores are equal but for the rounding of their last digit.
func closeBy(a, b string) bool {
	if a == "" || b == "" {
		return a == b
	}
	return dec(a).Sub(dec(b)).Abs().LessThanOrEqual(dec("0.01"))
}

func TestDailyRuleLaws(t *testing.T) {
	t.Run("days in any order give the same", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			series, on := drawFleet(t)
			before := assessDay(t, series, on)
			random := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(t, "shuffle")))
			for i := range series {
				costs := slices.Clone(series[i].Costs)
				random.Shuffle(len(costs), func(a, b int) { costs[a], costs[b] = costs[b], costs[a] })
				series[i].Costs = costs
			}
			if difference := cmp.Diff(before, assessDay(t, series, on), equalAmounts); difference != "" {
				t.Fatal(difference)
			}
		})
	})
	t.Run("the unit of money does not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			series, on := drawFleet(t)
			before := assessDay(t, series, on)
			// A power of two changes no bit of a float's fraction but those of its logarithm.
			factor := decimal.New(rapid.SampledFrom([]int64{2, 16, 1024}).Draw(t, "factor"), 0)
			for i := range series {
				costs := slices.Clone(series[i].Costs)
				for k := range costs {
					costs[k].Cost = costs[k].Cost.Mul(factor)
				}
				series[i].Costs = costs
			}
			for i, after := range assessDay(t, series, on) {
				if after.Verdict != before[i].Verdict || !closeBy(after.ZScore, before[i].ZScore) {
					t.Fatalf("%+v became %+v", before[i], after)
				}
			}
		})
	})
	t.Run("the future does not matter, and the input is left as it is", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			series, on := drawFleet(t)
			before := assessDay(t, series, on)
			for i := range series {
				series[i].Costs = append([]anomaly.DailyCost{{Day: on + 1, Cost: dec("1e9")}}, series[i].Costs...)
			}
			given := slices.Clone(series[0].Costs)
			if difference := cmp.Diff(before, assessDay(t, series, on), equalAmounts); difference != "" {
				t.Fatal(difference)
			}
			if difference := cmp.Diff(given, series[0].Costs, equalAmounts); difference != "" {
				t.Fatal(difference)
			}
		})
	})
	t.Run("impact is exactly current minus expected", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			series, on := drawFleet(t)
			for _, got := range assessDay(t, series, on) {
				if a := got.Anomaly; a != nil && (!a.Expected.Add(a.Impact).Equal(a.Current) || *a.Since > on) {
					t.Fatalf("%+v", a)
				}
			}
		})
	})
}
