package postgres_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestForecastRetention(t *testing.T) {
	pool := postgrestest.New(t)
	archive := postgres.NewForecasts(pool)
	var made []forecast.ForecastResult
	for day := range 60 {
		made = append(made, forecastOf(fmt.Sprintf("day-%02d", day), acmeCPU, midnight.AddDate(0, 0, day), 24))
	}
	require.NoError(t, archive.Put(ctx, made))
	keepHours(t, pool, acmeCPU, midnight, midnight.AddDate(0, 0, 50))
	now := midnight.AddDate(0, 0, 55)
	require.Equal(t, 100, scored(t, pool, now), "fifty days of two ranges; the last wait for their values")
	prune := func(now time.Time) int64 {
		removed, err := postgres.NewForecastRetention(pool).Prune(ctx, now)
		require.NoError(t, err)
		return removed
	}
	report := func() accuracy.Report {
		report, err := accuracy.GetHistoricalAccuracy(ctx, postgres.NewForecastScores(pool), "acme", forecast.CPUUtilization, 1000)
		require.NoError(t, err)
		return report
	}
	require.EqualValues(t, 41, prune(now), "forecasts made more than 14 days ago")
	require.Equal(t, 50, report().Forecasts, "their scores stay")
	require.EqualValues(t, 9, prune(now.AddDate(0, 0, 100)), "those that are not scored yet stay")
	require.Equal(t, 10, report().Pending)
	require.Zero(t, prune(now.AddDate(0, 0, 500)))
	require.Zero(t, report().Forecasts)
}

func TestModelRetention(t *testing.T) {
	pool := postgrestest.New(t)
	store := postgres.NewForecastModels(pool)
	inUse := func() foresight.Model {
		found, err := store.InUse(ctx, forecast.Hourly, []foresight.Key{acmeCPU})
		require.NoError(t, err)
		return found[acmeCPU]
	}
	require.NoError(t, store.Decide(ctx, []foresight.Decision{challenge(acmeCPU, "one", nil, true)}))
	first := inUse()
	require.NoError(t, store.Decide(ctx, []foresight.Decision{challenge(acmeCPU, "two", &first, false), challenge(acmeCPU, "three", &first, true)}))
	decided := inUse().PromotedAt
	left := func(now time.Time) (models int, challengers []string) {
		_, err := postgres.NewForecastRetention(pool).Prune(ctx, now)
		require.NoError(t, err)
		require.NoError(t, pool.QueryRow(ctx, `SELECT count(*) FROM forecast_models`).Scan(&models))
		decisions, err := store.Decisions(ctx, acmeCPU, foresight.DecisionPosition{}, 10)
		require.NoError(t, err)
		for _, d := range decisions {
			challengers = append(challengers, d.Challenger.ID)
		}
		return models, challengers
	}
	for _, stage := range []struct {
		name        string
		after       time.Duration
		models      int
		challengers []string
	}{
		{"all is there at first", foresight.ContestsKept, 2, []string{"one", "three", "two"}},
		{"a challenger that lost is forgotten first", foresight.ContestsKept + time.Second, 2, []string{"one", "three"}},
		{"models that were in use stay as long as their scores", foresight.ScoresKept, 2, []string{"one", "three"}},
		{"the model in use outlives the record of how it came to be", foresight.ScoresKept + time.Second, 1, nil},
	} {
		t.Run(stage.name, func(t *testing.T) {
			models, challengers := left(decided.Add(stage.after))
			require.Equal(t, stage.models, models)
			require.ElementsMatch(t, stage.challengers, challengers)
			require.Equal(t, "three", inUse().ID)
		})
	}
}

func TestNewsRetention(t *testing.T) {
	pool := postgrestest.New(t)
	box := postgres.NewOutbox(pool)
	for _, key := range []string{"told", "waits"} {
		require.NoError(t, box.Notify(ctx, outbox.Message{Topic: outbox.TopicMonitorEvent, Group: foresight.NewsGroup, Key: key, Payload: []byte(`{}`)}))
	}
	require.NoError(t, box.Notify(ctx, outbox.Message{Topic: "posting", Group: "main", Key: "a posting", Payload: []byte(`{}`)}))
	for _, topic := range []string{outbox.TopicMonitorEvent, "posting"} {
		pending, err := box.Pending(ctx, topic, "", 1)
		require.NoError(t, err)
		require.NoError(t, box.Delivered(ctx, pending[0].ID))
	}
	left := func(now time.Time) []string {
		_, err := postgres.NewForecastRetention(pool).Prune(ctx, now)
		require.NoError(t, err)
		rows, err := pool.Query(ctx, `SELECT message_key FROM outbox ORDER BY message_id`)
		require.NoError(t, err)
		keys, err := pgx.CollectRows(rows, pgx.RowTo[string])
		require.NoError(t, err)
		return keys
	}
	require.Equal(t, []string{"told", "waits", "a posting"}, left(time.Now().Add(foresight.ScoresKept-time.Hour)))
	require.Equal(t, []string{"waits", "a posting"}, left(time.Now().Add(foresight.ScoresKept+time.Hour)), "what is not capacity's is others' record")
}
