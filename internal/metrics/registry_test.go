package metrics_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/metrics"
)

// scrape returns what Prometheus would read.
func scrape(t *testing.T, registry *metrics.Registry) string {
	t.Helper()
	answer := httptest.NewRecorder()
	registry.Handler().ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", http.NoBody))
	require.Equal(t, http.StatusOK, answer.Code)
	return answer.Body.String()
}

func TestRegistry(t *testing.T) {
	registry, err := metrics.New()
	require.NoError(t, err)
	t.Run("tells of the process and the runtime", func(t *testing.T) {
		text := scrape(t, registry)
		require.Contains(t, text, "process_resident_memory_bytes ")
		require.Contains(t, text, "go_goroutines ")
	})
	t.Run("names what Temporal's SDK measures as Prometheus does", func(t *testing.T) {
		handler := registry.Temporal().WithTags(map[string]string{"task_queue": "drift"})
		handler.Counter("temporal_activity_execution_failed").Inc(2)
		handler.Timer("temporal_activity_execution_latency").Record(7 * time.Second)
		handler.Gauge("temporal_num_pollers").Update(3)
		text := scrape(t, registry)
		for _, line := range []string{
			`temporal_activity_execution_failed_total{task_queue="drift"} 2`,
			`temporal_activity_execution_latency_seconds_bucket{task_queue="drift",le="5"} 0`,
			`temporal_activity_execution_latency_seconds_bucket{task_queue="drift",le="10"} 1`,
			`temporal_num_pollers{task_queue="drift"} 3`,
		} {
			require.Contains(t, text, line)
		}
		require.NotContains(t, text, "otel_scope")
	})
	t.Run("counts calls to services by status", func(t *testing.T) {
		tell := registry.WatchCalls()
		tell("billing", http.StatusOK, 20*time.Millisecond)
		tell("billing", 0, time.Second)
		text := scrape(t, registry)
		require.Contains(t, text, `omnicloud_service_call_duration_seconds_count{service="billing",status="200"} 1`)
		require.Contains(t, text, `omnicloud_service_call_duration_seconds_sum{service="billing",status="none"} 1`)
	})
	t.Run("asks for the states of breakers each time", func(t *testing.T) {
		state := "closed"
		registry.WatchBreakers(func() map[string]string { return map[string]string{"compute": state} })
		require.Contains(t, scrape(t, registry), `omnicloud_service_breaker{service="compute",state="closed"} 1`)
		state = "open"
		text := scrape(t, registry)
		require.Contains(t, text, `omnicloud_service_breaker{service="compute",state="closed"} 0`)
		require.Contains(t, text, `omnicloud_service_breaker{service="compute",state="open"} 1`)
	})
}
