package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// writeSeries writes daily series of a week's pattern and returns the path.
func writeSeries(t *testing.T, days int, ids ...string) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("series_id,timestamp,value\n")
	for _, id := range ids {
		for day := range days {
			at := time.Date(2026, 1, 1+day, 0, 0, 0, 0, time.UTC)
			fmt.Fprintf(&text, "%s,%s,%.3f\n", id, at.Format(time.RFC3339), 50+10*math.Sin(2*math.Pi*float64(day)/7)+float64(day*day%11)/5)
		}
	}
	path := filepath.Join(t.TempDir(), "series.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

func TestForecastCommand(t *testing.T) {
	t.Run("writes a row per series and point, in the order of the input", func(t *testing.T) {
		code, stdout, stderr := execute(t, "forecast", "--in", writeSeries(t, 60, "b", "a"), "--horizon", "2", "--out", "-")
		require.Equal(t, 0, code, stderr)
		lines := strings.Split(strings.TrimSpace(stdout), "\n")
		require.Len(t, lines, 5)
		assert.Equal(t, "series_id,timestamp,p10,p50,p90", lines[0])
		assert.Regexp(t, `^b,2026-03-02T00:00:00Z,[0-9.]+,[0-9.]+,[0-9.]+$`, lines[1])
		assert.Regexp(t, `^b,2026-03-03T`, lines[2])
		assert.Regexp(t, `^a,2026-03-02T`, lines[3])
		assert.Empty(t, stderr)
	})
	t.Run("writes a column per level, within bounds", func(t *testing.T) {
		code, stdout, stderr := execute(t, "forecast", "--in", writeSeries(t, 60, "a"), "--horizon", "1", "--levels", "0.025,0.975", "--bounds", "0,45", "--out", "-")
		require.Equal(t, 0, code, stderr)
		assert.Regexp(t, `^series_id,timestamp,p2.5,p97.5\na,[^,]+,[0-9.]+,45\n$`, stdout)
		assert.Contains(t, stderr, `series "a": ceiling`)
	})
	t.Run("names a series that is too short", func(t *testing.T) {
		out := filepath.Join(t.TempDir(), "out.csv")
		code, _, stderr := execute(t, "forecast", "--in", writeSeries(t, 13, "brief"), "--horizon", "2", "--out", out)
		assert.Equal(t, 1, code)
		assert.Equal(t, "omnicloud: series \"brief\" spans 13 days; at least 14 days of history are needed; --skip-short leaves such series out\n", stderr)
		assert.NoFileExists(t, out)
	})
	t.Run("leaves short series out when asked, and says so", func(t *testing.T) {
		path := writeSeries(t, 30, "long")
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		require.NoError(t, err)
		_, err = file.WriteString("brief,2026-01-01T00:00:00Z,1\n")
		require.NoError(t, err)
		require.NoError(t, file.Close())
		code, stdout, stderr := execute(t, "forecast", "--in", path, "--horizon", "1", "--granularity", "daily", "--skip-short", "--out", "-")
		require.Equal(t, 0, code, stderr)
		assert.NotContains(t, stdout, "brief")
		assert.Equal(t, "left out: series \"brief\" spans 1 day; at least 14 days of history are needed\n", stderr)
	})
	t.Run("tests on the past, beside seasonal naive and a straight line", func(t *testing.T) {
		code, stdout, stderr := execute(t, "forecast", "--in", writeSeries(t, 90, "a"), "--horizon", "7", "--backtest", "28d")
		require.Equal(t, 0, code, stderr)
		assert.Contains(t, stdout, "forecasts 7 points ahead over the last 28d:")
		assert.Regexp(t, `\na +4 +[0-9.]+% +[0-9.]+ +[0-9.]+% +[0-9.]+ +[0-9.]+% +[0-9.]+ +[0-9.]+%\n`, stdout)
		assert.Contains(t, stdout, "\nmean of 1 ")
	})

	t.Run("says where a history is too short for the test that was asked for", func(t *testing.T) {
		code, stdout, stderr := execute(t, "forecast", "--in", writeSeries(t, 90, "a", "a series with a long name"), "--horizon", "7", "--backtest", "900d")
		require.Equal(t, 0, code, stderr)
		assert.Contains(t, stderr, `series "a": its history is too short to test 900d; the forecasts tested begin on 2026-01-21`)
		assert.Regexp(t, `\na {24} +10 +[0-9.]+%`, stdout, "the table is as wide as its names")
	})
	t.Run("never writes over what it reads", func(t *testing.T) {
		in, events := writeSeries(t, 30, "a"), fileOf(t, "events.csv", "name,from,until\nsale,2026-01-05,\n")
		before, err := os.ReadFile(in)
		require.NoError(t, err)
		for flag, arguments := range map[string][]string{
			"--in":     {"--in", in, "--out", in, "--backtest", "7d"},
			"--events": {"--in", in, "--out", events, "--events", events},
		} {
			code, _, stderr := execute(t, append([]string{"forecast", "--horizon", "2"}, arguments...)...)
			assert.Equal(t, 1, code)
			assert.Contains(t, stderr, "--out would overwrite what "+flag+" reads")
		}
		after, err := os.ReadFile(in)
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after))
	})

	in := writeSeries(t, 30, "a")
	header := fileOf(t, "header.csv", "series_id,timestamp,value\n")
	for want, arguments := range map[string][]string{
		"give --out a file to write":                           {"--in", in, "--horizon", "2"},
		"--out would overwrite what --in reads":                {"--in", in, "--horizon", "2", "--out", in},
		"the horizon is 0 points":                              {"--in", in, "--horizon", "0", "--out", "-"},
		`the granularity "yearly" is unknown`:                  {"--in", in, "--horizon", "2", "--granularity", "yearly", "--out", "-"},
		"the level 2 is not between 0 and 1":                   {"--in", in, "--horizon", "2", "--levels", "2", "--out", "-"},
		`--bounds "5" is not two numbers`:                      {"--in", in, "--horizon", "2", "--bounds", "5", "--out", "-"},
		`--bounds "0,x": "x" is not a number`:                  {"--in", in, "--horizon", "2", "--bounds", "0,x", "--out", "-"},
		`--backtest "soon" is not a span of time`:              {"--in", in, "--horizon", "2", "--backtest", "soon"},
		"none.csv cannot be opened":                            {"--in", "none.csv", "--horizon", "2", "--out", "-"},
		"--backtest measures coverage between the lowest":      {"--in", in, "--horizon", "2", "--backtest", "7d", "--levels", "0.5"},
		"a backtest needs at least 14 days of history and the": {"--in", in, "--horizon", "20", "--backtest", "7d"},
		"leave --plot and --capacity out":                      {"--in", in, "--horizon", "2", "--backtest", "7d", "--capacity", "60"},
		"leave --plot and --capacity out; ":                    {"--in", in, "--horizon", "2", "--backtest", "7d", "--plot", t.TempDir()},
		"--capacity: the capacity NaN is not a number":         {"--in", in, "--horizon", "2", "--capacity", "NaN", "--out", "-"},
		"--capacity: the capacity -1 is not a number":          {"--in", in, "--horizon", "2", "--capacity=-1", "--out", "-"},
		"add 0.9 to --levels":                                  {"--in", in, "--horizon", "2", "--capacity", "60", "--levels", "0.1,0.5", "--out", "-"},
		"a value that begins with a dash follows an equals":    {"--in", in, "--horizon", "2", "--bounds", "-5,5", "--out", "-"},
		"header.csv holds no series":                           {"--in", header, "--horizon", "2", "--out", "-"},
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			code, stdout, stderr := execute(t, append([]string{"forecast"}, arguments...)...)
			assert.Equal(t, 1, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, want)
			assert.Equal(t, 1, strings.Count(stderr, "\n"), stderr)
		})
	}
}
