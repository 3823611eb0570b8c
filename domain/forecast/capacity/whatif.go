package capacity

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

// RunWhatIfScenario returns every forecast of the baseline as it would be under a scenario. At each
// point all quantiles change by the factor by which the median changes, so that intervals scale with
// demand; where the median is not above zero, or too close to it for a factor, they are shifted instead.
// Demand is never clipped at any capacity. A multiplier of 1 returns the baseline, bit for bit. Errors are
// InvalidInput, also where demand leaves what floats hold, and NotFound for an unknown workload.
func RunWhatIfScenario(baseline map[forecast.ResourceMetric]forecast.ForecastResult, scenario Scenario, estate Estate) (map[forecast.ResourceMetric]forecast.ForecastResult, error) {
	if err := scenario.check(estate); err != nil {
		return nil, err
	}
	changed := make(map[forecast.ResourceMetric]forecast.ForecastResult, len(baseline))
	for _, metric := range inOrder(baseline) {
		change, err := scenario.on(metric, estate)
		if err != nil {
			return nil, err
		}
		changed[metric] = change.apply(baseline[metric], scenario.From)
		if !isFinite(changed[metric]) {
			return nil, fault.Invalid("", "the scenario makes %s greater than can be computed; give smaller numbers", metric)
		}
	}
	return changed, nil
}

