package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// estate is what compute tells of a tenant.
func (f *foresightStage) estate(t *testing.T, tenant string) (estate sample.Estate) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.sandbox+"/compute/v1/estate?tenant_id="+tenant, http.NoBody)
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	defer func() { require.NoError(t, response.Body.Close()) }()
	require.NoError(t, json.NewDecoder(response.Body).Decode(&estate))
	return estate
}

func (f *foresightStage) whatIf(t *testing.T, role, body string) []capacity.ScenarioOutcome {
	t.Helper()
	return decode[api.WhatIfOutcomes](t, f.post(t, "/v1/tenants/acme/what-if", role, body, http.StatusOK)).Items
}

func TestWhatIf(t *testing.T) {
	f := newForesightStage(t)
	estate := f.estate(t, "acme")
	web := estate.Workloads[slices.IndexFunc(estate.Workloads, func(w sample.Workload) bool { return w.ID == "acme-web" })]
	// by demands that the median of each day is what change makes of the same day's without it.
	by := func(t *testing.T, metric forecast.ResourceMetric, before, after capacity.ScenarioOutcome, change func(float64) float64) {
		t.Helper()
		require.NotEmpty(t, before.Forecasts[metric].Predictions)
		for k, point := range before.Forecasts[metric].Predictions {
			require.InDelta(t, change(point.Value), after.Forecasts[metric].Predictions[k].Value, 1e-6)
		}
	}

	t.Run("scenarios are compared by what compute tells of the tenant", func(t *testing.T) {
		found := f.whatIf(t, "operator", `{"metrics":["cpu_utilization","memory_utilization"],"scenarios":[
			{"traffic_multiplier":1},
			{"new_workload":{"cpu":100,"memory_gb":500}},
			{"remove_workload_id":"acme-web"},
			{"remove_workload_id":"acme-web","traffic_multiplier":2,"new_workload":{"cpu":100,"memory_gb":500}}]}`)
		require.Len(t, found, 4)
		for metric, share := range map[forecast.ResourceMetric]struct{ added, removed float64 }{
			forecast.CPUUtilization:    {100 * 100 / estate.Cores, 100 * web.CPU / estate.Cores},
			forecast.MemoryUtilization: {100 * 500 / estate.MemoryGB, 100 * web.MemoryGB / estate.MemoryGB},
		} {
			by(t, metric, found[0], found[1], func(v float64) float64 { return v + share.added })
			by(t, metric, found[0], found[2], func(v float64) float64 { return v - share.removed })
			by(t, metric, found[0], found[3], func(v float64) float64 { return 2*(v-share.removed) + share.added })
		}
	})
	t.Run("a new workload of cores and memory alone says all that it changes", func(t *testing.T) {
		found := f.whatIf(t, "tenant:acme", `{"new_workload":{"cpu":100,"memory_gb":500}}`)
		require.Len(t, found, 1)
		require.Len(t, found[0].Effects, len(forecast.ResourceMetrics()))
		for _, effect := range found[0].Effects {
			if effect.Metric == forecast.CPUUtilization || effect.Metric == forecast.MemoryUtilization {
				require.Greater(t, effect.PeakAfter, effect.PeakBefore, effect.Metric)
			} else {
				require.InDelta(t, effect.PeakBefore, effect.PeakAfter, 0, effect.Metric)
			}
		}
	})
	t.Run("a workload removed takes from every metric that it uses", func(t *testing.T) {
		for _, effect := range f.whatIf(t, "tenant:acme", `{"remove_workload_id":"acme-web"}`)[0].Effects {
			require.Less(t, effect.PeakAfter, effect.PeakBefore, effect.Metric)
			require.Positive(t, effect.PeakAfter, effect.Metric)
		}
	})
	t.Run("an estate given replaces the one that compute tells", func(t *testing.T) {
		const metrics = `"metrics":["cpu_utilization"]`
		found := f.whatIf(t, "operator", `{`+metrics+`,"estate":{"cores":1000,"workloads":{"own":{"cpu":10}}},
			"scenarios":[{"traffic_multiplier":1},{"new_workload":{"cpu":100}},{"remove_workload_id":"own"}]}`)
		by(t, forecast.CPUUtilization, found[0], found[1], func(v float64) float64 { return v + 10 })
		by(t, forecast.CPUUtilization, found[0], found[2], func(v float64) float64 { return v - 1 })
		f.post(t, "/v1/tenants/acme/what-if", "operator", `{`+metrics+`,"estate":{"cores":1000},"remove_workload_id":"acme-web"}`, http.StatusNotFound)
		f.post(t, "/v1/tenants/acme/what-if", "operator", `{`+metrics+`,"estate":{},"new_workload":{"cpu":1}}`, http.StatusBadRequest)
	})
	t.Run("a workload that the tenant does not run is not found", func(t *testing.T) {
		for _, id := range []string{"x", "globex-web"} {
			problem := f.post(t, "/v1/tenants/acme/what-if", "tenant:acme", `{"remove_workload_id":"`+id+`"}`, http.StatusNotFound).problem(t)
			require.Contains(t, problem.Detail, `the tenant runs no workload "`+id+`" that could be removed`)
		}
	})
	t.Run("what is wrong with a scenario is named where it is written", func(t *testing.T) {
		for pointer, body := range map[string]string{
			"/scenarios/1":                   `{"scenarios":[{"traffic_multiplier":2},{}]}`,
			"/scenarios/0/elasticity/memory": `{"scenarios":[{"traffic_multiplier":2,"elasticity":{"memory":1}}]}`,
			"":                               `{"traffic_multiplier":1e308}`,
		} {
			problem := f.post(t, "/v1/tenants/acme/what-if", "operator", body, http.StatusBadRequest).problem(t)
			require.Len(t, problem.Errors, 1)
			require.Equal(t, pointer, *problem.Errors[0].Pointer)
		}
	})
	t.Run("a removal of more than there is says so", func(t *testing.T) {
		found := f.whatIf(t, "operator", `{"metrics":["cpu_utilization"],"estate":{"cores":10,"workloads":{"own":{"cpu":50}}},"remove_workload_id":"own"}`)
		require.Len(t, found[0].Notes, 1)
		require.Contains(t, found[0].Notes[0], `workload "own" is said to use 500 % of cpu_utilization, more than is expected at 90 of 90 points`)
	})
	t.Run("another's tenant is like a missing one", func(t *testing.T) {
		foreign := f.post(t, "/v1/tenants/acme/what-if", "tenant:globex", `{"remove_workload_id":"acme-web"}`, http.StatusNotFound).problem(t)
		require.NotContains(t, foreign.Detail, "workload")
		f.post(t, "/v1/tenants/nobody/what-if", "operator", `{"remove_workload_id":"acme-web"}`, http.StatusNotFound)
	})
	t.Run("a tenant that compute does not know must give its estate", func(t *testing.T) {
		f.disturb(t, `{"route":"GET /compute/v1/estate","error_rate":1,"status":404}`)
		problem := f.post(t, "/v1/tenants/acme/what-if", "operator", `{"new_workload":{"cpu":100}}`, http.StatusNotFound).problem(t)
		require.Contains(t, problem.Detail, "give estate")
	})
	t.Run("while compute does not tell, only what needs no estate is answered", func(t *testing.T) {
		f.disturb(t, `{"route":"GET /compute/v1/estate","error_rate":1,"status":503}`)
		for _, body := range []string{`{"new_workload":{"cpu":100,"memory_gb":500}}`, `{"remove_workload_id":"acme-web"}`} {
			f.post(t, "/v1/tenants/acme/what-if", "operator", body, http.StatusServiceUnavailable)
		}
		f.whatIf(t, "operator", `{"traffic_multiplier":2,"metrics":["request_rate"]}`)
		f.whatIf(t, "operator", `{"new_workload":{"cpu":100},"metrics":["cpu_utilization"],"estate":{"cores":1000}}`)
	})
}
