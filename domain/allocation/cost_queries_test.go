package allocation_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/period"
)

// knownCosts answers from what a test gives it.
type knownCosts struct {
	allocation.CostReader
	periods   []allocation.CostPeriod
	days      []allocation.DailyCost
	tags      []allocation.TagTotal
	asked     allocation.CostQuery
	askedTags allocation.TagTotalQuery
}

func (k *knownCosts) CostPeriods(_ context.Context, _ string, first, last period.Period) ([]allocation.CostPeriod, error) {
	var within []allocation.CostPeriod
	for _, one := range k.periods {
		if !one.Period.Before(first) && !last.Before(one.Period) {
			within = append(within, one)
		}
	}
	return within, nil
}

func (k *knownCosts) DailyCosts(_ context.Context, query allocation.CostQuery) ([]allocation.DailyCost, error) {
	k.asked = query
	var within []allocation.DailyCost
	for _, day := range k.days {
		if !day.Day.Before(query.First.Start()) && day.Day.Before(query.Last.End()) {
			within = append(within, day)
		}
	}
	return within, nil
}

func (k *knownCosts) TagTotals(_ context.Context, query allocation.TagTotalQuery) ([]allocation.TagTotal, error) {
	k.askedTags = query
	return k.tags, nil
}

func instant(t testing.TB, text string) time.Time {
	t.Helper()
	parsed, err := time.Parse(time.RFC3339, text)
	require.NoError(t, err)
	return parsed
}

func cost(t testing.TB, day, category, amount string) allocation.DailyCost {
	t.Helper()
	return allocation.DailyCost{
		Day: instant(t, day+"T00:00:00Z"), Category: allocation.CostCategory(category), Currency: "USD", Amount: decimal.RequireFromString(amount),
	}
}

func inEuro(cost allocation.DailyCost) allocation.DailyCost {
	cost.Currency = "EUR"
	return cost
}

func TestGetHistoricalCosts(t *testing.T) {
	known := &knownCosts{
		periods: []allocation.CostPeriod{{Period: september, Revision: 1}, {Period: september.Next(), Provisional: true}},
		days: []allocation.DailyCost{
			cost(t, "2026-08-31", "compute", "1"), cost(t, "2026-09-01", "compute", "2"), cost(t, "2026-09-01", "storage", "0.5"),
			cost(t, "2026-09-30", "compute", "4"), cost(t, "2026-10-01", "compute", "8"), inEuro(cost(t, "2026-10-01", "compute", "3")),
		},
	}
	if september.String() != "2026-09" {
		t.Fatalf("the test is written for 2026-09, not %s", september)
	}
	service := &allocation.CostAllocationService{Costs: known, Currency: "USD"}
	for name, test := range map[string]struct {
		granularity allocation.Granularity
		periods     int
		until       string
		want        []string
	}{
		"by month, the oldest first and gaps as zeros": {
			allocation.Monthly, 4, "2026-10-15T00:00:00Z",
			[]string{"2026-06 0 unknown", "2026-07 0 unknown", "2026-08 1 compute=1 unknown", "2026-09 6.5 compute=6 storage=0.5"},
		},
		"by month with one under way": {
			allocation.Monthly, 1, "2026-11-01T00:00:00Z", []string{"2026-10 8 compute=8 and EUR provisional"},
		},
		"by ISO week across months": {
			allocation.Weekly, 2, "2026-09-07T00:00:00Z", []string{"2026-W35 0 unknown", "2026-W36 3.5 compute=3 storage=0.5 unknown"},
		},
		"by ISO week that ends after the instant is left out": {
			allocation.Weekly, 1, "2026-09-06T23:59:59Z", []string{"2026-W35 0 unknown"},
		},
		"by ISO week that an open month touches": {
			allocation.Weekly, 1, "2026-10-05T00:00:00Z", []string{"2026-W40 12 compute=12 and EUR provisional"},
		},
		"by day": {
			allocation.Daily, 3, "2026-10-02T10:00:00+02:00",
			[]string{"2026-09-29 0", "2026-09-30 4 compute=4", "2026-10-01 8 compute=8 and EUR provisional"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			rows, err := service.GetHistoricalCosts(t.Context(), allocation.HistoryQuery{
				Book: "main", TenantID: "acme", Periods: test.periods, Granularity: test.granularity, Until: instant(t, test.until),
			})
			require.NoError(t, err)
			require.Equal(t, test.want, historyTexts(rows))
			require.Equal(t, "acme", known.asked.Account)
		})
	}
	for name, query := range map[string]allocation.HistoryQuery{
		"an unknown granularity": {Periods: 1, Granularity: "hourly"},
		"no period":              {Granularity: allocation.Daily},
		"too many periods":       {Periods: 401, Granularity: allocation.Daily},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := service.GetHistoricalCosts(t.Context(), query)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		})
	}
	t.Run("leaves out periods that are yet to come", func(t *testing.T) {
		query := allocation.HistoryQuery{
			Periods: 3, Granularity: allocation.Monthly, Until: instant(t, "2026-12-01T00:00:00Z"), Now: instant(t, "2026-10-02T00:00:00Z"),
		}
		rows, err := service.GetHistoricalCosts(t.Context(), query)
		require.NoError(t, err)
		require.Equal(t, []string{"2026-09 6.5 compute=6 storage=0.5", "2026-10 8 compute=8 and EUR provisional"}, historyTexts(rows))
		query.Until, query.Periods = instant(t, "2027-12-01T00:00:00Z"), 1
		rows, err = service.GetHistoricalCosts(t.Context(), query)
		require.NoError(t, err)
		require.Empty(t, rows)
	})
	t.Run("names the parts of a row", func(t *testing.T) {
		rows, err := service.GetHistoricalCosts(t.Context(), allocation.HistoryQuery{
			Book: "main", TenantID: "acme", Periods: 1, Granularity: allocation.Weekly, Until: instant(t, "2027-01-05T00:00:00Z"),
		})
		require.NoError(t, err)
		require.Equal(t, "main.2026-W53.USD.acme", rows[0].AllocationID, "ISO weeks of a year's end belong to the year of their Thursday")
		require.Equal(t, instant(t, "2026-12-28T00:00:00Z"), rows[0].PeriodStart)
		require.Equal(t, instant(t, "2027-01-04T00:00:00Z"), rows[0].PeriodEnd)
	})
}

