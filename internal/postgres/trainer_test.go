package postgres_test

import (
	"context"
	"math"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

// overtaken is a store of models in which others take a place just before decisions are recorded.
type overtaken struct {
	foresight.ModelStore
	by []foresight.Decision
}

func (o *overtaken) Decide(ctx context.Context, decisions []foresight.Decision) error {
	if err := o.ModelStore.Decide(ctx, o.by); err != nil {
		return err
	}
	return o.ModelStore.Decide(ctx, decisions)
}

func TestTrainerThatIsOvertaken(t *testing.T) {
	pool := postgrestest.New(t)
	usage, models, archive := postgres.NewUsage(pool), postgres.NewForecastModels(pool), postgres.NewForecasts(pool)
	waves := func(key foresight.Key) foresight.Usage {
		series := foresight.Usage{Key: key}
		for h := range 40 * 24 {
			v := 50 + 20*math.Sin(2*math.Pi*float64(h)/24) + float64(h*h%7)
			series.Hours = append(series.Hours, foresight.Hour{At: midnight.Add(time.Duration(h-40*24) * time.Hour), Mean: v, P95: v, Peak: v})
		}
		return series
	}
	require.NoError(t, usage.Keep(ctx, []foresight.Usage{waves(acmeCPU), waves(umbraCPU)}))
	// By the time that the night decides, somebody's own model has taken the place that was free.
	own := foresight.Model{
		Key: acmeCPU, Granularity: forecast.Hourly, ID: "custom-1", Kind: foresight.CustomModel, Weights: map[string]float64{"seasonal_naive": 1},
	}
	faster := foresight.Decide("custom", midnight, own, nil, forecast.Contest{Promoted: true})
	trainer := foresight.Trainer{Usage: usage, Archive: archive, Models: &overtaken{models, []foresight.Decision{faster}}}

	done, err := trainer.Batch(ctx, "night", midnight, foresight.Key{})
	require.NoError(t, err)
	require.Equal(t, 2, done.Series)
	require.Equal(t, 3, done.Promoted, "those that found their places free")
	found := func(key foresight.Key) forecast.ForecastResult {
		f, err := archive.Forecast(ctx, foresight.NightlyID("night", key))
		require.NoError(t, err)
		return f
	}
	require.Equal(t, "ensemble/v1", found(umbraCPU).Model)
	acme := found(acmeCPU)
	require.Equal(t, "custom-1", acme.Model)
	for h, p := range acme.Predictions {
		last := float32(waves(acmeCPU).Hours[39*24-6*24+h%168].Mean)
		require.InDelta(t, last, p.Value, 1e-9, "hour %d is the last week's again, as that model has it, with the digits that are kept", h)
	}
	days, err := archive.Forecast(ctx, foresight.DemandID("night", acmeCPU))
	require.NoError(t, err)
	require.Equal(t, forecast.Daily, days.Granularity)
	require.Equal(t, "ensemble/v1", days.Model, "the place of the days' own model was free")
	require.Len(t, days.Predictions, foresight.PlanningDays)
	require.Equal(t, midnight, days.Predictions[0].Timestamp)
	decisions, err := models.Decisions(ctx, acmeCPU, foresight.DecisionPosition{}, 10)
	require.NoError(t, err)
	require.Len(t, decisions, 3)
	for _, d := range decisions {
		require.Equal(t, d.Run == "custom" || d.Challenger.Granularity == forecast.Daily, d.Promoted)
	}

	again, err := trainer.Batch(ctx, "night", midnight, foresight.Key{})
	require.NoError(t, err)
	require.Zero(t, again.Promoted)
	require.Equal(t, acme, found(acmeCPU))
}

func TestTrainerHonoursEvents(t *testing.T) {
	pool := postgrestest.New(t)
	usage, archive, stated := postgres.NewUsage(pool), postgres.NewForecasts(pool), postgres.NewStatements(pool)
	keepHours(t, pool, acmeCPU, midnight.AddDate(0, 0, -30), midnight)
	keepHours(t, pool, umbraCPU, midnight.AddDate(0, 0, -30), midnight)
	require.NoError(t, stated.ReplaceEvents(ctx, []event.Event{
		{Name: "launch", SeriesID: "acme/cpu_utilization", From: midnight.AddDate(0, 0, 2), Until: midnight.AddDate(0, 0, 3), Effect: 1.5},
	}))
	trainer := foresight.Trainer{Usage: usage, Archive: archive, Models: postgres.NewForecastModels(pool), Statements: stated}
	_, err := trainer.Batch(ctx, "night", midnight, foresight.Key{})
	require.NoError(t, err)
	for key, ratio := range map[foresight.Key]float64{acmeCPU: 1.5, umbraCPU: 1} {
		f, err := archive.Forecast(ctx, foresight.NightlyID("night", key))
		require.NoError(t, err)
		require.InDelta(t, ratio, f.Predictions[60].Value/f.Predictions[12].Value, 0.05, key.TenantID)
	}
}

func TestTrainerOfLateUsage(t *testing.T) {
	pool := postgrestest.New(t)
	archive := postgres.NewForecasts(pool)
	keepHours(t, pool, acmeCPU, midnight.AddDate(0, 0, -30), midnight.AddDate(0, 0, -2))
	keepHours(t, pool, umbraCPU, midnight.AddDate(0, 0, -30), midnight)
	trainer := foresight.Trainer{Usage: postgres.NewUsage(pool), Archive: archive, Models: postgres.NewForecastModels(pool)}
	done, err := trainer.Batch(ctx, "night", midnight, foresight.Key{})
	require.NoError(t, err)
	require.Equal(t, 2, done.Series)
	for _, key := range []foresight.Key{acmeCPU, umbraCPU} {
		for id, points := range map[string]int{foresight.NightlyID("night", key): 24 * foresight.NightlyDays, foresight.DemandID("night", key): foresight.PlanningDays} {
			f, err := archive.Forecast(ctx, id)
			require.NoError(t, err)
			require.Equal(t, midnight, f.Predictions[0].Timestamp, "%s of %s begins with what is not over", f.Granularity, key.TenantID)
			require.Len(t, f.Predictions, points)
		}
	}
}
