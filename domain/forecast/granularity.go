package forecast

import "time"

// ForecastGranularity is the distance between the points of a series.
//
//nolint:revive // the name that the engine's interface has had from the start, in contracts and clients
type ForecastGranularity string

// The granularities.
const (
	Hourly  ForecastGranularity = "hourly"
	Daily   ForecastGranularity = "daily"
	Weekly  ForecastGranularity = "weekly"
	Monthly ForecastGranularity = "monthly"
)

// Granularities lists every granularity, the finest first.
func Granularities() []ForecastGranularity {
	return []ForecastGranularity{Hourly, Daily, Weekly, Monthly}
}

// Step returns the instant n points after t. Months are calendar months counted from t itself: the 31st is
// the last day of a shorter month, and the 31st again in the next long one.
func (g ForecastGranularity) Step(t time.Time, n int) time.Time {
	switch g {
	case Hourly:
		return t.Add(time.Duration(n) * time.Hour)
	case Daily:
		return t.AddDate(0, 0, n)
	case Weekly:
		return t.AddDate(0, 0, 7*n)
	default:
		hour, minute, second := t.Clock()
		first := time.Date(t.Year(), t.Month()+time.Month(n), 1, hour, minute, second, t.Nanosecond(), t.Location())
		return first.AddDate(0, 0, min(t.Day(), lastDay(first))-1)
	}
}

// lastDay returns how many days the month of an instant has.
func lastDay(t time.Time) int { return time.Date(t.Year(), t.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day() }

// SeasonalityType names the length of a pattern that repeats.
type SeasonalityType string

// The seasonalities.
const (
	NoSeasonality      SeasonalityType = "none"
	DailySeasonality   SeasonalityType = "daily"
	WeeklySeasonality  SeasonalityType = "weekly"
	MonthlySeasonality SeasonalityType = "monthly"
	YearlySeasonality  SeasonalityType = "yearly"
)
