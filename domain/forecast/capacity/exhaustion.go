package capacity

import (
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// Exhaustion is when demand reaches capacity. A date is nil where that does not happen by Until.
type Exhaustion struct {
	TenantID string                  `json:"tenant_id"`
	Metric   forecast.ResourceMetric `json:"metric"`
	// P90 is the date to act on: nine in ten futures run out no earlier. P50 is as likely missed as
	// met, and by P10 nine in ten futures have run out.
	P90 *time.Time `json:"p90"`
	P50 *time.Time `json:"p50"`
	P10 *time.Time `json:"p10"`
	// Until is the last point that was looked at: "never" means not by then.
	Until time.Time `json:"until"`
	// Spikes are the points at which P90 reaches capacity without reaching it again soon, before any
	// lasting passage; they raise no alarm and are not hidden either.
	Spikes []time.Time `json:"spikes,omitempty"`
}

// ProjectCapacityExhaustion returns the first passage of each quantile through capacity: the first
// point at or above it that is followed by another within a day (hourly points) or a week (daily
// points). Weekly and monthly points stand for themselves. The forecast needs the levels 0.1, 0.5 and
// 0.9 and should have been made within DemandBounds. A forecast without points or levels, or a capacity
// that fails its check, is InvalidInput.
func ProjectCapacityExhaustion(f forecast.ForecastResult, capacity Capacity) (Exhaustion, error) {
	e := Exhaustion{TenantID: f.TenantID, Metric: f.Metric}
	if err := capacity.Check(); err != nil {
		return e, err
	}
	if len(f.Predictions) == 0 {
		return e, fault.Invalid("/predictions", "the forecast of %s has no points", f.Metric)
	}
	e.Until = f.Predictions[len(f.Predictions)-1].Timestamp
	for _, passage := range []struct {
		level float64
		to    **time.Time
	}{{0.9, &e.P90}, {0.5, &e.P50}, {0.1, &e.P10}} {
		values, err := f.Quantile(passage.level)
		if err != nil {
			return e, err
		}
		above := reached(f, values, capacity)
		first := firstLasting(above, confirmation(f.Granularity))
		if first >= 0 {
			at := f.Predictions[first].Timestamp
			*passage.to = &at
		}
		if passage.level == 0.9 {
			e.Spikes = spikes(f, above, first)
		}
	}
	return e, nil
}

// reached tells at which points a value is at or above capacity.
func reached(f forecast.ForecastResult, values []float64, capacity Capacity) []bool {
	above := make([]bool, len(values))
	for i, v := range values {
		above[i] = v >= capacity.At(f.Predictions[i].Timestamp)
	}
	return above
}

// firstLasting returns the first point above that has another above within the window after it, or −1.
func firstLasting(above []bool, window int) int {
	next := -1 // the nearest point above after the one looked at
	first := -1
	for i := len(above) - 1; i >= 0; i-- {
		if !above[i] {
			continue
		}
		if window == 0 || (next >= 0 && next-i <= window) {
			first = i
		}
		next = i
	}
	return first
}

// spikes returns the points above before the first lasting one.
func spikes(f forecast.ForecastResult, above []bool, first int) []time.Time {
	if first < 0 {
		first = len(above)
	}
	var found []time.Time
	for i, is := range above[:first] {
		if is {
			found = append(found, f.Predictions[i].Timestamp)
		}
	}
	return found
}
