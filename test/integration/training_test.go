package integration

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/sandbox"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
	"github.com/omnicloud/omnicloud/workflows"
)

// TestNights trains two nights, the first while compute, billing and the monitor fail now and then.
func TestNights(t *testing.T) {
	s := newTrainingStack(t)
	second := time.Now().UTC().Truncate(time.Hour)
	first := second.AddDate(0, 0, -1)
	s.fault(sandbox.Fault{Route: "GET /compute/v1/hourly-usage", Status: http.StatusServiceUnavailable, Times: 3})
	s.fault(sandbox.Fault{Route: "GET /compute/v1/capacity", Times: 3, Truncated: true})
	s.fault(sandbox.Fault{Route: "GET /compute/v1/scheduler/placement", Times: 2, Status: http.StatusTooManyRequests, RetryAfterS: 1})
	s.fault(sandbox.Fault{Route: "GET /billing/v1/capacity-prices", Times: 3, Status: http.StatusBadGateway})
	s.fault(sandbox.Fault{Route: "POST /monitor/v1/events", Status: http.StatusBadGateway, Times: 2, AfterEffect: true})
	s.fault(sandbox.Fault{Route: "POST /compute/v1/capacity-recommendations", Status: http.StatusBadGateway, Times: 2, AfterEffect: true})
	s.startWorker()
	result := s.trained(s.train(first))
	ctx := context.Background()
	models := postgres.NewForecastModels(s.pool)
	full := foresight.Key{TenantID: sample.FullSoon, Metric: forecast.StorageUsedGB}

	t.Run("faults that pass cost no tenant and no step", func(t *testing.T) {
		require.Equal(t, 24, result.Tenants)
		require.Greater(t, result.Forecasts, 100)
		require.Len(t, result.Failed, 1)
		require.Contains(t, result.Failed[0].Reason, "of which nothing was measured in 90 days", "%+v", result.Failed[0])
		require.Equal(t, result.Forecasts, s.forecasts(forecast.Hourly))
		require.Equal(t, result.Forecasts, s.forecasts(forecast.Daily), "demand that is compared with capacity")
	})
	t.Run("every forecast is published once, answers that were lost or not", func(t *testing.T) {
		require.Equal(t, result.Forecasts, result.Published)
		require.Len(t, s.events(foresight.ForecastKind), result.Forecasts)
	})
	t.Run("capacity that runs out is told, priced, placed and handed to compute", func(t *testing.T) {
		stands := s.standings()[full]
		require.NotNil(t, stands.Alert)
		require.NotNil(t, stands.Recommendation)
		require.True(t, stands.Recommendation.EstimatedMonthlyCostDelta.IsPositive())
		require.NotNil(t, stands.Recommendation.Placement)
		require.Positive(t, stands.Recommendation.Placement.Placed)
		told := 0
		for _, event := range s.events(foresight.ExhaustionKind) {
			if event.TenantID == full.TenantID && event.Details["metric"] == string(full.Metric) {
				told++
				require.Equal(t, stands.Alert.Severity, event.Severity)
			}
		}
		require.Equal(t, 1, told)
		taken := 0
		for _, one := range s.handed() {
			if one.ID == stands.Recommendation.ID {
				taken++
				require.Equal(t, "storage", one.ResourceType)
			}
		}
		require.Equal(t, 1, taken)
		require.Equal(t, result.News, result.Delivered)
		require.Len(t, s.handed(), result.News-len(s.events(foresight.ExhaustionKind)))
	})
	t.Run("the first model of each series is promoted, and why is on record", func(t *testing.T) {
		require.Positive(t, result.Promoted)
		decisions, err := models.Decisions(ctx, full, foresight.DecisionPosition{}, 10)
		require.NoError(t, err)
		require.Len(t, decisions, 2, "of hours and of days")
		for _, d := range decisions {
			require.True(t, d.Promoted)
			require.Equal(t, "no model was in use", d.Reason)
		}
	})

	before := s.standings()
	again := s.trained(s.train(second))
	t.Run("the next night tells nothing again that has not changed", func(t *testing.T) {
		news := 0
		for key, now := range s.standings() {
			news += changedAlert(t, before[key].Alert, now.Alert) + changedRecommendation(t, before[key].Recommendation, now.Recommendation)
		}
		require.Equal(t, news, again.News)
		require.Equal(t, again.News, again.Delivered)
		told := 0
		for _, event := range s.events(foresight.ExhaustionKind) {
			if event.TenantID == full.TenantID && event.Details["metric"] == string(full.Metric) {
				told++
			}
		}
		require.Equal(t, 1, told)
	})
	t.Run("the next night scores the first by what came", func(t *testing.T) {
		require.Positive(t, again.Scored)
		report, err := accuracy.GetHistoricalAccuracy(ctx, postgres.NewForecastScores(s.pool), full.TenantID, full.Metric, 10)
		require.NoError(t, err)
		require.Equal(t, 2, report.Forecasts, "the hours, and the days that capacity was planned by")
		require.Equal(t, "ensemble/v1", report.ByModel[0].Model)
		require.Equal(t, forecast.Hourly, report.ByModel[0].Granularity)
		require.Equal(t, 24, report.ByModel[0].Points)
		require.Equal(t, forecast.Daily, report.ByModel[1].Granularity)
		require.Equal(t, 1, report.ByModel[1].Points)
		require.NotNil(t, report.Overall.MAPE)
		require.NotNil(t, report.Overall.MASE)
	})
	t.Run("a model that is not better stays out of use", func(t *testing.T) {
		require.Less(t, again.Promoted, again.Forecasts/2)
		decisions, err := models.Decisions(ctx, full, foresight.DecisionPosition{}, 10)
		require.NoError(t, err)
		require.Len(t, decisions, 4)
		for _, granularity := range []forecast.ForecastGranularity{forecast.Hourly, forecast.Daily} {
			inUse, err := models.InUse(ctx, granularity, []foresight.Key{full})
			require.NoError(t, err)
			promoted := 0
			for _, d := range decisions {
				switch {
				case d.Challenger.Granularity != granularity:
				case d.Promoted:
					promoted++
				default:
					require.NotNil(t, d.InUseError)
					require.Equal(t, inUse[full].ID, d.InUse)
				}
			}
			require.Equal(t, inUse[full].Version, promoted)
		}
	})
}

