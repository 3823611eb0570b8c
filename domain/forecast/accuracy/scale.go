package accuracy

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// season is the number of points after which a pattern is expected to repeat.
func season(g forecast.ForecastGranularity) int {
	switch g {
	case forecast.Hourly:
		return 24
	case forecast.Daily:
		return 7
	case forecast.Weekly:
		return 52
	default:
		return 12
	}
}

// History is how much usage before a forecast sets the scale of MASE.
func History(g forecast.ForecastGranularity) time.Duration {
	const day = 24 * time.Hour
	switch g {
	case forecast.Hourly, forecast.Daily:
		return 90 * day
	default:
		return 3 * 366 * day
	}
}

// naiveScale is the mean absolute difference of values one season apart; of neighbouring values where
// the history does not hold two seasons. NaN without a pair, or where every pair is equal.
func naiveScale(usage []forecast.UsageDataPoint, g forecast.ForecastGranularity) float64 {
	values := make(map[int64]float64, len(usage))
	for _, u := range usage {
		values[u.Timestamp.Unix()] = u.Value
	}
	lag := season(g)
	if len(usage) < 2*lag {
		lag = 1
	}
	sum, count := 0.0, 0
	for _, u := range usage {
		if then, known := values[g.Step(u.Timestamp, -lag).Unix()]; known {
			sum += math.Abs(u.Value - then)
			count++
		}
	}
	if count == 0 || sum == 0 {
		return math.NaN()
	}
	return sum / float64(count)
}
