package main

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

func TestMonitoringFlags(t *testing.T) {
	events := fileOf(t, "events.csv", "name,from,until,series_id,effect\nsale,2026-11-27,,,1.5\nlaunch,2026-12-01,2026-12-03,acme/request_rate,\n")
	t.Run("events of the platform's series are read", func(t *testing.T) {
		found, err := monitoringFlags{Events: events}.events()
		require.NoError(t, err)
		day := func(d int, m time.Month) time.Time { return time.Date(2026, m, d, 0, 0, 0, 0, time.UTC) }
		require.Equal(t, []event.Event{
			{Name: "sale", From: day(27, time.November), Until: day(28, time.November), Effect: 1.5},
			{Name: "launch", SeriesID: "acme/request_rate", From: day(1, time.December), Until: day(3, time.December)},
		}, found)
	})
	t.Run("a role is started with the files that are named", func(t *testing.T) {
		require.Empty(t, monitoringFlags{}.settings())
		require.Equal(t, map[string]string{"events": events}, monitoringFlags{Events: events}.settings())
		both := monitoringFlags{MetricsConfig: "m.yaml", Server: prometheusServerFlags{Prometheus: "http://p:9090"}, Events: events}
		require.Equal(t, map[string]string{"events": events, "metrics-config": "m.yaml", "prometheus": "http://p:9090"}, both.settings())
	})
	for series, want := range map[string]string{
		"acme":              `is for the series "acme"; write series_id as tenant/metric`,
		"acme/happiness":    `is for the series "acme/happiness"`,
		"a cme/cpu":         `is for the series "a cme/cpu"`,
		"acme/request_rate": "",
	} {
		t.Run("an event of the series "+series, func(t *testing.T) {
			_, err := monitoringFlags{Events: fileOf(t, "events.csv", "name,from,until,series_id\nsale,2026-11-27,,"+series+"\n")}.events()
			if want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, want)
		})
	}
}
