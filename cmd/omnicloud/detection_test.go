package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stepped writes a series of days with quiet weekends that moves by 40 on day 60 of 120, and one of
// five days.
func stepped(t *testing.T, withShort bool) string {
	t.Helper()
	var text strings.Builder
	text.WriteString("series_id,timestamp,value\n")
	day := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	for i := range 120 {
		value := 50 + (i*7919)%10
		if i%7 >= 5 {
			value -= 15
		}
		if i >= 60 {
			value += 40
		}
		fmt.Fprintf(&text, "cpu,%s,%d\n", day.AddDate(0, 0, i).Format(time.RFC3339), value)
		if withShort && i < 5 {
			fmt.Fprintf(&text, "brief,%s,%d\n", day.AddDate(0, 0, i).Format(time.RFC3339), value)
		}
	}
	path := filepath.Join(t.TempDir(), "series.csv")
	require.NoError(t, os.WriteFile(path, []byte(text.String()), 0o600))
	return path
}

func TestRegimes(t *testing.T) {
	t.Run("writes where a series changed, at which confidence", func(t *testing.T) {
		code, out, _ := execute(t, "regimes", "--in", stepped(t, false), "--out", "-")
		require.Equal(t, 0, code)
		lines := strings.Split(strings.TrimSpace(out), "\n")
		require.Len(t, lines, 2)
		assert.Equal(t, "series_id,timestamp,index,magnitude,confidence,kind", lines[0])
		assert.True(t, strings.HasPrefix(lines[1], "cpu,2026-03-06T00:00:00Z,60,"), lines[1])
	})
	t.Run("names a series that is too short", func(t *testing.T) {
		code, _, stderr := execute(t, "regimes", "--in", stepped(t, true), "--out", "-")
		require.Equal(t, 1, code)
		assert.Contains(t, stderr, `series "brief" spans 5 days; at least 14 days of history are needed; --skip-short`)
	})
	for _, sensitivity := range []string{"-1", "2", "NaN"} {
		t.Run("refuses a sensitivity of "+sensitivity, func(t *testing.T) {
			code, _, stderr := execute(t, "regimes", "--in", stepped(t, false), "--out", "-", "--sensitivity="+sensitivity)
			require.Equal(t, 1, code)
			assert.Contains(t, stderr, "is not between 0 and 1")
		})
	}
}

func TestSeasonality(t *testing.T) {
	t.Run("names the strongest pattern", func(t *testing.T) {
		code, out, _ := execute(t, "seasonality", "--in", stepped(t, false), "--out", "-")
		require.Equal(t, 0, code)
		assert.Regexp(t, `^series_id,seasonality,confidence,period\ncpu,weekly,(1|0\.9\d+),7\n$`, out)
	})
	t.Run("leaves out short series when asked", func(t *testing.T) {
		code, out, stderr := execute(t, "seasonality", "--in", stepped(t, true), "--skip-short", "--out", "-")
		require.Equal(t, 0, code)
		assert.Equal(t, 2, strings.Count(out, "\n"))
		assert.Contains(t, stderr, "left out: series \"brief\"")
	})
	t.Run("does not overwrite what it reads", func(t *testing.T) {
		path := stepped(t, false)
		code, _, stderr := execute(t, "seasonality", "--in", path, "--out", path)
		require.Equal(t, 1, code)
		assert.Contains(t, stderr, "would overwrite")
	})
}
