package capacity

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
)

type forecasts = map[forecast.ResourceMetric]forecast.ForecastResult

// cpu is a baseline of one metric: utilisation of 40 percent, 30 to 50.
func cpu() forecasts {
	f := band(forecast.Daily, 10, 40, 40, 40)
	f.Metric = forecast.CPUUtilization
	return forecasts{f.Metric: f}
}

// estate has 1000 cores, 2000 GB and a workload that uses 100 of each.
var estate = Estate{Cores: 1000, MemoryGB: 2000, Workloads: map[string]Workload{"xyz": {CPU: 100, MemoryGB: 100, StorageGB: 5}}}

func parsed(t *testing.T, text string) (s Scenario) {
	t.Helper()
	require.NoError(t, json.Unmarshal([]byte(text), &s))
	return s
}

func TestWhatIf(t *testing.T) {
	for name, test := range map[string]struct {
		scenario string
		want     []float64 // P10, P50, P90
	}{
		"traffic doubles, and its interval with it": {`{"traffic_multiplier": 2}`, []float64{60, 80, 100}},
		"traffic of three goes beyond all capacity": {`{"traffic_multiplier": 3}`, []float64{90, 120, 150}},
		"no traffic":                                      {`{"traffic_multiplier": 0}`, []float64{0, 0, 0}},
		"a new workload of 100 of 1000 cores":             {`{"new_workload": {"cpu": 100, "memory_gb": 500}}`, []float64{37.5, 50, 62.5}},
		"a workload that uses none of it":                 {`{"new_workload": {"storage_gb": 7}}`, []float64{30, 40, 50}},
		"a removed workload":                              {`{"remove_workload_id": "xyz"}`, []float64{22.5, 30, 37.5}},
		"removed, multiplied, added":                      {`{"remove_workload_id": "xyz", "traffic_multiplier": 2, "new_workload": {"cpu": 200}}`, []float64{60, 80, 100}},
		"a metric that follows traffic by its root":       {`{"traffic_multiplier": 4, "elasticity": {"cpu_utilization": 0.5}}`, []float64{60, 80, 100}},
		"a metric that does not follow traffic":           {`{"traffic_multiplier": 4, "elasticity": {"cpu_utilization": 0}}`, []float64{30, 40, 50}},
		"a scenario that begins after the horizon":        {`{"traffic_multiplier": 4, "from": "2027-01-01T00:00:00Z"}`, []float64{30, 40, 50}},
		"a scenario that begins before the horizon":       {`{"traffic_multiplier": 2, "from": "2026-01-01T00:00:00Z"}`, []float64{60, 80, 100}},
		"a new workload beside an unchanged multiplier":   {`{"traffic_multiplier": 1, "new_workload": {"cpu": 100}}`, []float64{37.5, 50, 62.5}},
		"removal and return of the same leave the demand": {`{"remove_workload_id": "xyz", "new_workload": {"cpu": 100}}`, []float64{30, 40, 50}},
	} {
		t.Run(name, func(t *testing.T) {
			changed, err := RunWhatIfScenario(cpu(), parsed(t, test.scenario), estate)
			require.NoError(t, err)
			last := changed[forecast.CPUUtilization].Predictions[2]
			assert.InDeltaSlice(t, test.want, last.Quantiles, 1e-9)
			assert.InDelta(t, test.want[1], last.Value, 1e-9)
		})
	}
	t.Run("a removed workload larger than demand leaves nothing, never less", func(t *testing.T) {
		large := Estate{Cores: 100, Workloads: map[string]Workload{"xyz": {CPU: 90}}}
		changed, err := RunWhatIfScenario(cpu(), Scenario{RemoveWorkloadID: "xyz"}, large)
		require.NoError(t, err)
		assert.Equal(t, []float64{0, 0, 0}, changed[forecast.CPUUtilization].Predictions[0].Quantiles)
	})
	t.Run("begins where it says", func(t *testing.T) {
		from, two := on(forecast.Daily, 1), 2.0
		changed, err := RunWhatIfScenario(cpu(), Scenario{TrafficMultiplier: &two, From: &from}, estate)
		require.NoError(t, err)
		p := changed[forecast.CPUUtilization].Predictions
		assert.InDelta(t, 40, p[0].Value, 0)
		assert.InDelta(t, 80, p[1].Value, 0)
	})
	t.Run("shifts the interval of a demand of zero", func(t *testing.T) {
		f := band(forecast.Daily, 0, 0)
		f.Predictions[0].Quantiles[2] = 4
		changed, err := RunWhatIfScenario(forecasts{f.Metric: f}, Scenario{NewWorkload: &Workload{StorageGB: 10}}, estate)
		require.NoError(t, err)
		assert.Equal(t, []float64{10, 10, 14}, changed[f.Metric].Predictions[0].Quantiles)
	})
	t.Run("shifts the interval of a demand too small for a factor", func(t *testing.T) {
		f := band(forecast.Daily, 0, 5e-324)
		f.Predictions[0].Quantiles = []float64{0, 5e-324, 4}
		changed, err := RunWhatIfScenario(forecasts{f.Metric: f}, Scenario{NewWorkload: &Workload{StorageGB: 10}}, estate)
		require.NoError(t, err)
		assert.Equal(t, []float64{10, 10, 14}, changed[f.Metric].Predictions[0].Quantiles)
		f = band(forecast.Daily, 0, 1e-300)
		f.Predictions[0].Quantiles = []float64{-1e8, 1e-300, 4}
		changed, err = RunWhatIfScenario(forecasts{f.Metric: f}, Scenario{NewWorkload: &Workload{StorageGB: 10}}, estate)
		require.NoError(t, err)
		assert.Equal(t, []float64{10 - 1e8, 10, 14}, changed[f.Metric].Predictions[0].Quantiles, "a lower level counts as much")
	})
	t.Run("leaves the baseline alone", func(t *testing.T) {
		before := cpu()
		_, err := RunWhatIfScenario(before, parsed(t, `{"traffic_multiplier": 2}`), estate)
		require.NoError(t, err)
		assert.Equal(t, cpu(), before)
	})
}