func isFinite(f forecast.ForecastResult) bool {
	return !slices.ContainsFunc(f.Predictions, func(p forecast.Prediction) bool {
		return slices.ContainsFunc(append(slices.Clone(p.Quantiles), p.Value), func(v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	})
}

// inOrder returns the metrics of a baseline in a fixed order, so that the first error is always the same.
func inOrder(baseline map[forecast.ResourceMetric]forecast.ForecastResult) []forecast.ResourceMetric {
	metrics := make([]forecast.ResourceMetric, 0, len(baseline))
	for metric := range baseline {
		metrics = append(metrics, metric)
	}
	slices.Sort(metrics)
	return metrics
}

// change is a scenario in one metric's unit.
type change struct{ removed, factor, added float64 }

func (s Scenario) on(metric forecast.ResourceMetric, estate Estate) (change, error) {
	c := change{factor: 1}
	if s.TrafficMultiplier != nil {
		power, given := s.Elasticity[metric]
		if !given {
			power = 1
		}
		c.factor = math.Pow(*s.TrafficMultiplier, power)
	}
	var err error
	if s.RemoveWorkloadID != "" {
		if c.removed, err = estate.Workloads[s.RemoveWorkloadID].in(metric, estate); err != nil {
			return c, err
		}
	}
	if s.NewWorkload != nil {
		c.added, err = s.NewWorkload.in(metric, estate)
	}
	return c, err
}

// apply returns a forecast with the change from an instant on; the forecast itself stays as it was.
func (c change) apply(f forecast.ForecastResult, from *time.Time) forecast.ForecastResult {
	f.Levels = slices.Clone(f.Levels)
	f.Mended = slices.Clone(f.Mended)
	f.Predictions = slices.Clone(f.Predictions)
	for k, p := range f.Predictions {
		p.Quantiles = slices.Clone(p.Quantiles)
		if from == nil || !p.Timestamp.Before(*from) {
			p = c.at(p)
		}
		f.Predictions[k] = p
	}
	return f
}

func (c change) at(p forecast.Prediction) forecast.Prediction {
	after := max(p.Value-c.removed, min(p.Value, 0))*c.factor + c.added
	factor, shift := after/p.Value, after-p.Value
	largest := 1.0
	for _, q := range p.Quantiles {
		largest = max(largest, math.Abs(q))
	}
	// Next to zero a factor is more than floats hold.
	scales := p.Value > 0 && !math.IsInf(factor*largest, 0)
	p.Value = after
	for i := range p.Quantiles {
		if scales {
			p.Quantiles[i] *= factor
		} else {
			p.Quantiles[i] += shift
		}
	}
	return p
}

// ScenarioOutcome is a scenario beside what is expected without it.
type ScenarioOutcome struct {
	Scenario  Scenario                                            `json:"scenario"`
	Forecasts map[forecast.ResourceMetric]forecast.ForecastResult `json:"forecasts"`
	// Effects are per metric, in the order of their names.
	Effects []Effect `json:"effects"`
	// Notes say where a scenario could not do what it says.
	Notes []string `json:"notes,omitempty"`
}

// Effect is what a scenario does to one metric, in its unit.
type Effect struct {
	Metric forecast.ResourceMetric `json:"metric"`
	// PeakBefore and PeakAfter are the greatest P90 within the horizon.
	PeakBefore float64 `json:"peak_before"`
	PeakAfter  float64 `json:"peak_after"`
	// Shortfall is how much P90 exceeds capacity at most, 0 where it never does or no capacity is known.
	Shortfall float64 `json:"shortfall"`
	// ExhaustionBefore and ExhaustionAfter are nil where no capacity is known.
	ExhaustionBefore *Exhaustion `json:"exhaustion_before,omitempty"`
	ExhaustionAfter  *Exhaustion `json:"exhaustion_after,omitempty"`
}

// CompareScenarios runs several scenarios on one baseline and says what each does, in the order given.
// Capacities may lack metrics. At least one scenario is needed. Errors about one of them are those of
// RunWhatIfScenario, with the fields of the scenario at /scenarios/{its place}.
func CompareScenarios(baseline map[forecast.ResourceMetric]forecast.ForecastResult, scenarios []Scenario, estate Estate, capacities map[forecast.ResourceMetric]Capacity) ([]ScenarioOutcome, error) {
	if len(scenarios) == 0 {
		return nil, fault.Invalid("/scenarios", "there is no scenario to run; give one at least")
	}
	outcomes := make([]ScenarioOutcome, 0, len(scenarios))
	for i, scenario := range scenarios {
		changed, err := RunWhatIfScenario(baseline, scenario, estate)
		if err != nil {
			return nil, within(fmt.Sprintf("/scenarios/%d", i), err)
		}
		outcome := ScenarioOutcome{Scenario: scenario, Forecasts: changed, Notes: scenario.notes(baseline, estate)}
		for _, metric := range inOrder(baseline) {
			effect, err := effectOn(metric, baseline[metric], changed[metric], capacities)
			if err != nil {
				return nil, err
			}
			outcome.Effects = append(outcome.Effects, effect)
		}
		outcomes = append(outcomes, outcome)
	}
	return outcomes, nil
}

// within puts the fields that an error is about below a pointer.
func within(pointer string, err error) error {
	var coded *fault.Error
	if errors.As(err, &coded) {
		for i := range coded.Fields {
			coded.Fields[i].Pointer = pointer + coded.Fields[i].Pointer
		}
	}
	return err
}

func effectOn(metric forecast.ResourceMetric, before, after forecast.ForecastResult, capacities map[forecast.ResourceMetric]Capacity) (Effect, error) {
	effect := Effect{Metric: metric}
	high := [2][]float64{}
	for i, f := range []forecast.ForecastResult{before, after} {
		values, err := f.Quantile(0.9)
		if err != nil {
			return effect, err
		}
		if len(values) == 0 {
			return effect, fault.Invalid("/predictions", "the forecast of %s has no points", metric)
		}
		high[i] = values
	}
	effect.PeakBefore, effect.PeakAfter = slices.Max(high[0]), slices.Max(high[1])
	capacity, known := capacities[metric]
	if !known {
		return effect, nil
	}
	exhaustionBefore, err := ProjectCapacityExhaustion(before, capacity)
	if err != nil {
		return effect, err
	}
	exhaustionAfter, err := ProjectCapacityExhaustion(after, capacity)
	if err != nil {
		return effect, err
	}
	effect.ExhaustionBefore, effect.ExhaustionAfter = &exhaustionBefore, &exhaustionAfter
	for i, v := range high[1] {
		effect.Shortfall = max(effect.Shortfall, v-capacity.At(after.Predictions[i].Timestamp))
	}
	return effect, nil
}
