package anomaly_test

import (
	"slices"
	"testing"

	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/anomaly"
)

func drawAmount(t *rapid.T, label string) decimal.Decimal {
	return decimal.New(rapid.Int64Range(-1_000_000, 10_000_000).Draw(t, label), -int32(rapid.IntRange(0, 6).Draw(t, label+" digits")))
}

func drawPeriod(t *rapid.T) anomaly.PeriodCosts {
	costs := september("0")
	costs.Current = drawAmount(t, "current")
	for range rapid.IntRange(0, 8).Draw(t, "periods") {
		costs.Lookback = append(costs.Lookback, drawAmount(t, "lookback"))
	}
	return costs
}

func assess(t *rapid.T, costs anomaly.PeriodCosts) anomaly.Assessment {
	got, err := anomaly.DefaultPeriodRule().Assess(costs)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestPeriodRuleLaws(t *testing.T) {
	t.Run("the verdict does not depend on the unit of money", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			costs := drawPeriod(t)
			before := assess(t, costs)
			factor := decimal.New(rapid.Int64Range(1, 1000).Draw(t, "factor"), 0)
			costs.Current = costs.Current.Mul(factor)
			for i := range costs.Lookback {
				costs.Lookback[i] = costs.Lookback[i].Mul(factor)
			}
			after := assess(t, costs)
			if before.Verdict != after.Verdict || before.ZScore != after.ZScore {
				t.Fatalf("%+v became %+v", before, after)
			}
		})
	})
	t.Run("the order of lookback periods does not matter", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			costs := drawPeriod(t)
			before := assess(t, costs)
			costs.Lookback = slices.Clone(costs.Lookback)
			slices.Reverse(costs.Lookback)
			after := assess(t, costs)
			if before.Verdict != after.Verdict || !before.Expected.Equal(after.Expected) || before.ZScore != after.ZScore {
				t.Fatalf("%+v became %+v", before, after)
			}
		})
	})
	t.Run("a dearer period is never less of an anomaly", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			costs := drawPeriod(t)
			before := assess(t, costs)
			costs.Current = costs.Current.Add(drawAmount(t, "more").Abs())
			if after := assess(t, costs); before.Verdict == anomaly.Anomalous && after.Verdict != anomaly.Anomalous {
				t.Fatalf("%+v became %+v", before, after)
			}
		})
	})
	t.Run("impact is exactly current minus expected", func(t *testing.T) {
		rapid.Check(t, func(t *rapid.T) {
			costs := drawPeriod(t)
			if a := assess(t, costs).Anomaly; a != nil && !a.Expected.Add(a.Impact).Equal(costs.Current) {
				t.Fatalf("%s + %s is not %s", a.Expected, a.Impact, costs.Current)
			}
		})
	})
}