func TestWhatIfRefuses(t *testing.T) {
	nan, minus, huge := math.NaN(), -1.0, 1e308
	for want, test := range map[string]struct {
		scenario Scenario
		estate   Estate
		code     fault.Code
	}{
		"the scenario changes nothing":                            {Scenario{}, estate, fault.InvalidInput},
		"the traffic multiplier NaN":                              {Scenario{TrafficMultiplier: &nan}, estate, fault.InvalidInput},
		"the traffic multiplier -1":                               {Scenario{TrafficMultiplier: &minus}, estate, fault.InvalidInput},
		"the new workload's cpu is -1":                            {Scenario{NewWorkload: &Workload{CPU: -1}}, estate, fault.InvalidInput},
		"the elasticity of cpu_utilization is -1":                 {Scenario{NewWorkload: &Workload{}, Elasticity: map[forecast.ResourceMetric]float64{forecast.CPUUtilization: -1}}, estate, fault.InvalidInput},
		`the elasticity names the metric "memory", which there`:   {Scenario{NewWorkload: &Workload{}, Elasticity: map[forecast.ResourceMetric]float64{"memory": 1}}, estate, fault.InvalidInput},
		"the scenario makes cpu_utilization greater than can be":  {Scenario{TrafficMultiplier: &huge}, estate, fault.InvalidInput},
		"makes cpu_utilization greater than can be computed":      {Scenario{NewWorkload: &Workload{CPU: 1e308}}, estate, fault.InvalidInput},
		`the tenant runs no workload "abc" that could be removed`: {Scenario{RemoveWorkloadID: "abc"}, estate, fault.NotFound},
		"the tenant's installed cpu is not known":                 {Scenario{NewWorkload: &Workload{CPU: 1}}, Estate{}, fault.InvalidInput},
		"a workload's cpu cannot be turned into cpu":              {Scenario{RemoveWorkloadID: "a"}, Estate{Workloads: map[string]Workload{"a": {CPU: 1}}}, fault.InvalidInput},
	} {
		t.Run(want, func(t *testing.T) {
			_, err := RunWhatIfScenario(cpu(), test.scenario, test.estate)
			require.ErrorContains(t, err, want)
			assert.Equal(t, test.code, fault.CodeOf(err))
		})
	}
}

