package forecast

import (
	"math"
	"slices"
	"time"
)

// cycle is a pattern that a series may have: the length of its period in points, and where in it an
// instant stands.
type cycle struct {
	kind   SeasonalityType
	period float64
	phase  func(time.Time) int
}

// Mean lengths in the Gregorian calendar.
const (
	daysOfYear  = 365.2425
	daysOfMonth = daysOfYear / 12
)

// cyclesOf returns the cycles that points at a distance can show, the shortest first. Phases follow the
// calendar, since months and years are no whole number of days.
func cyclesOf(granularity ForecastGranularity) []cycle {
	hour := func(t time.Time) int { return t.UTC().Hour() }
	weekday := func(t time.Time) int { return int(t.UTC().Weekday()) }
	day := func(t time.Time) int { return t.UTC().Day() - 1 }
	month := func(t time.Time) int { return int(t.UTC().Month()) - 1 }
	week := func(t time.Time) int { return min(51, (t.UTC().YearDay()-1)/7) }
	switch granularity {
	case Hourly:
		return []cycle{
			{DailySeasonality, 24, hour},
			{WeeklySeasonality, 168, func(t time.Time) int { return 24*weekday(t) + hour(t) }},
			{MonthlySeasonality, 24 * daysOfMonth, day},
			{YearlySeasonality, 24 * daysOfYear, week},
		}
	case Daily:
		return []cycle{
			{WeeklySeasonality, 7, weekday},
			{MonthlySeasonality, daysOfMonth, day},
			{YearlySeasonality, daysOfYear, week},
		}
	case Weekly:
		return []cycle{
			{MonthlySeasonality, daysOfMonth / 7, func(t time.Time) int { return day(t) / 7 }},
			{YearlySeasonality, daysOfYear / 7, week},
		}
	default:
		return []cycle{{YearlySeasonality, 12, month}}
	}
}

// inOrderOfTime returns the points sorted by their stamps; points with equal stamps keep their order.
func inOrderOfTime(points []UsageDataPoint) []UsageDataPoint {
	points = slices.Clone(points)
	slices.SortStableFunc(points, func(a, b UsageDataPoint) int { return a.Timestamp.Compare(b.Timestamp) })
	return points
}

// bridgeGaps puts a line across every gap, and the nearest value at either end.
func bridgeGaps(values []float64) {
	before := -1
	for i, v := range values {
		if math.IsNaN(v) {
			continue
		}
		for k := before + 1; k < i; k++ {
			values[k] = v
			if before >= 0 {
				values[k] = values[before] + (v-values[before])*float64(k-before)/float64(i-before)
			}
		}
		before = i
	}
	for k := before + 1; k < len(values) && before >= 0; k++ {
		values[k] = values[before]
	}
}
