package forecast

import (
	"math"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Quantile returns one level of a forecast at every point, such as 0.1 for its lower bound P10 and 0.9 for its upper
// bound P90; a forecast without it is InvalidInput.
func (f ForecastResult) Quantile(level float64) ([]float64, error) {
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
	return nil, fault.Invalid("/levels", "the forecast of %s has no quantile at level %v; forecast it with that level among others", f.Metric, level)
}
