package main

import (
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

// TestKubernetesPresets asks a real Prometheus for what a cluster exports of one namespace: two containers
// that use a core and a half of four, 6 GB of memory of 8, and a volume of 100 GB that is 30 GB full.
func TestKubernetesPresets(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	const days = 15
	of := func(value func(key string, hours float64) float64) func(string) []prometheustest.Sample {
		return func(key string) []prometheustest.Sample {
			var samples []prometheustest.Sample
			for at := begin; at.Before(begin.AddDate(0, 0, days)); at = at.Add(2 * time.Minute) {
				samples = append(samples, prometheustest.Sample{At: at, Value: value(key, at.Sub(begin).Hours())})
			}
			return samples
		}
	}
	containers := []string{`{namespace="acme",container="app"}`, `{namespace="acme",container="db"}`, `{namespace="acme",container=""}`}
	limits := []string{`{namespace="acme",container="app",resource="cpu"}`, `{namespace="acme",container="app",resource="memory"}`}
	address := prometheustest.Start(t, prometheustest.Options{OpenMetrics: prometheustest.Gauge("container_cpu_usage_seconds_total", containers, of(func(_ string, hours float64) float64 {
		return 0.75 * 3600 * hours
	})) + prometheustest.Gauge("container_memory_working_set_bytes", containers, of(func(string, float64) float64 { return 3e9 })) +
		prometheustest.Gauge("kube_pod_container_resource_limits", limits, of(func(key string, _ float64) float64 {
			if strings.Contains(key, "cpu") {
				return 4
			}
			return 8e9
		})) +
		prometheustest.Gauge("kubelet_volume_stats_used_bytes", []string{`{namespace="acme"}`}, of(func(_ string, hours float64) float64 { return 30e9 + 0.01e9*hours })) +
		prometheustest.Gauge("kubelet_volume_stats_capacity_bytes", []string{`{namespace="acme"}`}, of(func(string, float64) float64 { return 100e9 }))})
	config := fileOf(t, "metrics.yaml", "version: 1\nmetrics:\n  - preset: kubernetes_cpu\n  - preset: kubernetes_memory\n  - preset: kubernetes_volumes\n    lead_time: 2w\n")
	code, stdout, stderr := execute(t, "forecast", "--prometheus", address, "--config", config, "--horizon", "1",
		"--until", begin.AddDate(0, 0, days).Format(time.RFC3339), "--out", "-")
	require.Equal(t, 0, code, stderr)
	rows, err := csv.NewReader(strings.NewReader(stdout)).ReadAll()
	require.NoError(t, err)
	require.Len(t, rows, 4)
	for i, want := range map[int]struct {
		series string
		median float64
	}{1: {"acme/cpu_utilization", 37.5}, 2: {"acme/memory_utilization", 75}, 3: {"acme/storage_used_gb", 33.6}} {
		assert.Equal(t, want.series, rows[i][0])
		median, err := strconv.ParseFloat(rows[i][3], 64)
		require.NoError(t, err)
		assert.InDelta(t, want.median, median, 0.5, want.series)
	}
	for _, series := range []string{"cpu_utilization", "memory_utilization", "storage_used_gb"} {
		assert.Contains(t, stderr, fmt.Sprintf(`series "acme/%s" stays below its capacity until 2026-03-17, at P90`, series))
	}
}
