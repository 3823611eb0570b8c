package capacity

import (
	"math"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// quantile returns one level of a forecast at every point; a forecast without it is InvalidInput.
func quantile(f forecast.ForecastResult, level float64) ([]float64, error) {
	for i, candidate := range f.Levels {
		if math.Abs(candidate-level) > 1e-9 {
			continue
		}
		values := make([]float64, len(f.Predictions))
		for k, prediction := range f.Predictions {
			if i >= len(prediction.Quantiles) {
				return nil, fault.Invalid("/levels", "the forecast has %d levels but %d quantiles at point %d", len(f.Levels), len(prediction.Quantiles), k)
			}
			values[k] = prediction.Quantiles[i]
		}
		return values, nil
	}
	return nil, fault.Invalid("/levels", "the forecast of %s has no quantile at level %v; forecast it with the levels 0.1, 0.5 and 0.9", f.Metric, level)
}

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
