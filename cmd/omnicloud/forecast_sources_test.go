package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/prometheus/prometheustest"
)

// fileOf writes a file and returns its path.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

func TestForecastCommandDraws(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new", "plots")
	code, _, stderr := execute(t, "forecast", "--in", writeSeries(t, 60, "web/eu", "..", "web"), "--horizon", "14",
		"--capacity", "61", "--plot", folder, "--out", "-")
	require.Equal(t, 0, code, stderr)
	for _, name := range []string{"web%2Feu.svg", "%...svg", "web.svg"} {
		drawing, err := os.ReadFile(filepath.Join(folder, name))
		require.NoError(t, err)
		for _, words := range []string{"measured", "forecast", "P10 to P90", "capacity"} {
			assert.Contains(t, string(drawing), ">"+words+"<")
		}
	}
	assert.Regexp(t, `series "web" reaches its capacity: P90 2026-03-\d\d, P50 `, stderr)
}

func TestForecastCommandSaysWhenCapacityIsEnough(t *testing.T) {
	code, _, stderr := execute(t, "forecast", "--in", writeSeries(t, 60, "a"), "--horizon", "5", "--capacity", "1000", "--out", "-")
	require.Equal(t, 0, code, stderr)
	assert.Equal(t, "series \"a\" stays below its capacity until 2026-03-06, at P90\n", stderr)
}

func TestForecastCommandSaysWhenDemandIsBeyondCapacity(t *testing.T) {
	code, _, stderr := execute(t, "forecast", "--in", writeSeries(t, 60, "a"), "--horizon", "5", "--capacity", "1", "--out", "-")
	require.Equal(t, 0, code, stderr)
	assert.Equal(t, "series \"a\" is beyond its capacity already, at P10\n", stderr)
}

func TestForecastCommandHonoursEvents(t *testing.T) {
	in := writeSeries(t, 60, "a")
	events := fileOf(t, "events.csv", "name,from,until,effect\nlaunch,2026-03-03,,3\n")
	_, plain, _ := execute(t, "forecast", "--in", in, "--horizon", "3", "--out", "-")
	code, changed, stderr := execute(t, "forecast", "--in", in, "--horizon", "3", "--events", events, "--out", "-")
	require.Equal(t, 0, code, stderr)
	before, after := strings.Split(plain, "\n"), strings.Split(changed, "\n")
	assert.Equal(t, before[1], after[1], "the day before is as it was")
	assert.NotEqual(t, before[2], after[2])
	assert.Equal(t, before[3], after[3])
	assert.Equal(t, "series \"a\": event ×1: points in \"launch\" were multiplied by 3, as the event says\n", stderr)

	t.Run("and tells of series that they name and the file lacks", func(t *testing.T) {
		events := fileOf(t, "events.csv", "name,from,until,effect,series_id\nlaunch,2026-03-03,,3,b\nlaunch,2026-03-03,,3,a\n")
		code, _, stderr := execute(t, "forecast", "--in", in, "--horizon", "3", "--events", events, "--out", "-")
		require.Equal(t, 0, code, stderr)
		assert.Contains(t, stderr, "events name the series \"b\", which is not there\n")
		assert.NotContains(t, stderr, `the series "a"`)
	})
}

func TestForecastCommandHonoursEventsOfThePast(t *testing.T) {
	// A week's pattern, but for a sale every third Friday that doubles the day.
	var text, calendar strings.Builder
	text.WriteString("series_id,timestamp,value\n")
	calendar.WriteString("name,from,until\n")
	for day := range 126 {
		at := time.Date(2026, 1, 1+day, 0, 0, 0, 0, time.UTC)
		value := 50 + 10*math.Sin(2*math.Pi*float64(day)/7) + float64(day*day%11)/5
		if day%21 == 8 {
			value *= 2
			fmt.Fprintf(&calendar, "sale,%s,\n", at.Format(time.DateOnly))
		}
		fmt.Fprintf(&text, "shop,%s,%.3f\n", at.Format(time.RFC3339), value)
	}
	arguments := []string{"forecast", "--in", fileOf(t, "series.csv", text.String()), "--horizon", "21", "--backtest", "42d"}
	measured := func(arguments []string) (mase float64) {
		code, stdout, stderr := execute(t, arguments...)
		require.Equal(t, 0, code, stderr)
		found := regexp.MustCompile(`(?m)^shop +2 +[0-9.]+% +([0-9.]+)`).FindStringSubmatch(stdout)
		require.Len(t, found, 2, stdout)
		mase, err := strconv.ParseFloat(found[1], 64)
		require.NoError(t, err)
		return mase
	}
	assert.Less(t, measured(append(arguments, "--events", fileOf(t, "events.csv", calendar.String()))), 0.6*measured(arguments))
}

