package postgres_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
)

func TestCapacityWatch(t *testing.T) {
	pool := postgrestest.New(t)
	store := postgres.NewCapacityWatch(pool)
	messages := func() int {
		pending, err := postgres.NewOutbox(pool).Pending(ctx, outbox.TopicMonitorEvent, foresight.NewsGroup, 1000)
		require.NoError(t, err)
		return len(pending)
	}
	// next counts one news more of a series.
	next := func(stands []foresight.Standing) ([]foresight.Standing, []outbox.Message, error) {
		one := foresight.Standing{Key: acmeCPU}
		if len(stands) > 0 {
			one = stands[0]
		}
		one.News++
		one.Alert = &foresight.Alert{Severity: "warning", P90: midnight}
		one.Recommendation = &capacity.CapacityRecommendation{ID: fmt.Sprint(one.News)}
		return []foresight.Standing{one}, []outbox.Message{{
			Topic: outbox.TopicMonitorEvent, Group: foresight.NewsGroup, Key: fmt.Sprint("news:", one.News), Payload: []byte(`{}`),
		}}, nil
	}
	t.Run("what stands is kept with the messages that tell of it", func(t *testing.T) {
		require.NoError(t, store.Settle(ctx, "acme", next))
		stands, err := store.Standing(ctx, "acme")
		require.NoError(t, err)
		require.Len(t, stands, 1)
		require.Equal(t, midnight, stands[0].Alert.P90)
		require.Equal(t, "1", stands[0].Recommendation.ID)
		require.Equal(t, 1, messages())
	})
	t.Run("a decision that fails changes nothing", func(t *testing.T) {
		err := store.Settle(ctx, "acme", func(stands []foresight.Standing) ([]foresight.Standing, []outbox.Message, error) {
			changed, told, _ := next(stands)
			return changed, told, errors.New("it cannot be written")
		})
		require.ErrorContains(t, err, "it cannot be written")
		require.Equal(t, 1, messages())
	})
	t.Run("two that settle a tenant take turns, the first time too", func(t *testing.T) {
		for _, tenant := range []string{"acme", "new"} {
			var running sync.WaitGroup
			for range 4 {
				running.Go(func() {
					err := store.Settle(ctx, tenant, func(stands []foresight.Standing) ([]foresight.Standing, []outbox.Message, error) {
						changed, _, err := next(stands)
						changed[0].TenantID = tenant
						return changed, nil, err
					})
					if err != nil {
						t.Error(err)
					}
				})
			}
			running.Wait()
		}
		stands, err := store.Standing(ctx, "acme")
		require.NoError(t, err)
		require.Equal(t, 5, stands[0].News)
		stands, err = store.Standing(ctx, "new")
		require.NoError(t, err)
		require.Equal(t, 4, stands[0].News)
	})
	t.Run("a tenant sees its own", func(t *testing.T) {
		require.NoError(t, postgres.AsTenant(ctx, pool, "new", func(tx pgx.Tx) error {
			stands, err := postgres.NewCapacityWatch(tx).Standing(ctx, "acme")
			require.NoError(t, err)
			require.Empty(t, stands)
			return nil
		}))
	})
}
