package anomaly_test

import (
	"math/rand/v2"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/fault"
)

func day(text string) anomaly.Day {
	parsed, err := anomaly.ParseDay(text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// acme makes a series that ends on a day: cost gives each day's cost by its distance from that day
// (0 is the day itself, 1 the day before) and whether it is known. Days vary by 3 %.
func acme(end anomaly.Day, days int, cost func(ago int, on anomaly.Day) (float64, bool)) anomaly.DailySeries {
	random := rand.New(rand.NewPCG(7, 7))
	series := anomaly.DailySeries{TenantID: "acme", Currency: "USD"}
	for ago := days; ago >= 0; ago-- {
		value, known := cost(ago, end-anomaly.Day(ago))
		wobble := 1 + 0.03*(2*random.Float64()-1)
		if known {
			series.Costs = append(series.Costs, anomaly.DailyCost{Day: end - anomaly.Day(ago), Cost: amount(value * wobble)})
		}
	}
	return series
}

// judge assesses one day of one series by the default rule.
func judge(t *testing.T, series anomaly.DailySeries, on anomaly.Day) anomaly.Assessment {
	t.Helper()
	got, err := anomaly.DefaultDailyRule(decimal.Zero).Assess([]anomaly.DailySeries{series}, on)
	require.NoError(t, err)
	require.Len(t, got, 1)
	return got[0]
}

func TestDailyRuleVerdicts(t *testing.T) {
	wednesday := day("2026-05-20")
	weekend := func(on anomaly.Day) bool { w := on.Start().Weekday(); return w == 0 || w == 6 }
	monthEnd := func(on anomaly.Day) bool { return on.Start().AddDate(0, 0, 1).Day() == 1 }
	flat := func(today float64) func(int, anomaly.Day) (float64, bool) {
		return func(ago int, _ anomaly.Day) (float64, bool) {
			if ago == 0 {
				return today, true
			}
			return 100, true
		}
	}
	for _, c := range []struct {
		name    string
		end     anomaly.Day
		days    int
		cost    func(ago int, on anomaly.Day) (float64, bool)
		verdict anomaly.Verdict
	}{
		{"an ordinary day", wednesday, 90, flat(100), anomaly.Normal},
		{"a day at +50 %", wednesday, 90, flat(150), anomaly.Anomalous},
		{"a sure rise that is too small to look at", wednesday, 90, flat(115), anomaly.Normal},
		{"a day at half", wednesday, 90, flat(50), anomaly.Fallen},
		{"a day that cost nothing", wednesday, 90, flat(0), anomaly.Fallen},
		{"a day with a net credit", wednesday, 90, flat(-500), anomaly.Fallen},
		{"five weeks suffice", wednesday, 35, flat(150), anomaly.Anomalous},
		{"a weekend at a weekday's cost, where weekends dip", day("2026-05-23"), 90, func(ago int, on anomaly.Day) (float64, bool) {
			if weekend(on) && ago > 0 {
				return 50, true
			}
			return 100, true
		}, anomaly.Anomalous},
		{"a Monday after a dip", day("2026-05-25"), 90, func(_ int, on anomaly.Day) (float64, bool) {
			if weekend(on) {
				return 50, true
			}
			return 100, true
		}, anomaly.Normal},
		{"a weekend on Friday and Saturday", day("2026-05-24"), 90, func(_ int, on anomaly.Day) (float64, bool) {
			if w := on.Start().Weekday(); w == 5 || w == 6 {
				return 40, true
			}
			return 100, true
		}, anomaly.Normal},
		{"a month's end like those before", day("2026-05-31"), 90, func(_ int, on anomaly.Day) (float64, bool) {
			if monthEnd(on) {
				return 250, true
			}
			return 100, true
		}, anomaly.Normal},
		{"a month's end seen once before", day("2026-05-31"), 35, func(_ int, on anomaly.Day) (float64, bool) {
			if monthEnd(on) {
				return 250, true
			}
			return 100, true
		}, anomaly.Normal},
		{"a month's end unlike those before", day("2026-05-31"), 90, flat(250), anomaly.Anomalous},
		{"the first month's end of a young history", day("2026-05-31"), 24, flat(250), anomaly.Normal},
		{"far more than that", day("2026-05-31"), 24, flat(450), anomaly.Anomalous},
		{"steady growth", wednesday, 90, func(ago int, _ anomaly.Day) (float64, bool) { return 100 + float64(90-ago), true }, anomaly.Normal},
		{"a rise on top of growth", wednesday, 90, func(ago int, _ anomaly.Day) (float64, bool) {
			if ago == 0 {
				return 280, true
			}
			return 100 + float64(90-ago), true
		}, anomaly.Anomalous},
		{"six days of a new level", wednesday, 90, level(6, 1000, 150), anomaly.Anomalous},
		{"a new level is accepted after a week", wednesday, 90, level(8, 1000, 150), anomaly.Normal},
		{"a rise above an accepted level", wednesday, 90, risen(level(20, 1000, 150), 225), anomaly.Anomalous},
		{"an accepted level that ended long ago", wednesday, 90, level(50, 20, 200), anomaly.Normal},
		{"the return of an old level", wednesday, 90, risen(level(50, 20, 200), 200), anomaly.Anomalous},
		{"three gaps in four", wednesday, 90, func(ago int, _ anomaly.Day) (float64, bool) { return 100, ago%4 == 0 }, anomaly.Normal},
		{"a rise after gaps", wednesday, 90, risen(func(ago int, _ anomaly.Day) (float64, bool) { return 100, ago%3 == 0 }, 150), anomaly.Anomalous},
		{"a rise among zero days", wednesday, 90, risen(func(ago int, _ anomaly.Day) (float64, bool) {
			if ago%5 == 1 {
				return 0, true
			}
			return 100, true
		}, 150), anomaly.Anomalous},
		{"a day without a record", wednesday, 90, func(ago int, _ anomaly.Day) (float64, bool) { return 100, ago > 0 }, anomaly.Missing},
		{"a tenant of six days", wednesday, 6, flat(1000), anomaly.Learning},
		{"a young tenant at less than twice its dearest", wednesday, 10, flat(180), anomaly.Learning},
		{"a young tenant beyond twice its dearest", wednesday, 10, flat(220), anomaly.Anomalous},
		{"a sleeping tenant's first spend", wednesday, 30, risen(func(int, anomaly.Day) (float64, bool) { return 0, true }, 5), anomaly.Anomalous},
		{"a monthly job among zero days", wednesday, 89, func(ago int, _ anomaly.Day) (float64, bool) {
			if ago%30 == 0 {
				return 70, true
			}
			return 0, true
		}, anomaly.Learning},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judge(t, acme(c.end, c.days, c.cost), c.end)
			assert.Equal(t, c.verdict, got.Verdict, "expected %s, current %s, z %s", got.Expected, got.Current, got.ZScore)
		})
	}
}

