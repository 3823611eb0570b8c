package foresight

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
)

// NightlyDays is how far ahead the nightly forecasts by the hour reach.
const NightlyDays = 7

// routine is a forecast that every night makes of every series, by a model in use of its own.
type routine struct {
	granularity forecast.ForecastGranularity
	// horizon is in points of the granularity.
	horizon int
	bounds  func(metric forecast.ResourceMetric) forecast.Bounds
	// id is the forecast's in a run.
	id func(run string, key Key) string
}

// routines are the hours that the monitor is told of, and the days that capacity is compared with: demand is
// not bounded by what there is, so that a shortfall shows.
func routines() []routine {
	return []routine{
		{forecast.Hourly, 24 * NightlyDays, BoundsOf, NightlyID},
		{forecast.Daily, PlanningDays, func(forecast.ResourceMetric) forecast.Bounds { return capacity.DemandBounds() }, DemandID},
	}
}

// NightlyID is the id of a run's forecast of a series by the hour.
func NightlyID(run string, key Key) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []string{run, key.TenantID, string(key.Metric)}))
	return "n-" + hex.EncodeToString(sum[:16])
}

// DemandID is the id of a run's forecast of a series by the day.
func DemandID(run string, key Key) string { return NightlyID(run+"/demand", key) }
