package postgres_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestStatements(t *testing.T) {
	pool := postgrestest.New(t)
	store, own := postgres.NewStatements(pool), postgres.NewTenantForecasts(pool, "umbra")
	one, two := foresight.Gauge{ID: "one", Metric: acmeCPU.Metric}, foresight.Gauge{ID: "two", Metric: acmeCPU.Metric}
	both := []foresight.Key{acmeCPU, umbraCPU}
	terms := func(key foresight.Key, limit float64) foresight.Terms {
		amount := capacity.Constant(limit)
		amount.Planned = []capacity.Addition{{At: midnight, Amount: 5, Note: "rack"}}
		return foresight.Terms{Key: key, Aggregation: foresight.ByMax, Unit: "cores", Capacity: &amount, ResourceType: "core", LeadTime: 72 * time.Hour}
	}
	stated := func(from foresight.Statements) map[foresight.Key]foresight.Terms {
		found, err := from.Terms(ctx, both)
		require.NoError(t, err)
		return found
	}
	t.Run("terms are kept as they were stated, the last of a series", func(t *testing.T) {
		require.NoError(t, store.KeepTerms(ctx, one, []foresight.Terms{terms(acmeCPU, 1), terms(umbraCPU, 2)}))
		require.NoError(t, store.KeepTerms(ctx, two, []foresight.Terms{terms(acmeCPU, 3)}))
		require.Equal(t, map[foresight.Key]foresight.Terms{acmeCPU: terms(acmeCPU, 3), umbraCPU: terms(umbraCPU, 2)}, stated(store))
	})
	t.Run("a tenant sees its own", func(t *testing.T) {
		require.Equal(t, map[foresight.Key]foresight.Terms{umbraCPU: terms(umbraCPU, 2)}, stated(own))
	})
	t.Run("what a gauge stated goes with it", func(t *testing.T) {
		require.NoError(t, store.ForgetTerms(ctx, []foresight.Gauge{two}))
		require.Len(t, stated(store), 1)
		require.NoError(t, store.ForgetTerms(ctx, nil))
		require.Empty(t, stated(store))
	})
	t.Run("events are those that were stated last; a tenant sees everybody's and its own", func(t *testing.T) {
		sale := event.Event{Name: "sale", From: midnight, Until: midnight.AddDate(0, 0, 1), Effect: 1.5}
		launch := event.Event{Name: "launch", SeriesID: "acme/cpu_utilization", From: midnight, Until: midnight.Add(time.Hour)}
		require.NoError(t, store.ReplaceEvents(ctx, []event.Event{launch}))
		require.NoError(t, store.ReplaceEvents(ctx, []event.Event{sale, launch}))
		found, err := store.Events(ctx)
		require.NoError(t, err)
		require.Equal(t, []event.Event{sale, launch}, found)
		found, err = own.Events(ctx)
		require.NoError(t, err)
		require.Equal(t, []event.Event{sale}, found)
	})
}