func historyTexts(rows []allocation.HistoricalCost) []string {
	var texts []string
	for _, row := range rows {
		text := row.AllocationMetadata["period"] + " " + row.TotalAllocated.String()
		for _, category := range allocation.Categories() {
			if amount, found := row.Breakdown[string(category)]; found {
				text += fmt.Sprintf(" %s=%s", category, amount)
			}
		}
		if others := row.AllocationMetadata["other_currencies"]; others != "" {
			text += " and " + others
		}
		if row.Provisional {
			text += " provisional"
		}
		if !row.Known {
			text += " unknown"
		}
		texts = append(texts, text)
	}
	return texts
}

func TestGetHistoricalCostsLaws(t *testing.T) {
	t.Run("every granularity sums to the same between common borders", rapid.MakeCheck(func(t *rapid.T) {
		known := &knownCosts{}
		sum := decimal.Zero
		for i := range 364 { // 52 weeks from a Monday on
			amount := decimal.New(rapid.Int64Range(-1000, 1000).Draw(t, "amount"), -2)
			known.days = append(known.days, allocation.DailyCost{
				Day: time.Date(2025, 9, 1+i, 0, 0, 0, 0, time.UTC), Currency: "USD", Category: allocation.CategoryCompute, Amount: amount,
			})
			sum = sum.Add(amount)
		}
		service := &allocation.CostAllocationService{Costs: known, Currency: "USD"}
		for granularity, count := range map[allocation.Granularity]int{allocation.Daily: 364, allocation.Weekly: 52} {
			rows, err := service.GetHistoricalCosts(context.Background(), allocation.HistoryQuery{
				Periods: count, Granularity: granularity, Until: time.Date(2026, 8, 31, 0, 0, 0, 0, time.UTC),
			})
			require.NoError(t, err)
			total := decimal.Zero
			for i, row := range rows {
				total = total.Add(row.TotalAllocated)
				require.True(t, i == 0 || rows[i-1].PeriodEnd.Equal(row.PeriodStart))
			}
			require.True(t, total.Equal(sum), "%s: %s is not %s", granularity, total, sum)
		}
	}))
}

// taggedTotal makes a total of pairs of key and value.
func taggedTotal(amount string, pairs ...string) allocation.TagTotal {
	delivered := map[string]string{}
	for i := 0; i < len(pairs); i += 2 {
		delivered[pairs[i]] = pairs[i+1]
	}
	return allocation.TagTotal{
		Tags: allocation.CanonicalTags(delivered), Currency: "USD", Shared: len(pairs) == 0, Amount: decimal.RequireFromString(amount),
	}
}

