package capacity

import (
	"math"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// confirmation is within how many points a value above capacity must be seen again, so that one spike
// raises no alarm: a day of hours, a week of days. A week or a month above capacity is no spike.
func confirmation(g forecast.ForecastGranularity) int {
	switch g {
	case forecast.Hourly:
		return 24
	case forecast.Daily:
		return 7
	default:
		return 0
	}
}

// lasting returns for each point the greatest value that is reached there and once more within the
// window after it; the values themselves where the window is 0. The last point has nothing after it.
func lasting(values []float64, window int) []float64 {
	if window == 0 {
		return values
	}
	out := make([]float64, len(values))
	for i, v := range values {
		again := math.Inf(-1)
		for _, later := range values[i+1 : min(len(values), i+1+window)] {
			again = max(again, later)
		}
		out[i] = min(v, again)
	}
	return out
}
