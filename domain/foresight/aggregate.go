package foresight

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Points turns hours of a metric in order into the points that are forecast, by the statistic that its terms
// name. A day, week or month counts by its greatest hour, since that is what capacity must hold; one that the
// hours cover only in part, at either end, is left out.
func Points(metric forecast.ResourceMetric, terms Terms, granularity forecast.ForecastGranularity, hours []Hour) []forecast.UsageDataPoint {
	points := make([]forecast.UsageDataPoint, 0, len(hours))
	statistic := terms.statistic(metric)
	for _, hour := range hours {
		value := statistic(hour)
		if math.IsNaN(value) {
			continue
		}
		at := start(granularity, hour.At)
		if last := len(points) - 1; last >= 0 && points[last].Timestamp.Equal(at) {
			points[last].Value = max(points[last].Value, value)
			continue
		}
		points = append(points, forecast.UsageDataPoint{Timestamp: at, Value: value})
	}
	if granularity == forecast.Hourly || len(points) == 0 {
		return points
	}
	if hours[0].At.After(points[0].Timestamp) {
		points = points[1:]
	}
	if last := len(points) - 1; last >= 0 && hours[len(hours)-1].At.Add(time.Hour).Before(granularity.Step(points[last].Timestamp, 1)) {
		points = points[:last]
	}
	return points
}

// start returns the beginning of the hour, day, week (a Monday) or month that an instant lies in.
func start(granularity forecast.ForecastGranularity, at time.Time) time.Time {
	at = at.UTC()
	day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
	switch granularity {
	case forecast.Hourly:
		return at.Truncate(time.Hour)
	case forecast.Daily:
		return day
	case forecast.Weekly:
		return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	default:
		return time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	}
}