func TestGetCostByTags(t *testing.T) {
	known := &knownCosts{
		periods: []allocation.CostPeriod{{Period: september, Provisional: true}},
		tags: []allocation.TagTotal{
			taggedTotal("1", "Team", "web", "env", "prod"), taggedTotal("2", "team ", "web", "env", "test"),
			taggedTotal("4", "team", "data", "env", "prod"), taggedTotal("8", "env", "prod"), taggedTotal("16", "team", "NULL"),
			taggedTotal("0.5"),
			{Tags: allocation.CanonicalTags(map[string]string{"team": "web"}), Currency: "EUR", Amount: decimal.New(1, 0)},
		},
	}
	service := &allocation.CostAllocationService{Costs: known, Currency: "USD"}
	type tags = []allocation.CostTag
	for name, test := range map[string]struct {
		tags    tags
		groupBy []string
		want    map[string]string
	}{
		"groups by a key, what lacks it apart": {
			nil, []string{"TEAM"}, map[string]string{"team:web": "3", "team:data": "4", "team:@untagged": "24.5"},
		},
		"groups by the keys of its tags where none are named": {
			tags{{Key: " Env "}}, nil, map[string]string{"env:prod": "13", "env:test": "2"},
		},
		"demands all tags": {
			tags{{Key: "env", Value: "prod"}, {Key: "team", Value: "web"}}, nil, map[string]string{"env:prod,team:web": "1"},
		},
		"takes any value for a star": {
			tags{{Key: "team", Value: "*"}}, []string{"env"}, map[string]string{"env:prod": "5", "env:test": "2"},
		},
		"finds what lacks a tag": {
			tags{{Key: "team", Value: "@untagged"}}, []string{"env"}, map[string]string{"env:prod": "8", "env:@untagged": "16.5"},
		},
		"ignores space around values but not their case": {
			tags{{Key: "team", Value: " web "}, {Key: "env", Value: "Prod"}}, nil, map[string]string{},
		},
		"groups by several keys in their order": {
			tags{{Key: "env", Value: "prod"}},
			[]string{"team", "env"},
			map[string]string{"team:web,env:prod": "1", "team:data,env:prod": "4", "team:@untagged,env:prod": "8"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			costs, err := service.GetCostByTags(t.Context(), allocation.TagQuery{Book: "main", TenantID: "acme", From: september.Start(), Until: september.End(), Tags: test.tags, GroupBy: test.groupBy})
			require.NoError(t, err)
			require.Equal(t, test.want, written(costs.Groups))
			sum := decimal.Zero
			for _, combination := range costs.Combinations {
				sum = sum.Add(combination.Amount)
			}
			require.True(t, costs.Total.Equal(sum), "the groups sum to the total")
			require.Len(t, costs.Combinations, len(test.want))
			require.True(t, costs.Provisional)
		})
	}
	t.Run("keeps the spelling of keys and says what is shared", func(t *testing.T) {
		costs, err := service.GetCostByTags(t.Context(), allocation.TagQuery{From: september.Start(), Until: september.End(), GroupBy: []string{"team"}})
		require.NoError(t, err)
		require.Equal(t, map[string][]string{"team": {"Team", "team", "team "}}, costs.Spellings)
		require.Equal(t, "0.5", costs.Shared.String())
		require.Equal(t, []string{"EUR"}, costs.OtherCurrencies)
		require.Equal(t, tags{{Key: "team", Value: "@untagged"}}, costs.Combinations[0].Tags)
	})
	t.Run("asks for the days and says of which months nothing is known", func(t *testing.T) {
		from := september.Previous().Start().AddDate(0, 0, 9)
		costs, err := service.GetCostByTags(t.Context(), allocation.TagQuery{
			Book: "main", TenantID: "acme", From: from, Until: september.Start().AddDate(0, 0, 3), GroupBy: []string{"team"},
		})
		require.NoError(t, err)
		require.Equal(t, []period.Period{september.Previous()}, costs.UnknownMonths)
		require.Equal(t, allocation.TagTotalQuery{Book: "main", Account: "acme", From: from, Until: at(4)}, known.askedTags)
	})
	for name, query := range map[string]allocation.TagQuery{
		"nothing to go by":     {},
		"an hour":              {GroupBy: []string{"a"}, From: at(1), Until: at(1).Add(time.Hour)},
		"no time":              {GroupBy: []string{"a"}, From: at(1), Until: at(1)},
		"an empty key":         {GroupBy: []string{" "}},
		"an empty tag":         {GroupBy: []string{"a"}, Tags: tags{{Key: ""}}},
		"a key that is twice":  {GroupBy: []string{"team", "Team "}},
		"more than twenty tag": {GroupBy: make([]string, 21)},
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			_, err := service.GetCostByTags(t.Context(), query)
			require.True(t, fault.Is(err, fault.InvalidInput), "%v", err)
		})
	}
}

func TestGetCostByTagsLaws(t *testing.T) {
	t.Run("groups sum to what is selected, whatever the keys", rapid.MakeCheck(func(t *rapid.T) {
		keys, values := []string{"team", " Team", "ENV", "env", "cost"}, []string{"a", "b", "null", " a "}
		known, sum := &knownCosts{}, decimal.Zero
		for range rapid.IntRange(0, 20).Draw(t, "totals") {
			var pairs []string
			for range rapid.IntRange(0, 4).Draw(t, "tags") {
				pairs = append(pairs, rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom(values).Draw(t, "value"))
			}
			total := taggedTotal(decimal.New(rapid.Int64().Draw(t, "amount"), -3).String(), pairs...)
			known.tags, sum = append(known.tags, total), sum.Add(total.Amount)
		}
		service := &allocation.CostAllocationService{Costs: known, Currency: "USD"}
		group := rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"team", "env", "cost", "none"}), 1, 4, rapid.ID).Draw(t, "group")
		costs, err := service.GetCostByTags(context.Background(), allocation.TagQuery{From: september.Start(), Until: september.End(), GroupBy: group})
		require.NoError(t, err)
		grouped := decimal.Zero
		for _, amount := range costs.Groups {
			grouped = grouped.Add(amount)
		}
		require.True(t, grouped.Equal(sum) && costs.Total.Equal(sum), "%s, %s and %s", grouped, costs.Total, sum)
	}))
}
