package forecast

import (
	"math"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/regime"
)

// DefaultSensitivity is how readily changes of regime are seen unless asked otherwise.
const DefaultSensitivity = 0.8

// RegimeChangeEvent is the first point of a new regime of a metric.
type RegimeChangeEvent struct {
	Timestamp time.Time `json:"timestamp"`
	// Index counts the points of the series in order of time from 0, gaps included.
	Index int `json:"index"`
	// Kind is level, slope or spread.
	Kind regime.Kind `json:"kind"`
	// Magnitude is the mean of the new regime less that of the old one, in the metric's unit; for a
	// spread, the difference of the standard deviations.
	Magnitude float64 `json:"magnitude"`
	// Confidence is 1 − p of the test of the two regimes against one.
	Confidence float64 `json:"confidence"`
}

// DetectRegimeChange returns where the distribution of a metric changed, in order of time. Points may
// stand in any order; a NaN is a gap. Patterns that repeat are taken out first. A sensitivity outside
// [0, 1] is InvalidInput.
func DetectRegimeChange(points []UsageDataPoint, sensitivity float64) ([]RegimeChangeEvent, error) {
	if !(sensitivity >= 0 && sensitivity <= 1) {
		return nil, fault.Invalid("/sensitivity", "the sensitivity %v is not between 0 and 1", sensitivity)
	}
	points = inOrderOfTime(points)
	known := make([]int, 0, len(points))
	values := make([]float64, 0, len(points))
	for i, p := range points {
		if !math.IsNaN(p.Value) {
			known = append(known, i)
			values = append(values, p.Value)
		}
	}
	stamps := make([]time.Time, len(known))
	for i, at := range known {
		stamps[i] = points[at].Timestamp
	}
	for _, season := range seasonsOf(stamps, values) {
		if season.confidence >= surelySeasonal {
			values = season.without(values)
		}
	}
	found := regime.Detect(values, sensitivity)
	events := make([]RegimeChangeEvent, 0, len(found))
	for _, change := range found {
		at := known[change.Index]
		events = append(events, RegimeChangeEvent{
			Timestamp: points[at].Timestamp, Index: at, Kind: change.Kind,
			Magnitude: change.Magnitude, Confidence: change.Confidence,
		})
	}
	return events, nil
}
