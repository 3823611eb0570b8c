package capacity

import (
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// oneYear is the hours of the year from the first instant.
const oneYear = 8760

// week is a hourly forecast of a week, as one that is as sure as can be.
func week(usage func(hour int) float64) forecast.ForecastResult {
	values := make([]float64, 168)
	for h := range values {
		values[h] = usage(h)
	}
	f := band(forecast.Hourly, 0, values...)
	f.Metric = forecast.InstanceCount
	return f
}

// offered is a case of 0.10 an hour on demand against a reservation of 525.60 a year: 0.06 an hour.
func offered(t *testing.T, f forecast.ForecastResult) ReservationCase {
	return ReservationCase{
		Forecast: f, OnDemandHourly: dec(t, "0.10"), Currency: "USD",
		Offer: Offer{Upfront: dec(t, "225.60"), Monthly: dec(t, "25"), TermMonths: 12},
	}
}

func steady(units float64) func(int) float64 { return func(int) float64 { return units } }

// byDay is 10 units in the day's first twelve hours and 4 in the others.
func byDay(hour int) float64 {
	if hour%24 < 12 {
		return 10
	}
	return 4
}

func TestReservedCapacity(t *testing.T) {
	type want struct {
		units                           int64
		savings, fallen, breakEven, use string
	}
	for name, test := range map[string]struct {
		adapt func(*ReservationCase)
		usage func(int) float64
		want  want
	}{
		// 8 units · (876.00 − 525.60) = 2803.20; a tenth less covers 7.2: 7.2·876 − 8·525.60 = 2102.40.
		"steady usage is reserved whole": {nil, steady(8), want{8, "2803.2", "2102.4", "0.6", "1"}},
		// Half of the hours is below the break-even of 0.6, so the peak stays on demand:
		// 4·(876 − 525.60), and with 9 and 3.6 units used 3.8·876 − 4·525.60.
		"only what is used often enough is": {nil, byDay, want{4, "1401.6", "1226.4", "0.6", "1"}},
		"a cheaper offer reaches the peak": {
			func(c *ReservationCase) { c.Offer.Upfront = dec(t, "50") }, byDay, want{10, "2632", "2018.8", "0.3995", "0.7"},
		},
		"what is owned is not reserved again": {
			func(c *ReservationCase) {
				c.Owned = []Commitment{{Units: 3, From: start.AddDate(-1, 0, 0), Until: start.AddDate(2, 0, 0)}}
			}, steady(8), want{5, "1752", "1051.2", "0.6", "1"},
		},
		// Owned for the first 4380 hours: the other half alone does not pay.
		"what is owned for half the term": {
			func(c *ReservationCase) {
				c.Owned = []Commitment{{Units: 8, From: start, Until: start.Add(oneYear / 2 * time.Hour)}}
			}, steady(8), want{0, "0", "0", "0.6", "0"},
		},
		"an offer dearer than on demand is refused": {
			func(c *ReservationCase) { c.Offer.Monthly = dec(t, "80") }, steady(8), want{0, "0", "0", "1.3534", "0"},
		},
		"an offer just as dear saves nothing": {
			func(c *ReservationCase) { c.Offer = Offer{Upfront: dec(t, "876"), TermMonths: 12} }, steady(8), want{0, "0", "0", "1", "0"},
		},
		"a part of a unit is reserved where it pays": {nil, steady(0.7), want{1, "87.6", "26.28", "0.6", "0.7"}},
		"a part that does not pay is not":            {nil, steady(2.5), want{2, "700.8", "700.8", "0.6", "1"}},
		"nothing used, nothing reserved":             {nil, steady(0), want{0, "0", "0", "0.6", "0"}},
		// 26304 h · 0.10 = 2630.40 a unit against 225.60 + 36·25 = 1125.60.
		"three years": {
			func(c *ReservationCase) { c.Offer.TermMonths = 36 }, steady(8), want{8, "12038.4", "9934.08", "0.4279", "1"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := offered(t, week(test.usage))
			if test.adapt != nil {
				test.adapt(&c)
			}
			got, err := EstimateReservedCapacitySavings(c)
			require.NoError(t, err)
			assert.Equal(t, test.want.units, got.RecommendedReservedUnits)
			assert.Equal(t, test.want.savings, got.EstimatedSavings.String(), "savings")
			assert.Equal(t, test.want.fallen, got.SavingsIfUsageFalls.String(), "savings when usage falls by a tenth")
			assert.Equal(t, test.want.breakEven, got.BreakEvenUtilization.String(), "break-even")
			assert.Equal(t, test.want.use, got.Utilization.String(), "utilisation")
			assert.True(t, got.OnDemandCost.Sub(got.EstimatedSavings).Equal(got.CommittedCost))
		})
	}
	t.Run("the stable base is P10, the median is told beside it", func(t *testing.T) {
		f := week(steady(8))
		for k := range f.Predictions {
			f.Predictions[k].Quantiles[0] = 5
		}
		got, err := EstimateReservedCapacitySavings(offered(t, f))
		require.NoError(t, err)
		assert.Equal(t, int64(5), got.RecommendedReservedUnits)
		assert.Equal(t, "1752", got.ExpectedSavings.String())
		assert.Equal(t, "4380", got.OnDemandCost.String())
	})
	t.Run("says how much of the term the forecast covers", func(t *testing.T) {
		got, err := EstimateReservedCapacitySavings(offered(t, week(steady(8))))
		require.NoError(t, err)
		assert.Equal(t, decimal.NewFromInt(168).DivRound(decimal.NewFromInt(oneYear), 4).String(), got.ForecastShare.String())
	})
	for name, g := range map[string]forecast.ForecastGranularity{"days": forecast.Daily, "weeks": forecast.Weekly, "months": forecast.Monthly} {
		t.Run("a forecast in "+name+" stands for all their hours", func(t *testing.T) {
			got, err := EstimateReservedCapacitySavings(offered(t, band(g, 0, 8, 8, 8)))
			require.NoError(t, err)
			assert.Equal(t, "2803.2", got.EstimatedSavings.String())
		})
	}
}

func TestReservedCapacityRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*ReservationCase){
		"a term of 24 months is not offered": func(c *ReservationCase) { c.Offer.TermMonths = 24 },
		"cannot cost less than nothing":      func(c *ReservationCase) { c.Offer.Monthly = dec(t, "-1") },
		"is not above zero":                  func(c *ReservationCase) { c.OnDemandHourly = decimal.Zero },
		"has no points":                      func(c *ReservationCase) { c.Forecast.Predictions = nil },
		"is none":                            func(c *ReservationCase) { c.Owned = []Commitment{{Units: -1}} },
		"is no ISO 4217 code":                func(c *ReservationCase) { c.Currency = "dollars" },
		"has no quantile at level 0.1":       func(c *ReservationCase) { c.Forecast.Levels = []float64{0.2, 0.5, 0.9} },
		"must be at most 100000000 units":    func(c *ReservationCase) { c.Forecast = week(steady(1e9)) },
	} {
		t.Run(want, func(t *testing.T) {
			c := offered(t, week(steady(1)))
			spoil(&c)
			_, err := EstimateReservedCapacitySavings(c)
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestTheRecommendedCommitmentIsTheCheapest(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		u := usage{used: rapid.SliceOfN(rapid.Int64Range(0, 9*millionths), 1, 60).Draw(rt, "usage")}
		fee := decimal.NewFromInt(rapid.Int64Range(0, 100).Draw(rt, "fee"))
		price := decimal.New(rapid.Int64Range(1, 100).Draw(rt, "price"), -1)
		saved := func(units int64) decimal.Decimal {
			return u.covered(units).Mul(price).Sub(fee.Mul(decimal.NewFromInt(units)))
		}
		best := u.cheapest(fee, price)
		for units := range int64(11) {
			require.True(rt, saved(best).GreaterThanOrEqual(saved(units)), "%d units save more than %d", units, best)
			require.False(rt, units < best && saved(units).Equal(saved(best)), "%d units save as much as %d", units, best)
		}
	})
}
