package prometheus

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

// TestCounters reads a counter that grows by two a second, of which a server keeps the fifteen days that it
// keeps by default. It begins anew in the middle of an hour, and is not scraped for three hours later on.
func TestCounters(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	const days = 18
	until := begin.AddDate(0, 0, days)
	restart, silent := begin.AddDate(0, 0, 12).Add(90*time.Minute), begin.AddDate(0, 0, 14)
	address := prometheustest.Start(t, prometheustest.Options{
		Retention: "15d",
		OpenMetrics: prometheustest.Gauge("requests_total", []string{`{namespace="shop"}`}, func(string) []prometheustest.Sample {
			var samples []prometheustest.Sample
			for at := begin; at.Before(until); at = at.Add(time.Minute) {
				since := begin
				if !at.Before(restart) {
					since = restart
				}
				if at.Before(silent) || !at.Before(silent.Add(3*time.Hour)) {
					samples = append(samples, prometheustest.Sample{At: at, Value: 2 * at.Sub(since).Seconds()})
				}
			}
			return samples
		}),
	})
	metric := Metric{Query: "sum by (namespace) (rate(requests_total[5m]))", TenantLabel: "namespace"}
	found, warnings, err := client(t, Options{URL: address}).History(t.Context(), metric, forecast.Hourly, begin, until)
	require.NoError(t, err)
	assert.Empty(t, warnings)
	require.Len(t, found, 1)
	points := found[0].Points

	t.Run("what the server forgot is not there, and the rest is", func(t *testing.T) {
		assert.WithinDuration(t, until.AddDate(0, 0, -15), points[0].Timestamp, 4*time.Hour)
		assert.Equal(t, until.Add(-time.Hour), points[len(points)-1].Timestamp)
	})
	t.Run("a counter's rate goes on over its restart", func(t *testing.T) {
		for _, p := range points[1:] {
			require.InDelta(t, 2, p.Value, 0.1, p.Timestamp)
		}
	})
	t.Run("hours without a scrape are missing, and no others", func(t *testing.T) {
		have := map[time.Time]bool{}
		for _, p := range points {
			have[p.Timestamp] = true
		}
		for at := points[0].Timestamp; at.Before(until); at = at.Add(time.Hour) {
			gone := !at.Before(silent.Add(time.Hour)) && at.Before(silent.Add(2*time.Hour))
			if at.Equal(silent) || at.Equal(silent.Add(2*time.Hour)) {
				continue // their ends are still looked at
			}
			require.Equal(t, !gone, have[at], at)
		}
	})
}
