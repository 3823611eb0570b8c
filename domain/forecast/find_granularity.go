package forecast

import (
	"slices"
	"time"
)

// findGranularity returns the granularity nearest to the median distance between sorted stamps; data
// finer than hourly are forecast by the hour.
func findGranularity(points []UsageDataPoint) ForecastGranularity {
	distances := make([]time.Duration, 0, len(points))
	for i := 1; i < len(points); i++ {
		if d := points[i].Timestamp.Sub(points[i-1].Timestamp); d > 0 {
			distances = append(distances, d)
		}
	}
	if len(distances) == 0 {
		return Daily
	}
	slices.Sort(distances)
	const day = 24 * time.Hour
	switch median := distances[len(distances)/2]; {
	case median <= 8*time.Hour:
		return Hourly
	case median <= 3*day:
		return Daily
	case median <= 14*day:
		return Weekly
	default:
		return Monthly
	}
}
