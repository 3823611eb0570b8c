package costwatch

import (
	"context"
	"fmt"
	"time"

	"github.com/shopspring/decimal"

	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/period"
)

// likeWeeks is how many weeks back the same weekday says what a category used to cost.
const likeWeeks = 4

// explain presents an anomaly with its causes: which categories, services, resources and tags rose on
// the day, each in amounts that sum to the rise. Services, resources and tags are known by day of
// direct cost alone; what they leave over, shared cost above all, is the rest of their dimension. Where
// no day before knows them, what rose the most over the month is said in words instead.
func (w *Watch) explain(ctx context.Context, book string, found anomaly.Anomaly) (allocation.CostAnomaly, error) {
	before := found.Period.Previous()
	query := allocation.CostQuery{Book: book, Account: found.TenantID, First: before, Last: found.Period, Currency: found.Currency}
	days, err := w.Costs.DailyCosts(ctx, query)
	if err != nil {
		return allocation.CostAnomaly{}, err
	}
	fine, err := w.Costs.DayItems(ctx, query, likeDates(*found.Day))
	if err != nil {
		return allocation.CostAnomaly{}, err
	}
	digits := max(0, -found.Expected.Exponent())
	now, baseline := likeDays(days, *found.Day)
	found.Causes = anomaly.Explain(found.Current, found.Expected, now, baseline, digits)
	now, baseline = likeItems(fine, *found.Day)
	if len(baseline) > 0 {
		found.Causes = append(found.Causes, anomaly.Explain(found.Current, found.Expected, now, baseline, digits)...)
		return allocation.NewCostAnomaly(found, w.Now()), nil
	}
	items, err := w.Costs.CostItems(ctx, query)
	if err != nil {
		return allocation.CostAnomaly{}, err
	}
	presented := allocation.NewCostAnomaly(found, w.Now())
	presented.SuggestedCauses = append(presented.SuggestedCauses, monthWords(items, found.Period, found.Currency)...)
	return presented, nil
}

// likeDates are a day and the like days before it.
func likeDates(day anomaly.Day) []time.Time {
	dates := make([]time.Time, 0, likeWeeks+1)
	for week := range likeWeeks + 1 {
		dates = append(dates, (day - anomaly.Day(7*week)).Start())
	}
	return dates
}

// likeItems breaks a day and the like days before it, of which anything is known, down by service,
// resource and tag.
func likeItems(items []DayItem, day anomaly.Day) (now anomaly.Breakdown, baseline []anomaly.Breakdown) {
	byDay := map[anomaly.Day]anomaly.Breakdown{}
	for _, item := range items {
		at, dimension := anomaly.DayOf(item.Day), anomaly.Dimension(item.Dimension)
		if byDay[at] == nil {
			byDay[at] = anomaly.Breakdown{}
		}
		if byDay[at][dimension] == nil {
			byDay[at][dimension] = map[string]decimal.Decimal{}
		}
		byDay[at][dimension][item.Item] = byDay[at][dimension][item.Item].Add(item.Amount)
	}
	for week := 1; week <= likeWeeks; week++ {
		if like := byDay[day-anomaly.Day(7*week)]; like != nil {
			baseline = append(baseline, like)
		}
	}
	return byDay[day], baseline
}

// likeDays breaks a day and the like days before it down by category.
func likeDays(costs []allocation.DailyCost, day anomaly.Day) (now anomaly.Breakdown, baseline []anomaly.Breakdown) {
	byDay := map[anomaly.Day]map[string]decimal.Decimal{}
	for _, cost := range costs {
		at := anomaly.DayOf(cost.Day)
		if byDay[at] == nil {
			byDay[at] = map[string]decimal.Decimal{}
		}
		byDay[at][string(cost.Category)] = byDay[at][string(cost.Category)].Add(cost.Amount)
	}
	now = anomaly.Breakdown{anomaly.DimensionCategory: byDay[day]}
	for week := 1; week <= likeWeeks; week++ {
		if like := byDay[day-anomaly.Day(7*week)]; like != nil {
			baseline = append(baseline, anomaly.Breakdown{anomaly.DimensionCategory: like})
		}
	}
	return now, baseline
}

// monthWords names what rose the most over the month before, an item for each dimension but the
// categories, which are known by day.
func monthWords(items []allocation.CostItem, month period.Period, currency string) []string {
	now, past := anomaly.Breakdown{}, anomaly.Breakdown{}
	for _, item := range items {
		side := past
		if item.Period == month {
			side = now
		}
		dimension := anomaly.Dimension(item.Dimension)
		if dimension == anomaly.DimensionCategory {
			continue
		}
		if side[dimension] == nil {
			side[dimension] = map[string]decimal.Decimal{}
		}
		side[dimension][item.Item] = side[dimension][item.Item].Add(item.Amount)
	}
	words := []string{}
	told := anomaly.Dimension("")
	for _, cause := range anomaly.Explain(decimal.Zero, decimal.Zero, now, []anomaly.Breakdown{past}, monthDigits) {
		if cause.Rest || cause.Dimension == told {
			continue
		}
		told = cause.Dimension
		words = append(words, fmt.Sprintf("over the month, %s %s rose the most: by %s %s over %s, from %s to %s",
			cause.Dimension, cause.Item, cause.Contribution.StringFixed(monthDigits), currency,
			month.Previous(), cause.Expected.StringFixed(monthDigits), cause.Current.StringFixed(monthDigits)))
	}
	return words
}

// monthDigits are enough for amounts in words.
const monthDigits = 2
