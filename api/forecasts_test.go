package api_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.temporal.io/sdk/testsuite"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/internal/serviceclient"
)

// foresightStage is the API beside the platform's services over HTTP.
type foresightStage struct {
	*stage
	sandbox  string
	platform http.Handler
	planned  *foresight.Planning
}

func newForesightStage(t *testing.T) *foresightStage {
	t.Helper()
	server, err := sharedTemporal()
	require.NoError(t, err, "make bin/temporal builds the server")
	return newForesightStageOn(t, server)
}

func newForesightStageOn(t *testing.T, temporal *testsuite.DevServer) *foresightStage {
	t.Helper()
	planning := &foresight.Planning{}
	f := &foresightStage{planned: planning}
	var directory serviceclient.Clients
	f.stage = newStageOn(t, temporal, func(d *api.Dependencies, _ *api.Options) {
		d.Planning = func(tenantID string) *foresight.Planning {
			seen := *planning
			if tenantID != "" {
				desk, own := *planning.Desk, postgres.NewTenantForecasts(f.pool, tenantID)
				desk.Usage, desk.Archive, desk.Models, desk.Statements = postgres.NewTenantUsage(f.pool, tenantID), own, own, own
				seen.Desk, seen.Accuracy, seen.Standings = &desk, own, own
			}
			return &seen
		}
		d.Inputs.Directory = lateDirectory{&directory}
	})
	services, err := sandbox.New(context.Background(), sandbox.Options{DatabaseURL: f.database, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	server := httptest.NewServer(services.Handler())
	t.Cleanup(func() { server.CloseClientConnections(); services.Close(); server.Close() })
	f.sandbox, f.platform = server.URL, services.Handler()
	clients, err := serviceclient.New(serviceclient.Options{URLs: serviceclient.URLsUnder(server.URL), Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(clients.Close)
	directory = *clients
	*planning = foresight.Planning{
		Desk: &foresight.Desk{
			Usage: postgres.NewUsage(f.pool), Archive: postgres.NewForecasts(f.pool), Models: postgres.NewForecastModels(f.pool),
			Statements: postgres.NewStatements(f.pool), Meter: clients.Compute, Now: time.Now,
		},
		Accuracy:   postgres.NewForecastScores(f.pool),
		Provisions: clients.Compute, Prices: clients.Billing, Standings: postgres.NewCapacityWatch(f.pool),
	}
	return f
}

// lateDirectory lists tenants by clients that are made after the API.
type lateDirectory struct{ *serviceclient.Clients }

func (l lateDirectory) Tenants(ctx context.Context) ([]tenancy.Tenant, error) {
	return l.Clients.Tenants.Tenants(ctx)
}

// disturb switches a fault of the platform on.
func (f *foresightStage) disturb(t *testing.T, fault string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, f.sandbox+"/sandbox/v1/faults", bytes.NewReader([]byte(fault)))
	require.NoError(t, err)
	response, err := http.DefaultClient.Do(request)
	require.NoError(t, err)
	require.NoError(t, response.Body.Close())
	require.Less(t, response.StatusCode, 300)
}

func TestForecasts(t *testing.T) {
	f := newForesightStage(t)
	const asked = `{"metric":"cpu_utilization","horizon_days":2,"granularity":"hourly"}`
	var made forecast.ForecastResult

	t.Run("a metric is forecast from what compute meters, and the forecast is kept", func(t *testing.T) {
		first := f.post(t, "/v1/tenants/acme/forecasts", "operator", asked, http.StatusCreated)
		made = decode[forecast.ForecastResult](t, first)
		require.Len(t, made.Predictions, 48)
		require.Equal(t, []float64{0.1, 0.5, 0.9}, made.Levels)
		for _, p := range made.Predictions {
			require.LessOrEqual(t, p.Quantiles[0], p.Quantiles[1])
			require.LessOrEqual(t, p.Quantiles[1], p.Quantiles[2])
			require.GreaterOrEqual(t, p.Quantiles[0], 0.0)
			require.LessOrEqual(t, p.Quantiles[2], 100.0)
		}
		require.WithinDuration(t, time.Now(), made.Predictions[0].Timestamp, time.Hour)
		again := f.get(t, "/v1/forecasts/"+made.ID, "auditor", http.StatusOK)
		require.Equal(t, made, decode[forecast.ForecastResult](t, again))
	})
	t.Run("a forecast is drawn beside its past", func(t *testing.T) {
		drawn := f.get(t, "/v1/forecasts/"+made.ID+"/plot.svg", "tenant:acme", http.StatusOK)
		require.Contains(t, drawn.body, "<svg")
		require.Contains(t, drawn.body, ">%<")
		require.NotContains(t, drawn.body, "new regime", "weekends are no change for good")
		require.Equal(t, "image/svg+xml", drawn.header.Get("Content-Type"))
		f.get(t, "/v1/forecasts/"+made.ID+"/plot.svg", "tenant:globex", http.StatusNotFound)
	})
	t.Run("what was metered is kept in hours", func(t *testing.T) {
		hours, err := postgres.NewUsage(f.pool).Hours(t.Context(), foresight.Key{TenantID: "acme", Metric: forecast.CPUUtilization}, time.Time{}, time.Now())
		require.NoError(t, err)
		require.Len(t, hours, 90*24)
		require.Greater(t, hours[0].P95, 0.0)
	})
	t.Run("a workload that cannot be is named by the field that is wrong", func(t *testing.T) {
		problem := f.post(t, "/v1/tenants/acme/what-if", "operator", `{"new_workload":{"cpu":-1}}`, http.StatusBadRequest).problem(t)
		require.Contains(t, problem.Detail, "/new_workload/cpu")
	})
	t.Run("the same key gives the same forecast", func(t *testing.T) {
		one := f.post(t, "/v1/tenants/acme/forecasts", "operator", asked, http.StatusCreated, "Idempotency-Key", "once")
		two := f.post(t, "/v1/tenants/acme/forecasts", "operator", asked, http.StatusCreated, "Idempotency-Key", "once")
		require.Equal(t, decode[forecast.ForecastResult](t, one).ID, decode[forecast.ForecastResult](t, two).ID)
	})
	t.Run("a tenant sees its own, and another's like a missing one", func(t *testing.T) {
		f.get(t, "/v1/forecasts/"+made.ID, "tenant:acme", http.StatusOK)
		foreign := f.get(t, "/v1/forecasts/"+made.ID, "tenant:globex", http.StatusNotFound).problem(t)
		missing := f.get(t, "/v1/forecasts/none", "tenant:globex", http.StatusNotFound).problem(t)
		require.Equal(t, missing.Detail, foreign.Detail)
		f.post(t, "/v1/tenants/acme/forecasts", "tenant:globex", asked, http.StatusNotFound)
		f.post(t, "/v1/tenants/nobody/forecasts", "operator", asked, http.StatusNotFound)
	})
	t.Run("too little usage is a problem of its own", func(t *testing.T) {
		problem := f.post(t, "/v1/tenants/"+sample.NoUsage+"/forecasts", "operator", asked, http.StatusUnprocessableEntity).problem(t)
		require.Equal(t, "short_history", string(problem.Code))
		require.Contains(t, problem.Detail, "14 days")
	})
	t.Run("an unknown metric, a crossed level or a long horizon are refused", func(t *testing.T) {
		for _, body := range []string{
			`{"metric":"happiness","horizon_days":2}`, `{"metric":"request_rate","horizon_days":366}`,
			`{"metric":"request_rate","horizon_days":2,"levels":[0.9,0.1]}`,
		} {
			f.post(t, "/v1/tenants/acme/forecasts", "operator", body, http.StatusBadRequest)
		}
	})
	t.Run("while compute fails, what is kept must do, and what is not kept is unavailable", func(t *testing.T) {
		_, err := f.pool.Exec(t.Context(), `DELETE FROM omnicloud.usage_days WHERE day > current_date - 3`)
		require.NoError(t, err)
		f.disturb(t, `{"route":"GET /compute/v1/hourly-usage","error_rate":1,"status":503}`)
		kept := decode[forecast.ForecastResult](t, f.post(t, "/v1/tenants/acme/forecasts", "operator", asked, http.StatusCreated))
		require.Len(t, kept.Predictions, 48)
		require.WithinDuration(t, time.Now(), kept.Predictions[0].Timestamp, time.Hour, "what is over is not told as what is to come")
		f.post(t, "/v1/tenants/cobalt/forecasts", "operator", asked, http.StatusServiceUnavailable)
	})
	t.Run("a metric that stopped is not forecast, and it says since when", func(t *testing.T) {
		_, err := f.pool.Exec(t.Context(), `DELETE FROM omnicloud.usage_days WHERE day > current_date - 9`)
		require.NoError(t, err)
		problem := f.post(t, "/v1/tenants/acme/forecasts", "operator", asked, http.StatusUnprocessableEntity).problem(t)
		require.Contains(t, problem.Detail, "nothing was measured of cpu_utilization since "+time.Now().UTC().AddDate(0, 0, -9).Format(time.DateOnly)+"T23:00:00Z")
	})
}

func TestCapacityOfATenant(t *testing.T) {
	f := newForesightStage(t)

	t.Run("storage that grows is exhausted within the horizon", func(t *testing.T) {
		found := decode[capacity.Exhaustion](t, f.get(t, "/v1/tenants/acme/exhaustion?metric=storage_used_gb", "tenant:acme", http.StatusOK))
		require.NotNil(t, found.P90)
		require.Less(t, time.Until(*found.P90), 60*24*time.Hour)
		ample := decode[capacity.Exhaustion](t, f.get(t, "/v1/tenants/acme/exhaustion?metric=storage_used_gb&capacity=1e9", "operator", http.StatusOK))
		require.Nil(t, ample.P90)
	})
	t.Run("a recommendation says what to order by when, and what it costs", func(t *testing.T) {
		found := decode[foresight.Recommendations](t, f.get(t, "/v1/tenants/acme/recommendations", "operator", http.StatusOK))
		require.NotEmpty(t, found.Items)
		first := found.Items[0]
		require.Equal(t, forecast.StorageUsedGB, first.Metric)
		require.NotNil(t, first.OrderBy)
		require.Positive(t, first.Change)
		require.True(t, first.EstimatedMonthlyCostDelta.IsPositive())
		wider := decode[foresight.Recommendations](t, f.get(t, "/v1/tenants/acme/recommendations?headroom_percent=100", "operator", http.StatusOK))
		require.Greater(t, wider.Items[0].Change, first.Change)
	})
	t.Run("what a night told of capacity stands for who may see the tenant", func(t *testing.T) {
		const path = "/v1/tenants/acme/capacity-alerts"
		require.Empty(t, decode[api.CapacityAlerts](t, f.get(t, path, "operator", http.StatusOK)).Items)
		trainer := foresight.Trainer{Usage: f.planned.Usage, Archive: f.planned.Archive, Models: postgres.NewForecastModels(f.pool)}
		_, err := trainer.Batch(t.Context(), "night", time.Now(), foresight.Key{})
		require.NoError(t, err)
		watch := foresight.Watch{Planning: f.planned, Store: postgres.NewCapacityWatch(f.pool)}
		_, err = watch.Tenant(t.Context(), "night", time.Now(), "acme")
		require.NoError(t, err)
		var storage foresight.Standing
		for _, one := range decode[api.CapacityAlerts](t, f.get(t, path, "tenant:acme", http.StatusOK)).Items {
			require.True(t, one.Alert != nil || one.Recommendation != nil, "%+v", one)
			if one.Metric == forecast.StorageUsedGB {
				storage = one
			}
		}
		require.NotNil(t, storage.Alert)
		require.NotNil(t, storage.Recommendation)
		f.get(t, path, "tenant:globex", http.StatusNotFound)
	})
	t.Run("what operators state of capacity takes the place of what compute knows", func(t *testing.T) {
		key := foresight.Key{TenantID: "acme", Metric: forecast.NetworkBandwidthMbps}
		const path = "/v1/tenants/acme/exhaustion?metric=network_bandwidth_mbps"
		require.Nil(t, decode[capacity.Exhaustion](t, f.get(t, path, "tenant:acme", http.StatusOK)).P90)
		gone := capacity.Constant(1e9)
		gone.Planned = []capacity.Addition{{At: time.Now().AddDate(0, 0, 30), Amount: -1e9, Note: "the line is given up"}}
		stated := postgres.NewStatements(f.pool)
		require.NoError(t, stated.KeepTerms(t.Context(), foresight.Gauge{ID: "one", Metric: key.Metric}, []foresight.Terms{
			{Key: key, Capacity: &gone, LeadTime: 45 * 24 * time.Hour, Unit: "Mbps"},
		}))
		t.Cleanup(func() { require.NoError(t, stated.ForgetTerms(context.Background(), nil)) })
		for _, who := range []string{"tenant:acme", "operator"} {
			found := decode[capacity.Exhaustion](t, f.get(t, path, who, http.StatusOK))
			require.NotNil(t, found.P90, who)
			require.WithinDuration(t, time.Now().AddDate(0, 0, 31), *found.P90, 24*time.Hour)
		}
		for _, one := range decode[foresight.Recommendations](t, f.get(t, "/v1/tenants/acme/recommendations", "tenant:acme", http.StatusOK)).Items {
			if one.Metric == key.Metric {
				require.Equal(t, capacity.Overdue, one.Urgency)
				require.Equal(t, one.ProjectedExhaustionDate.AddDate(0, 0, -45), *one.OrderBy)
				require.Contains(t, one.Reason, " Mbps holds the peak of ")
				require.Equal(t, "bandwidth", one.ResourceType, "as compute says")
				return
			}
		}
		require.Fail(t, "nothing is recommended of what was stated")
	})
	t.Run("twice the traffic doubles what is expected", func(t *testing.T) {
		found := decode[api.WhatIfOutcomes](t, f.post(t, "/v1/tenants/acme/what-if", "operator",
			`{"scenarios":[{"traffic_multiplier":1},{"traffic_multiplier":2}],"metrics":["request_rate"]}`, http.StatusOK))
		require.Len(t, found.Items, 2)
		require.InDelta(t, 2*found.Items[0].Effects[0].PeakAfter, found.Items[1].Effects[0].PeakAfter, 1e-6)
		single := decode[api.WhatIfOutcomes](t, f.post(t, "/v1/tenants/acme/what-if", "operator", `{"traffic_multiplier":2,"metrics":["request_rate"]}`, http.StatusOK))
		require.Equal(t, found.Items[1].Effects, single.Items[0].Effects)
		f.post(t, "/v1/tenants/acme/what-if", "operator", `{}`, http.StatusBadRequest)
	})
	t.Run("instances are offered for a term, beside those owned", func(t *testing.T) {
		for _, term := range []string{"12", "36"} {
			found := decode[api.ReservedSavingsList](t, f.get(t, "/v1/tenants/acme/reserved-savings?term_months="+term, "finance_approver", http.StatusOK))
			require.Len(t, found.Items, 1)
			require.Positive(t, found.Items[0].RecommendedReservedUnits)
			require.True(t, found.Items[0].EstimatedSavings.IsPositive())
		}
		f.get(t, "/v1/tenants/acme/reserved-savings?term_months=24", "finance_approver", http.StatusBadRequest)
	})
	t.Run("a forecast of the past is scored by what came", func(t *testing.T) {
		f.post(t, "/v1/tenants/acme/forecasts", "operator", `{"metric":"request_rate","horizon_days":2,"granularity":"hourly"}`, http.StatusCreated)
		past := time.Now().Add(-48 * time.Hour)
		desk := &foresight.Desk{Usage: postgres.NewUsage(f.pool), Archive: postgres.NewForecasts(f.pool), Models: postgres.NewForecastModels(f.pool), Now: func() time.Time { return past }}
		_, err := desk.ForecastMetric(t.Context(), foresight.Request{
			Key: foresight.Key{TenantID: "acme", Metric: forecast.RequestRate}, HorizonDays: 1, Granularity: forecast.Hourly,
		})
		require.NoError(t, err)
		scorer := foresight.Scorer{Usage: postgres.NewUsage(f.pool), Scores: postgres.NewForecastScores(f.pool)}
		_, err = scorer.Batch(t.Context(), time.Now(), foresight.Key{})
		require.NoError(t, err)
		report := decode[accuracy.Report](t, f.get(t, "/v1/tenants/acme/accuracy?metric=request_rate", "tenant:acme", http.StatusOK))
		require.Equal(t, 1, report.Forecasts)
		require.Equal(t, 3, report.Pending, "the night's hours and the demand that it compared with capacity are among them")
		require.Equal(t, 24, report.Overall.Points)
		require.NotNil(t, report.Overall.Coverage)
		f.get(t, "/v1/tenants/acme/accuracy?metric="+strings.Repeat("x", 5), "operator", http.StatusBadRequest)
	})
}
