package services

import (
	"log/slog"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/capacity"
	"github.com/omnicloud/omnicloud/domain/foresight"
	"github.com/omnicloud/omnicloud/internal/postgres"
	"github.com/omnicloud/omnicloud/internal/prometheus"
	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

// testTrainingOnWhatPrometheusMeasured takes a month of a metric from Prometheus and forecasts it.
func testTrainingOnWhatPrometheusMeasured(t *testing.T, database string) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	p := start(t, database)
	const days = 30
	begin := time.Date(2026, time.March, 2, 0, 0, 0, 0, time.UTC)
	now := begin.AddDate(0, 0, days)
	load := func(key string) []prometheustest.Sample {
		var samples []prometheustest.Sample
		for at := begin; at.Before(now); at = at.Add(15 * time.Minute) {
			samples = append(samples, prometheustest.Sample{At: at, Value: 100 + 40*math.Sin(2*math.Pi*at.Sub(begin).Hours()/24) + float64(len(key))})
		}
		return samples
	}
	// There is room for 165 at first, for 170 from the twentieth day on.
	room := func(key string) []prometheustest.Sample {
		samples := load(key)
		for i := range samples {
			samples[i].Value = 165
			if !samples[i].At.Before(begin.AddDate(0, 0, 20)) {
				samples[i].Value = 170
			}
		}
		return samples
	}
	// umbra meters nothing by itself in the sample; kube-system is no tenant.
	spaces := []string{`{namespace="kube-system"}`, `{namespace="umbra"}`}
	address := prometheustest.Start(t, prometheustest.Options{
		OpenMetrics: prometheustest.Gauge("rate", spaces, load) + prometheustest.Gauge("room", spaces, room),
	})
	client, err := prometheus.New(prometheus.Options{URL: address})
	require.NoError(t, err)
	metric := prometheus.Metric{
		Resource: forecast.RequestRate, Query: "rate", TenantLabel: "namespace", CapacityQuery: "room",
		Terms: foresight.Terms{
			Unit: "calls/s", LeadTime: 21 * 24 * time.Hour,
			Capacity: &capacity.Capacity{Planned: []capacity.Addition{{At: now.AddDate(0, 0, 10), Amount: -20}}},
		},
	}
	stated := postgres.NewStatements(p.pool)
	usage := postgres.NewUsage(p.pool)
	reader := foresight.GaugeReader{
		Monitoring: prometheus.NewMonitoring(client, []prometheus.Metric{metric}, slog.New(slog.DiscardHandler)),
		Store:      usage, Statements: stated, Tenants: p.Tenants,
	}
	gauge := reader.Gauges()[0]
	key := foresight.Key{TenantID: "umbra", Metric: forecast.RequestRate}

	hours, failed, err := reader.Read(t.Context(), now, gauge)
	require.NoError(t, err)
	require.Len(t, failed, 1)
	require.Contains(t, failed[0].Reason, "kube-system")
	kept, err := usage.Hours(t.Context(), key, begin, now)
	require.NoError(t, err)
	require.Len(t, kept, days*24)
	require.InDelta(t, days*24, hours, 1, "the first sample ends the hour before it")
	for _, hour := range kept {
		require.False(t, math.IsNaN(hour.P95))
		require.LessOrEqual(t, hour.Mean, hour.P95+1e-9)
		require.LessOrEqual(t, hour.P95, hour.Peak+1e-9)
	}

	again, _, err := reader.Read(t.Context(), now.Add(30*time.Minute), gauge)
	require.NoError(t, err)
	require.Equal(t, 1, again, "the last hour alone is read again")

	planning := &foresight.Planning{
		Desk: &foresight.Desk{
			Usage: usage, Archive: postgres.NewForecasts(p.pool), Models: postgres.NewForecastModels(p.pool), Statements: stated,
			Now: func() time.Time { return now },
		},
		Provisions: p.Compute, Prices: p.Billing, Scheduler: p.Compute,
	}
	planned, known, err := planning.Provision(t.Context(), key)
	require.NoError(t, err)
	require.True(t, known)
	require.Equal(t, "calls/s", planned.Unit)
	require.Equal(t, "request_capacity", planned.ResourceType, "as compute says")
	require.InDelta(t, 165, planned.Capacity.At(begin.AddDate(0, 0, 19)), 0)
	require.InDelta(t, 170, planned.Capacity.At(now), 0)
	require.InDelta(t, 150, planned.Capacity.At(now.AddDate(0, 0, 10)), 0)
	found, err := planning.Recommendations(t.Context(), "umbra", 0)
	require.NoError(t, err)
	at := slices.IndexFunc(found.Items, func(r capacity.CapacityRecommendation) bool { return r.Metric == key.Metric })
	require.GreaterOrEqual(t, at, 0, "%+v", found)
	require.Equal(t, now.AddDate(0, 0, 10), *found.Items[at].ProjectedExhaustionDate, "when twenty are taken away")
	require.Equal(t, now.AddDate(0, 0, 10-21), *found.Items[at].OrderBy)
	require.Contains(t, found.Items[at].Reason, "reaches its capacity of 150 calls/s")

	trainer := foresight.Trainer{Usage: usage, Archive: postgres.NewForecasts(p.pool), Models: postgres.NewForecastModels(p.pool), Meter: p.Compute, Tenants: p.Tenants}
	_, err = trainer.Batch(t.Context(), "prometheus", now, foresight.Key{TenantID: "umbra"})
	require.NoError(t, err)
	made, err := trainer.Archive.Forecast(t.Context(), foresight.NightlyID("prometheus", key))
	require.NoError(t, err)
	require.Equal(t, forecast.DailySeasonality, made.Seasonality)
}
