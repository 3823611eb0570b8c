package postgres_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/accuracy"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

var (
	acmeCPU  = foresight.Key{TenantID: "acme", Metric: forecast.CPUUtilization}
	umbraCPU = foresight.Key{TenantID: "umbra", Metric: forecast.CPUUtilization}
	midnight = time.Date(2026, time.November, 1, 0, 0, 0, 0, time.UTC)
)

// forecastOf is an hourly forecast of a series from an instant.
func forecastOf(id string, key foresight.Key, at time.Time, hours int) forecast.ForecastResult {
	f := forecast.ForecastResult{
		ID: id, TenantID: key.TenantID, Metric: key.Metric, Granularity: forecast.Hourly, Levels: forecast.DefaultLevels(),
		Model: "ensemble/v1", GeneratedAt: at,
	}
	for h := range hours {
		f.Predictions = append(f.Predictions, forecast.Prediction{Timestamp: at.Add(time.Duration(h) * time.Hour), Value: 50, Quantiles: []float64{40, 50, 60}})
	}
	return f
}

func challenge(key foresight.Key, id string, before *foresight.Model, promoted bool) foresight.Decision {
	model := foresight.Model{Key: key, Granularity: forecast.Hourly, ID: id, Kind: foresight.AutomaticModel, Weights: map[string]float64{"ets": 0.1, "theta": 0.9}}
	return foresight.Decide("run-"+id, midnight, model, before, forecast.Contest{Origins: 9, Challenger: 1, InUse: 2, Promoted: promoted, Reason: "for " + id})
}

func TestForecastModels(t *testing.T) {
	pool := postgrestest.New(t)
	store := postgres.NewForecastModels(pool)
	inUse := func(keys ...foresight.Key) map[foresight.Key]foresight.Model {
		found, err := store.InUse(ctx, forecast.Hourly, keys)
		require.NoError(t, err)
		return found
	}
	decide := func(decisions ...foresight.Decision) { require.NoError(t, store.Decide(ctx, decisions)) }

	require.Empty(t, inUse(acmeCPU))
	decide(challenge(acmeCPU, "one", nil, true), challenge(umbraCPU, "other", nil, true))
	one := inUse(acmeCPU, umbraCPU)[acmeCPU]

	t.Run("the first model is in use as version 1, to the last digit of its weights", func(t *testing.T) {
		require.Equal(t, "one", one.ID)
		require.Equal(t, 1, one.Version)
		require.Equal(t, map[string]float64{"ets": 0.1, "theta": 0.9}, one.Weights)
		require.InDelta(t, 1, *one.Error, 0)
		require.Equal(t, "ensemble/v1", one.Label())
		require.Len(t, inUse(acmeCPU, umbraCPU), 2)
		daily, err := store.InUse(ctx, forecast.Daily, []foresight.Key{acmeCPU})
		require.NoError(t, err)
		require.Empty(t, daily, "another granularity is another model's")
	})
	t.Run("one that was not promoted is on record and not in use", func(t *testing.T) {
		decide(challenge(acmeCPU, "two", &one, false))
		require.Equal(t, "one", inUse(acmeCPU)[acmeCPU].ID)
	})
	t.Run("one that was promoted takes the place as the next version", func(t *testing.T) {
		decide(challenge(acmeCPU, "three", &one, true))
		require.Equal(t, "three", inUse(acmeCPU)[acmeCPU].ID)
		require.Equal(t, 2, inUse(acmeCPU)[acmeCPU].Version)
		require.Equal(t, "other", inUse(umbraCPU)[umbraCPU].ID)
	})
	t.Run("a run decides once", func(t *testing.T) {
		again := challenge(acmeCPU, "three", &one, true)
		three := inUse(acmeCPU)[acmeCPU]
		again.Challenger.ID, again.Challenger.Version = "changed", three.Version+1
		decide(again)
		require.Equal(t, "three", inUse(acmeCPU)[acmeCPU].ID)
	})
	t.Run("one that won against a model which is no longer in use is not promoted", func(t *testing.T) {
		decide(challenge(acmeCPU, "late", &one, true))
		require.Equal(t, "three", inUse(acmeCPU)[acmeCPU].ID)
	})
	t.Run("every decision says who was compared, how they did and why", func(t *testing.T) {
		list, err := store.Decisions(ctx, acmeCPU, foresight.DecisionPosition{}, 10)
		require.NoError(t, err)
		reasons := map[string]string{}
		for _, d := range list {
			reasons[d.Challenger.ID] = d.Reason
			require.Equal(t, 9, d.Origins)
			require.InDelta(t, 1, *d.ChallengerError, 0)
			require.InDelta(t, 2, *d.InUseError, 0)
			require.Equal(t, d.Challenger.ID == "one" || d.Challenger.ID == "three", d.Promoted)
			if d.Challenger.ID != "one" {
				require.Equal(t, "one", d.InUse)
			}
		}
		require.Equal(t, map[string]string{
			"one": "for one", "two": "for two", "three": "for three",
			"late": "another model took the place of the one in use meanwhile",
		}, reasons)
	})
	t.Run("a tenant sees the model of its own series", func(t *testing.T) {
		own := postgres.NewTenantForecasts(pool, "umbra")
		found, err := own.InUse(ctx, forecast.Hourly, []foresight.Key{acmeCPU, umbraCPU})
		require.NoError(t, err)
		require.Len(t, found, 1)
		require.Contains(t, found, umbraCPU)
	})
}

