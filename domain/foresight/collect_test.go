package foresight

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
	"github.com/omnicloud/omnicloud/domain/forecast/event"
)

// latestOnly is a store that knows no more than the last hour of each series.
type latestOnly struct {
	UsageStore
	latest map[forecast.ResourceMetric]time.Time
}

func (l latestOnly) Hours(context.Context, Key, time.Time, time.Time) ([]Hour, error) {
	return nil, nil
}

func (l latestOnly) Latest(_ context.Context, key Key) (time.Time, error) {
	return l.latest[key.Metric], nil
}

// asked is a meter that notes what it is asked, and has measured nothing.
type asked map[forecast.ResourceMetric]time.Time

func (a asked) HourlyUsage(_ context.Context, _ string, metric forecast.ResourceMetric, since time.Time) ([]Usage, error) {
	a[metric] = since
	return nil, nil
}

// stated is what operators state of some metrics.
type stated []forecast.ResourceMetric

func (s stated) Terms(_ context.Context, keys []Key) (map[Key]Terms, error) {
	terms := map[Key]Terms{}
	for _, key := range keys {
		if slices.Contains(s, key.Metric) {
			terms[key] = Terms{Key: key}
		}
	}
	return terms, nil
}

func (stated) Events(context.Context) ([]event.Event, error) { return nil, nil }

func TestCollect(t *testing.T) {
	lastNight, oldest := tonight.AddDate(0, 0, -1), tonight.Add(-Lookback)
	kept := map[forecast.ResourceMetric]time.Time{}
	collect := func(t *testing.T, gauged ...forecast.ResourceMetric) asked {
		t.Helper()
		questions := asked{}
		trainer := Trainer{Usage: latestOnly{latest: kept}, Meter: questions, Statements: stated(gauged)}
		require.NoError(t, trainer.Collect(t.Context(), tonight, "granite"))
		return questions
	}
	t.Run("a tenant of whom nothing is kept is asked for once, and for all that counts", func(t *testing.T) {
		require.Equal(t, asked{"": oldest}, collect(t))
	})
	for _, metric := range forecast.ResourceMetrics() {
		kept[metric] = lastNight
	}
	t.Run("metrics that were kept until the same hour are asked for together", func(t *testing.T) {
		require.Equal(t, asked{"": lastNight}, collect(t))
	})
	t.Run("a metric that a tenant never had does not bring back the past of the others", func(t *testing.T) {
		delete(kept, forecast.InstanceCount)
		questions := collect(t)
		require.Len(t, questions, len(forecast.ResourceMetrics()))
		require.Equal(t, oldest, questions[forecast.InstanceCount])
		require.Equal(t, lastNight, questions[forecast.CPUUtilization])
	})
	t.Run("a metric that a gauge measures is left to it, and does not keep the others apart", func(t *testing.T) {
		require.Equal(t, asked{"": lastNight}, collect(t, forecast.InstanceCount))
		require.Empty(t, collect(t, forecast.ResourceMetrics()...))
	})
	t.Run("nor does a forecast on demand ask the meter for one", func(t *testing.T) {
		for gauged, want := range map[forecast.ResourceMetric]asked{
			forecast.RequestRate: {forecast.CPUUtilization: lastNight}, forecast.CPUUtilization: {},
		} {
			questions := asked{}
			desk := Desk{Usage: latestOnly{latest: kept}, Meter: questions, Statements: stated{gauged}, Now: func() time.Time { return tonight }}
			_, err := desk.History(t.Context(), Key{"granite", forecast.CPUUtilization}, forecast.Hourly)
			require.NoError(t, err)
			require.Equal(t, want, questions)
		}
	})
}
