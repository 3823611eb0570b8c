package services

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/tenancy"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// testTrainingUnderFaults collects and forecasts every tenant while compute fails now and then.
func testTrainingUnderFaults(t *testing.T, database string) {
	p := start(t, database)
	usage, archive := postgres.NewUsage(p.pool), postgres.NewForecasts(p.pool)
	trainer := foresight.Trainer{Usage: usage, Archive: archive, Models: postgres.NewForecastModels(p.pool), Meter: p.Compute, Tenants: p.Tenants}
	now := time.Now().UTC().Truncate(time.Second)
	p.fault(t, `{"route":"GET /compute/v1/hourly-usage","error_rate":1,"status":503,"times":2}`)

	tenants, err := p.Tenants.Tenants(t.Context())
	require.NoError(t, err)
	require.Len(t, tenants, 24)
	breaks := 0
	for _, id := range tenancy.SortedIDs(tenants) {
		err := trainer.Collect(t.Context(), now, id)
		for ; err != nil; err = trainer.Collect(t.Context(), now, id) {
			require.True(t, fault.Is(err, fault.Unavailable), "%v", err)
			breaks++
		}
	}
	require.Positive(t, breaks)

	made, after := 0, foresight.Key{}
	var failed []foresight.Failure
	for {
		batch, err := trainer.Batch(t.Context(), "night", now, after)
		require.NoError(t, err)
		if batch.Last == (foresight.Key{}) {
			break
		}
		again, err := trainer.Batch(t.Context(), "night", now, after)
		require.NoError(t, err, "a batch whose commit was not reported is repeated")
		require.Equal(t, batch.Last, again.Last)
		require.Equal(t, batch.Series, again.Series)
		require.Zero(t, again.Promoted, "what was promoted once is in use")
		made, failed, after = made+batch.Series, append(failed, batch.Failed...), batch.Last
	}
	keys, err := usage.Keys(t.Context(), now.AddDate(0, 0, -90), foresight.Key{}, 10_000)
	require.NoError(t, err)
	require.Equal(t, len(keys), made+len(failed))
	require.Greater(t, made, 100)
	stored, err := archive.Forecasts(t.Context(), "acme", forecast.CPUUtilization, 10)
	require.NoError(t, err)
	require.Len(t, stored, 2, "hours and days")
	for _, one := range stored {
		points := map[forecast.ForecastGranularity]int{forecast.Hourly: 24 * foresight.NightlyDays, forecast.Daily: foresight.PlanningDays}
		require.Len(t, one.Predictions, points[one.Granularity])
	}
}