// scored runs the scorer to its end and returns how many ranges it scored.
func scored(t *testing.T, pool *pgxpool.Pool, now time.Time) int {
	t.Helper()
	scorer := foresight.Scorer{Usage: postgres.NewUsage(pool), Scores: postgres.NewForecastScores(pool)}
	ranges, after := 0, foresight.Key{}
	for {
		done, err := scorer.Batch(ctx, now, after)
		require.NoError(t, err)
		if done.Last == (foresight.Key{}) {
			return ranges
		}
		ranges, after = ranges+done.Ranges, done.Last
	}
}

// keepHours keeps usage of 55 for each hour from an instant to another.
func keepHours(t *testing.T, pool *pgxpool.Pool, key foresight.Key, from, until time.Time) {
	t.Helper()
	usage := foresight.Usage{Key: key}
	for at := from; at.Before(until); at = at.Add(time.Hour) {
		usage.Hours = append(usage.Hours, foresight.Hour{At: at, Mean: 55, P95: 55 + float64(at.Day()%2), Peak: 60})
	}
	require.NoError(t, postgres.NewUsage(pool).Keep(ctx, []foresight.Usage{usage}))
}

func TestForecastScores(t *testing.T) {
	pool := postgrestest.New(t)
	archive, scores := postgres.NewForecasts(pool), postgres.NewForecastScores(pool)
	require.NoError(t, archive.Put(ctx, []forecast.ForecastResult{
		forecastOf("week", acmeCPU, midnight, 168), forecastOf("day", acmeCPU, midnight.Add(time.Hour), 24), forecastOf("other", umbraCPU, midnight, 24),
	}))
	keepHours(t, pool, acmeCPU, midnight.AddDate(0, 0, -10), midnight.AddDate(0, 0, 1))
	report := func(archive accuracy.Archive) accuracy.Report {
		report, err := accuracy.GetHistoricalAccuracy(ctx, archive, "acme", forecast.CPUUtilization, 10)
		require.NoError(t, err)
		return report
	}
	t.Run("nothing is scored before it has passed", func(t *testing.T) {
		require.Zero(t, scored(t, pool, midnight))
		require.Equal(t, 2, report(scores).Pending)
	})
	t.Run("a range is scored when it has passed and its actual values are there", func(t *testing.T) {
		require.Equal(t, 3, scored(t, pool, midnight.Add(25*time.Hour)), "an hour and a day of one, an hour of the other")
		found := report(scores)
		require.Equal(t, 2, found.Forecasts)
		require.Zero(t, found.Pending)
		require.Equal(t, 25, found.Overall.Points)
		require.InDelta(t, 100.0*6/56, *found.Overall.MAPE, 1e-9)
		require.InDelta(t, -6, *found.Overall.Bias, 1e-9)
		require.InDelta(t, 1, *found.Overall.Coverage, 1e-9)
		require.Equal(t, "ensemble/v1", found.ByModel[0].Model)
	})
	t.Run("again it is not scored twice", func(t *testing.T) {
		require.Zero(t, scored(t, pool, midnight.Add(25*time.Hour)))
	})
	t.Run("late values are waited for, and what came is scored then", func(t *testing.T) {
		complete := midnight.Add(25 * time.Hour)
		require.Zero(t, scored(t, pool, complete.Add(foresight.ScorePatience-time.Hour)))
		require.Equal(t, 1, scored(t, pool, complete.Add(foresight.ScorePatience)), "the day that lacks its last hour")
		require.Equal(t, 47, report(scores).Overall.Points)
	})
	t.Run("the rest is scored when it has come", func(t *testing.T) {
		keepHours(t, pool, acmeCPU, midnight.AddDate(0, 0, 1), midnight.AddDate(0, 0, 7))
		require.Equal(t, 1, scored(t, pool, midnight.AddDate(0, 0, 8)))
		found := report(scores)
		require.Equal(t, 47+144, found.Overall.Points)
		require.Len(t, found.ByHorizon, 3)
		require.Zero(t, scored(t, pool, midnight.AddDate(1, 0, 0)))
	})
	t.Run("a tenant sees the scores of its own forecasts", func(t *testing.T) {
		require.Equal(t, 2, report(postgres.NewTenantForecasts(pool, "acme")).Forecasts)
		require.Zero(t, report(postgres.NewTenantForecasts(pool, "umbra")).Forecasts)
	})
}

