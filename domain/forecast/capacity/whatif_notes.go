package capacity

import (
	"fmt"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// notes say where a scenario that its check let pass cannot do what it says: it begins after all that is
// forecast, or removes more than is expected to be used.
func (s Scenario) notes(baseline map[forecast.ResourceMetric]forecast.ForecastResult, estate Estate) (notes []string) {
	begins := false
	for _, metric := range inOrder(baseline) {
		points, less := baseline[metric].Predictions, 0
		change, err := s.on(metric, estate)
		for _, p := range points {
			if s.From != nil && p.Timestamp.Before(*s.From) {
				continue
			}
			begins = true
			if err == nil && change.removed > max(p.Value, 0) {
				less++
			}
		}
		if less > 0 {
			unit := metric.Unit()
			if unit != "" {
				unit = " " + unit
			}
			notes = append(notes, fmt.Sprintf("workload %q is said to use %s of %s, more than is expected at %d of %d points; nothing is left there",
				s.RemoveWorkloadID, amount(change.removed, unit), metric, less, len(points)))
		}
	}
	if s.From != nil && !begins && len(baseline) > 0 {
		notes = append(notes, fmt.Sprintf("the scenario begins on %s, after all that is forecast; it changes nothing yet", day(*s.From)))
	}
	return notes
}
