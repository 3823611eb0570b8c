package forecast

import (
	"gonum.org/v1/gonum/floats"

	"github.com/omnicloud/omnicloud/domain/forecast/model"
)

// confidence is max(0, 1 − error/error of seasonal naive) at the rolling origins, each error the median of
// those of the origins: a change of regime among the outcomes of a few, which nothing could foresee, says
// nothing about how good forecasts are before and after it. It is 0 without an origin.
func (t *trial) confidence() float64 {
	naive := median(t.originErrors(t.seasonalNaive))
	if !(naive > 0) {
		return 0
	}
	return max(0, 1-median(t.originErrors(t.blended))/naive)
}

// originErrors returns the mean absolute error of the paths from each rolling origin.
func (t *trial) originErrors(paths []model.Path) []float64 {
	errors := make([]float64, len(t.origins)-1)
	for i, origin := range t.origins[1:] {
		known := t.values[origin:min(origin+t.horizon, len(t.values))]
		errors[i] = floats.Distance(paths[i+1][:len(known)], known, 1) / float64(len(known))
	}
	return errors
}