func TestForecastsOfATenant(t *testing.T) {
	pool := postgrestest.New(t)
	own := postgres.NewTenantForecasts(pool, "acme")
	require.NoError(t, own.Put(ctx, []forecast.ForecastResult{forecastOf("mine", acmeCPU, midnight, 24)}))
	require.NoError(t, postgres.NewForecasts(pool).Put(ctx, []forecast.ForecastResult{forecastOf("theirs", umbraCPU, midnight, 24)}))
	keepHours(t, pool, umbraCPU, midnight, midnight.AddDate(0, 0, 1))
	keepHours(t, pool, acmeCPU, midnight, midnight.AddDate(0, 0, 1))

	found, err := own.Forecast(ctx, "mine")
	require.NoError(t, err)
	require.Len(t, found.Predictions, 24)
	_, err = own.Forecast(ctx, "theirs")
	require.True(t, fault.Is(err, fault.NotFound), "%v", err)
	list, err := own.Forecasts(ctx, "umbra", forecast.CPUUtilization, 10)
	require.NoError(t, err)
	require.Empty(t, list)

	usage := postgres.NewTenantUsage(pool, "acme")
	for key, hours := range map[foresight.Key]int{acmeCPU: 24, umbraCPU: 0} {
		seen, err := usage.Hours(ctx, key, midnight, midnight.AddDate(0, 0, 2))
		require.NoError(t, err)
		require.Len(t, seen, hours)
		latest, err := usage.Latest(ctx, key)
		require.NoError(t, err)
		require.Equal(t, hours == 0, latest.IsZero())
	}
}

func TestLatestUsage(t *testing.T) {
	usage, nan := postgres.NewUsage(postgrestest.New(t)), math.NaN()
	for name, test := range map[string]struct {
		hours []foresight.Hour
		want  time.Time
	}{
		"is the last hour of which the mean is known": {[]foresight.Hour{{At: midnight, Mean: 1, P95: nan, Peak: nan}}, midnight},
		"is the last hour of which anything is known": {
			[]foresight.Hour{{At: midnight, Mean: 1, P95: 2, Peak: 3}, {At: midnight.Add(5 * time.Hour), Mean: nan, P95: nan, Peak: 4}}, midnight.Add(5 * time.Hour),
		},
		"passes over days of which nothing is known": {
			[]foresight.Hour{{At: midnight, Mean: 1, P95: 2, Peak: 3}, {At: midnight.AddDate(0, 0, 3), Mean: nan, P95: nan, Peak: nan}}, midnight,
		},
		"is none where nothing is known": {[]foresight.Hour{{At: midnight, Mean: nan, P95: nan, Peak: nan}}, time.Time{}},
	} {
		t.Run(name, func(t *testing.T) {
			key := foresight.Key{TenantID: "t-" + uuid.NewString(), Metric: forecast.RequestRate}
			require.NoError(t, usage.Keep(ctx, []foresight.Usage{{Key: key, Hours: test.hours}}))
			latest, err := usage.Latest(ctx, key)
			require.NoError(t, err)
			require.Equal(t, test.want, latest)
		})
	}
}