func TestAKilledTrainerGoesOnWhereItWas(t *testing.T) {
	s := newTrainingStack(t)
	night := time.Now().UTC().Truncate(time.Hour)
	first := s.startWorkerProcess()
	run := s.train(night)
	require.Eventually(t, func() bool { return s.forecasts(forecast.Hourly) > 0 }, patience, glance)
	kill(t, first)
	stored := s.forecasts(forecast.Hourly)

	s.startWorkerProcess()
	result := s.trained(run)
	require.Greater(t, result.Forecasts, stored, "it was killed in the middle")
	require.Equal(t, result.Forecasts, s.forecasts(forecast.Hourly), "nothing is forecast twice")
	var contests, inUse int
	require.NoError(t, s.pool.QueryRow(context.Background(), `SELECT (SELECT count(*) FROM forecast_contests),
		(SELECT count(*) FROM forecast_models)`).Scan(&contests, &inUse))
	require.Equal(t, contests, inUse, "each first model is promoted once")
	require.Equal(t, result.Forecasts, result.Published)
	require.Len(t, s.events(foresight.ForecastKind), result.Forecasts)
}

// TestRecordTrainingHistories records the histories of runs that package workflows replays; run it with
// -update when a release is cut.
func TestRecordTrainingHistories(t *testing.T) {
	if !*update {
		t.Skip("records only with -update")
	}
	s := newTrainingStack(t)
	s.client = dial(t, s.temporal.FrontendHostPort(), plain{})
	s.fault(sandbox.Fault{Route: "GET /compute/v1/hourly-usage", Status: http.StatusServiceUnavailable, Times: 2})
	s.startWorker()
	night := time.Now().UTC().Truncate(time.Hour)
	s.trained(s.train(night.AddDate(0, 0, -1)))
	s.record(workflows.NightlyTrainingID(night.AddDate(0, 0, -1)), "model_training_done")

	s.fault(sandbox.Fault{Route: "POST /monitor/v1/events", Status: http.StatusBadRequest})
	s.fault(sandbox.Fault{Route: "GET /tenants/v1/tenants", Status: http.StatusBadRequest})
	s.trained(s.train(night))
	s.record(workflows.NightlyTrainingID(night), "model_training_steps_failed")
}
