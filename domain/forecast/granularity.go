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

// Step returns the instant n points after t; months are calendar months counted from t itself, so
// that no day of the month is lost on the way through a short one.
func (g ForecastGranularity) Step(t time.Time, n int) time.Time {
	switch g {
	case Hourly:
		return t.Add(time.Duration(n) * time.Hour)
	case Daily:
		return t.AddDate(0, 0, n)
	case Weekly:
		return t.AddDate(0, 0, 7*n)
	default:
		return t.AddDate(0, n, 0)
	}
}

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
