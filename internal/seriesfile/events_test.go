package seriesfile

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

func events(t *testing.T, text string) ([]event.Event, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "events.csv")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return ReadEvents(path)
}

func TestReadEvents(t *testing.T) {
	got, err := events(t, "name,from,until,effect,series_id\nholiday,2026-12-25,,,\nlaunch,2026-06-01T08:00:00Z,2026-06-03,1.5,web\n")
	require.NoError(t, err)
	christmas := time.Date(2026, 12, 25, 0, 0, 0, 0, time.UTC)
	assert.Equal(t, []event.Event{
		{Name: "holiday", From: christmas, Until: christmas.AddDate(0, 0, 1)},
		{Name: "launch", SeriesID: "web", From: time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC), Until: time.Date(2026, 6, 3, 0, 0, 0, 0, time.UTC), Effect: 1.5},
	}, got)

	for want, text := range map[string]string{
		"until":                     "name,from\n",
		"this is no time":           "name,from,until\nx,Christmas,\n",
		"not after its start":       "name,from,until\nx,2026-12-25,2026-12-24\n",
		"an event has no name":      "name,from,until\n,2026-12-25,\n",
		"this is no factor above 0": "name,from,until,effect\nx,2026-12-25,,none\n",
		`line 2, column effect, value "-2": this is no factor above 0`:             "name,from,until,effect\nx,2026-12-25,,-2\n",
		`line 2, column until, value "2026-12-24": the event "x" ends`:             "name,from,until\nx,2026-12-25,2026-12-24\n",
		`line 3, column from, value "9999-01-01": the year 9999 is not between`:    "name,from,until\nx,2026-12-25,\ny,9999-01-01,\n",
		`line 2, column from, value "25.12.2026": this is no time; write RFC 3339`: "name,from,until\nx,25.12.2026,\n",
		`line 2, column effect, value "+Inf": the effect +Inf of the event`:        "name,from,until,effect\nx,2026-12-25,,+Inf\n",
		`line 3, column from, value "2026-12-26": the event "x" of line 2 holds`:   "name,from,until\nx,2026-12-25,2026-12-27\nx,2026-12-26,\n",
	} {
		t.Run("refuses: "+want, func(t *testing.T) {
			_, err := events(t, text)
			require.ErrorContains(t, err, want)
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
		})
	}
}

func TestEventsMayOverlap(t *testing.T) {
	for name, text := range map[string]string{
		"under different names":   "name,from,until\nx,2026-12-25,2026-12-27\ny,2026-12-26,\n",
		"in different series":     "name,from,until,series_id\nx,2026-12-25,,a\nx,2026-12-25,,b\nx,2026-12-25,,\n",
		"not where one ends only": "name,from,until\nx,2026-12-25,2026-12-26\nx,2026-12-26,\n",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := events(t, text)
			require.NoError(t, err)
		})
	}
}

func FuzzReadEvents(f *testing.F) {
	f.Add("name,from,until,effect,series_id\nholiday,2026-12-25,,,\nlaunch,2026-06-01T08:00:00Z,2026-06-03,1.5,web\n")
	f.Add("name,from,until\n\"a\nb\",0,1e9\n")
	f.Add("name,from,until\nx,9999-12-31,\n")
	f.Fuzz(func(t *testing.T, text string) {
		found, err := events(t, text)
		if err != nil {
			assert.Equal(t, fault.InvalidInput, fault.CodeOf(err))
			assert.NotContains(t, err.Error(), "\n")
			return
		}
		for _, e := range found {
			require.NoError(t, e.Check())
			assert.LessOrEqual(t, e.Until.Year(), lastYear+1)
		}
	})
}