func TestForecastCommandReadsPrometheus(t *testing.T) {
	if testing.Short() {
		t.Skip("starts a server")
	}
	begin := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	const days = 21
	disk := func(key string) []prometheustest.Sample {
		var samples []prometheustest.Sample
		for at := begin; at.Before(begin.AddDate(0, 0, days)); at = at.Add(10 * time.Minute) {
			hour := at.Sub(begin).Hours()
			value := 100 + 0.2*hour + 5*math.Sin(2*math.Pi*hour/24)
			if strings.Contains(key, "office") {
				value = 40 + 3*math.Sin(2*math.Pi*hour/24)
			}
			samples = append(samples, prometheustest.Sample{At: at, Value: value})
		}
		return samples
	}
	full := func(string) []prometheustest.Sample {
		samples := disk("")
		for i := range samples {
			samples[i].Value = 220
		}
		return samples
	}
	names := []string{`{namespace="office"}`, `{namespace="shop"}`}
	address := prometheustest.Start(t, prometheustest.Options{
		Authenticated: true, OpenMetrics: prometheustest.Gauge("disk_gb", names, disk) + prometheustest.Gauge("size_gb", names, full),
	})
	config := fileOf(t, "metrics.yaml", "version: 1\nmetrics:\n  - tenant: {label: namespace}\n    metric: storage_used_gb\n    query: disk_gb\n    capacity_query: size_gb\n    aggregation: max\n    unit: GiB\n    lead_time: 7d\n")
	plots := t.TempDir()
	common := []string{"forecast", "--prometheus", address, "--config", config, "--horizon", "96", "--until", "2026-03-23T00:00:00Z", "--out", "-"}

	code, stdout, stderr := execute(t, append(common, "--plot", plots, "--prometheus-user", "reader", "--prometheus-password", "secret")...)
	require.Equal(t, 0, code, stderr)
	lines := strings.Split(strings.TrimSpace(stdout), "\n")
	require.Len(t, lines, 1+2*96)
	assert.True(t, strings.HasPrefix(lines[1], "office/storage_used_gb,2026-03-23T00:00:00Z,"), lines[1])
	assert.Contains(t, stderr, `series "office/storage_used_gb" stays below its capacity until 2026-03-26, at P90`)
	// 100 + 0.2·h + 5·sin reaches 220 at an afternoon's peak of the 24th.
	assert.Regexp(t, `series "shop/storage_used_gb" reaches its capacity: P90 2026-03-2(\d), .*; order by 2026-03-1\d\n`, stderr)
	drawing, err := os.ReadFile(filepath.Join(plots, "shop%2Fstorage_used_gb.svg"))
	require.NoError(t, err)
	assert.Contains(t, string(drawing), ">GiB<")

	code, _, stderr = execute(t, common...)
	assert.Equal(t, 1, code)
	assert.Contains(t, stderr, "does not accept the credentials (401)")
	assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line")
}

func TestForecastCommandRefusesSources(t *testing.T) {
	in := writeSeries(t, 30, "a")
	for want, arguments := range map[string][]string{
		"give --in a file of series, or --prometheus": {"--out", "-"},
		"--prometheus and --config go together":       {"--prometheus", "http://127.0.0.1:1", "--out", "-"},
		"is not one such as http://localhost:9090":    {"--prometheus", "localhost", "--config", fileOf(t, "m.yaml", "version: 1\nmetrics:\n  - preset: kubernetes_cpu\n"), "--out", "-"},
		"Prometheus at 127.0.0.1:1 does not answer":   {"--prometheus", "http://127.0.0.1:1", "--config", fileOf(t, "m.yaml", "version: 1\nmetrics:\n  - preset: kubernetes_cpu\n"), "--out", "-"},
		"--until \"now\" is no time":                  {"--prometheus", "http://127.0.0.1:1", "--config", in, "--until", "now", "--out", "-"},
		"--in and --prometheus are two sources":       {"--in", in, "--prometheus", "http://127.0.0.1:1", "--config", in, "--out", "-"},
		"missing.csv cannot be opened":                {"--in", in, "--events", "missing.csv", "--out", "-"},
		"of --plot cannot be made":                    {"--in", in, "--plot", filepath.Join(in, "x"), "--out", "-"},
	} {
		t.Run(want, func(t *testing.T) {
			code, _, stderr := execute(t, append([]string{"forecast", "--horizon", "2"}, arguments...)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, stderr, want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), "one line: %s", stderr)
		})
	}
}