// level is 100 a day but for the days from ago to until (exclusive) before the end.
func level(from, until int, cost float64) func(int, anomaly.Day) (float64, bool) {
	return func(ago int, _ anomaly.Day) (float64, bool) {
		if ago <= from && (until >= 1000 || ago > until) {
			return cost, true
		}
		return 100, true
	}
}

// risen replaces the last day's cost.
func risen(cost func(int, anomaly.Day) (float64, bool), today float64) func(int, anomaly.Day) (float64, bool) {
	return func(ago int, on anomaly.Day) (float64, bool) {
		if ago == 0 {
			return today, true
		}
		return cost(ago, on)
	}
}

func TestDailyRuleReportsTheWholeAnomaly(t *testing.T) {
	on := day("2026-05-20")
	series := acme(on, 90, risen(level(0, 0, 100), 4000))
	series.Scope = anomaly.Scope{Dimension: anomaly.DimensionService, Item: "EC2"}
	found, err := anomaly.DefaultDailyRule(dec("10")).Detect([]anomaly.DailySeries{series}, on)
	require.NoError(t, err)
	require.Len(t, found, 1)
	got := found[0]
	assert.Equal(t, anomaly.RuleDaily, got.Rule)
	assert.Equal(t, "2026-05", got.Period.String())
	assert.Equal(t, on, *got.Day)
	assert.Equal(t, on, *got.Since)
	assert.Equal(t, series.Scope, got.Scope)
	assert.Equal(t, anomaly.SeverityCritical, got.Severity, "3,900 a day and beyond doubt")
	assert.True(t, got.Expected.Add(got.Impact).Equal(got.Current))
	assert.InDelta(t, 100, got.Expected.InexactFloat64(), 2)
	assert.NotEmpty(t, got.ZScore)
}

func TestDailyRuleKeepsSmallMoneyQuiet(t *testing.T) {
	on := day("2026-05-20")
	series := []anomaly.DailySeries{acme(on, 90, risen(level(0, 0, 100), 150))}
	for impact, verdict := range map[string]anomaly.Verdict{"40": anomaly.Anomalous, "60": anomaly.Normal} {
		got, err := anomaly.DefaultDailyRule(dec(impact)).Assess(series, on)
		require.NoError(t, err)
		assert.Equal(t, verdict, got[0].Verdict, "least impact %s", impact)
	}
}

func TestDailyRuleRefusesBadInput(t *testing.T) {
	on := day("2026-05-20")
	for name, change := range map[string]func(*anomaly.DailyRule, *anomaly.DailySeries){
		"two costs on one day": func(_ *anomaly.DailyRule, s *anomaly.DailySeries) { s.Costs = append(s.Costs, s.Costs[5]) },
		"an endless number":    func(_ *anomaly.DailyRule, s *anomaly.DailySeries) { s.Costs[5].Cost = decimal.New(1, 999_999_999) },
		"an unknown currency":  func(_ *anomaly.DailyRule, s *anomaly.DailySeries) { s.Currency = "GOLD" },
		"no tenant":            func(_ *anomaly.DailyRule, s *anomaly.DailySeries) { s.TenantID = "" },
		"a short window":       func(r *anomaly.DailyRule, _ *anomaly.DailySeries) { r.Window = 20 },
		"a long window":        func(r *anomaly.DailyRule, _ *anomaly.DailySeries) { r.Window = 367 },
		"no z-score":           func(r *anomaly.DailyRule, _ *anomaly.DailySeries) { r.ZScore = 0 },
		"a hasty acceptance":   func(r *anomaly.DailyRule, _ *anomaly.DailySeries) { r.AcceptAfter = 2 },
		"a negative impact":    func(r *anomaly.DailyRule, _ *anomaly.DailySeries) { r.LeastImpact = dec("-1") },
	} {
		t.Run(name, func(t *testing.T) {
			rule, series := anomaly.DefaultDailyRule(decimal.Zero), acme(on, 40, level(0, 0, 100))
			change(&rule, &series)
			_, err := rule.Detect([]anomaly.DailySeries{series}, on)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}
