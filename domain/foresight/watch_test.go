package foresight

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/outbox"
)

// shelf is an archive that holds some forecasts.
type shelf struct {
	Archive
	held []forecast.ForecastResult
}

func (s shelf) Several(_ context.Context, ids []string) ([]forecast.ForecastResult, error) {
	return slices.DeleteFunc(slices.Clone(s.held), func(f forecast.ForecastResult) bool { return !slices.Contains(ids, f.ID) }), nil
}

// kept is what stands, in memory.
type kept struct {
	StandingStore
	stands []Standing
	told   []outbox.Message
}

func (k *kept) Settle(_ context.Context, _ string, decide func([]Standing) ([]Standing, []outbox.Message, error)) error {
	changed, messages, err := decide(k.stands)
	for _, one := range changed {
		k.stands = slices.DeleteFunc(k.stands, func(s Standing) bool { return s.Key == one.Key })
		k.stands = append(k.stands, one)
	}
	k.told = append(k.told, messages...)
	return err
}

// rising is a night's demand of storage that reaches 100 within a month.
func rising(run string) forecast.ForecastResult {
	f := forecast.ForecastResult{
		ID: DemandID(run, storage), TenantID: storage.TenantID, Metric: storage.Metric, Granularity: forecast.Daily, Levels: forecast.DefaultLevels(),
	}
	for d := range PlanningDays {
		v := 70 + float64(d)
		f.Predictions = append(f.Predictions, forecast.Prediction{Timestamp: start(forecast.Daily, tonight).AddDate(0, 0, d), Value: v, Quantiles: []float64{v - 1, v, v + 1}})
	}
	return f
}

func TestWatch(t *testing.T) {
	var provisions provisioned
	for _, metric := range forecast.ResourceMetrics() {
		provisions = append(provisions, Provision{Key: Key{storage.TenantID, metric}, Capacity: capacity.Constant(100), ResourceType: "any"})
	}
	latest := map[forecast.ResourceMetric]time.Time{storage.Metric: tonight.Add(-time.Hour), forecast.RequestRate: tonight.AddDate(0, 0, -10)}
	store := &kept{}
	watch := Watch{
		Planning: &Planning{
			Desk:       &Desk{Usage: latestOnly{latest: latest}, Archive: shelf{held: []forecast.ForecastResult{rising("first")}}},
			Provisions: provisions, Prices: unpriced{},
		},
		Store: store,
	}
	first, err := watch.Tenant(t.Context(), "first", tonight, storage.TenantID)
	require.NoError(t, err)

	t.Run("what the night forecast is compared with what there is", func(t *testing.T) {
		require.Equal(t, 1, first.Raised)
		require.Len(t, store.stands, 1)
		require.Equal(t, storage, store.stands[0].Key)
		require.Equal(t, start(forecast.Daily, tonight).AddDate(0, 0, 29), store.stands[0].Alert.P90)
		require.NotNil(t, store.stands[0].Recommendation)
	})
	t.Run("metrics that were never measured are named in one, and one that stopped by who could not forecast it", func(t *testing.T) {
		require.Equal(t, []Failure{{Key: Key{TenantID: storage.TenantID}, Reason: "there is capacity of " +
			"cpu_utilization, memory_utilization, network_bandwidth_mbps, instance_count, of which nothing was measured in 90 days"}}, first.Failed)
	})
	t.Run("what stands of a metric stays in a night that could not forecast it", func(t *testing.T) {
		before := slices.Clone(store.stands)
		second, err := watch.Tenant(t.Context(), "second", tonight.AddDate(0, 0, 1), storage.TenantID)
		require.NoError(t, err)
		require.Zero(t, second.News())
		require.Equal(t, before, store.stands)
	})
}
