package api_test

import (
	"fmt"
	"math"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// TestForecastsOfEveryGranularity takes each from a request to the score of a forecast whose time has come.
func TestForecastsOfEveryGranularity(t *testing.T) {
	f := newForesightStage(t)
	key := foresight.Key{TenantID: "acme", Metric: forecast.RequestRate}
	now := time.Now().UTC()
	years := foresight.Usage{Key: key}
	for at := now.AddDate(-2, -6, 0).Truncate(time.Hour); at.Before(now.Add(-time.Hour)); at = at.Add(time.Hour) {
		day := at.Sub(now).Hours() / 24
		v := 500 + 0.2*day + 50*math.Sin(2*math.Pi*day) + 20*math.Sin(2*math.Pi*day/7) + float64(at.YearDay()*at.Hour()%13)
		years.Hours = append(years.Hours, foresight.Hour{At: at, Mean: v, P95: v, Peak: v})
	}
	require.NoError(t, postgres.NewUsage(f.pool).Keep(t.Context(), []foresight.Usage{years}))

	for _, test := range []struct {
		granularity  forecast.ForecastGranularity
		days, points int
		next         time.Time
	}{
		{forecast.Hourly, 2, 48, now.Truncate(time.Hour)},
		{forecast.Daily, 14, 14, now.Truncate(24 * time.Hour)},
		{forecast.Weekly, 28, 4, now.Truncate(24*time.Hour).AddDate(0, 0, -(int(now.Weekday())+6)%7)},
		{forecast.Monthly, 90, 3, time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)},
	} {
		t.Run(string(test.granularity), func(t *testing.T) {
			made := decode[forecast.ForecastResult](t, f.post(t, "/v1/tenants/acme/forecasts", "tenant:acme",
				fmt.Sprintf(`{"metric":"request_rate","horizon_days":%d,"granularity":%q}`, test.days, test.granularity), http.StatusCreated))
			require.Equal(t, test.granularity, made.Granularity)
			require.Len(t, made.Predictions, test.points)
			require.Equal(t, test.next, made.Predictions[0].Timestamp, "the hour, day, week or month that is not over")
			require.Equal(t, test.granularity.Step(test.next, 1), made.Predictions[1].Timestamp)
			require.Equal(t, made, decode[forecast.ForecastResult](t, f.get(t, "/v1/forecasts/"+made.ID, "tenant:acme", http.StatusOK)))
			require.Contains(t, f.get(t, "/v1/forecasts/"+made.ID+"/plot.svg", "tenant:acme", http.StatusOK).body, "P10 to P90")

			past := test.granularity.Step(test.next, -4)
			desk := *f.planned.Desk
			desk.Meter, desk.Now = nil, func() time.Time { return past }
			_, err := desk.ForecastMetric(t.Context(), foresight.Request{Key: key, HorizonDays: test.days, Granularity: test.granularity})
			require.NoError(t, err)
			scorer := foresight.Scorer{Usage: postgres.NewUsage(f.pool), Scores: postgres.NewForecastScores(f.pool)}
			_, err = scorer.Batch(t.Context(), now, foresight.Key{})
			require.NoError(t, err)
			report := decode[accuracy.Report](t, f.get(t, "/v1/tenants/acme/accuracy?metric=request_rate", "tenant:acme", http.StatusOK))
			horizons := report.ByModel[len(report.ByModel)-1].ByHorizon
			require.Equal(t, test.granularity, report.ByModel[len(report.ByModel)-1].Granularity, "the coarsest comes last")
			require.Equal(t, test.granularity, horizons[0].Granularity)
			require.Equal(t, 1, horizons[0].Points)
			require.NotNil(t, horizons[0].MASE)
			require.Subset(t, report.ByHorizon, horizons, "of one model at that granularity")
		})
	}
	t.Run("without more than a metric, thirty days are forecast by the day", func(t *testing.T) {
		made := decode[forecast.ForecastResult](t, f.post(t, "/v1/tenants/acme/forecasts", "operator", `{"metric":"request_rate"}`, http.StatusCreated))
		require.Equal(t, forecast.Daily, made.Granularity)
		require.Len(t, made.Predictions, 30)
	})
}