func TestWhatIfLaws(t *testing.T) {
	t.Run("a multiplier of 1 changes nothing", rapid.MakeCheck(func(t *rapid.T) {
		f, one := drawnForecast(t), 1.0
		f.Metric = rapid.SampledFrom(forecast.ResourceMetrics()).Draw(t, "metric")
		changed, err := RunWhatIfScenario(forecasts{f.Metric: f}, Scenario{TrafficMultiplier: &one}, Estate{})
		require.NoError(t, err)
		require.Equal(t, f, changed[f.Metric])
	}))
	t.Run("quantiles stay in order and never fall below zero", rapid.MakeCheck(func(t *rapid.T) {
		f, m := drawnForecast(t), rapid.Float64Range(0, 10).Draw(t, "multiplier")
		s := Scenario{TrafficMultiplier: &m, NewWorkload: &Workload{StorageGB: rapid.Float64Range(0, 99).Draw(t, "added")}, RemoveWorkloadID: "xyz"}
		changed, err := RunWhatIfScenario(forecasts{f.Metric: f}, s, estate)
		require.NoError(t, err)
		for _, p := range changed[f.Metric].Predictions {
			require.GreaterOrEqual(t, p.Quantiles[0], 0.0)
			require.LessOrEqual(t, p.Quantiles[0], p.Quantiles[1])
			require.LessOrEqual(t, p.Quantiles[1], p.Quantiles[2])
		}
	}))
}

func TestCompareScenarios(t *testing.T) {
	capacities := map[forecast.ResourceMetric]Capacity{forecast.CPUUtilization: Constant(100)}
	two, three := 2.0, 3.0
	outcomes, err := CompareScenarios(cpu(), []Scenario{{Name: "b", TrafficMultiplier: &three}, {Name: "a", TrafficMultiplier: &two}}, estate, capacities)
	require.NoError(t, err)
	require.Len(t, outcomes, 2)
	assert.Equal(t, "b", outcomes[0].Scenario.Name, "the order given stays")
	effect := outcomes[0].Effects[0]
	assert.InDelta(t, 50, effect.PeakBefore, 1e-9)
	assert.InDelta(t, 150, effect.PeakAfter, 1e-9)
	assert.InDelta(t, 50, effect.Shortfall, 1e-9, "what is missing shows beyond capacity")
	assert.Nil(t, effect.ExhaustionBefore.P90)
	assert.Equal(t, start, *effect.ExhaustionAfter.P90)
	assert.InDelta(t, 0, outcomes[1].Effects[0].Shortfall, 1e-9)

	t.Run("without a known capacity only peaks are told", func(t *testing.T) {
		outcomes, err := CompareScenarios(cpu(), []Scenario{{TrafficMultiplier: &two}}, estate, nil)
		require.NoError(t, err)
		assert.Nil(t, outcomes[0].Effects[0].ExhaustionAfter)
	})
	t.Run("says what a scenario could not do", func(t *testing.T) {
		next, year := on(forecast.Daily, 1), on(forecast.Daily, 366)
		large := Estate{Cores: 100, Workloads: map[string]Workload{"xyz": {CPU: 90}}}
		outcomes, err := CompareScenarios(cpu(), []Scenario{
			{RemoveWorkloadID: "xyz", From: &next}, {TrafficMultiplier: &two, From: &year}, {TrafficMultiplier: &two},
		}, large, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{`workload "xyz" is said to use 90 % of cpu_utilization, more than is expected at 2 of 3 points; nothing is left there`}, outcomes[0].Notes)
		assert.Equal(t, []string{"the scenario begins on " + day(year) + ", after all that is forecast; it changes nothing yet"}, outcomes[1].Notes)
		assert.Empty(t, outcomes[2].Notes)
	})
	t.Run("says which scenario is wrong", func(t *testing.T) {
		_, err := CompareScenarios(cpu(), []Scenario{{TrafficMultiplier: &two}, {NewWorkload: &Workload{CPU: -1}}}, estate, nil)
		var refused *fault.Error
		require.ErrorAs(t, err, &refused)
		assert.Equal(t, "/scenarios/1/new_workload/cpu", refused.Fields[0].Pointer)
	})
	t.Run("refuses none", func(t *testing.T) {
		_, err := CompareScenarios(cpu(), nil, estate, nil)
		require.ErrorContains(t, err, "there is no scenario to run")
	})
}
