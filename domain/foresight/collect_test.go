package foresight

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/forecast"
)

// latestOnly is a store of which no more is asked than the last hour of each series.
type latestOnly struct {
	UsageStore
	latest map[forecast.ResourceMetric]time.Time
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

func TestCollect(t *testing.T) {
	lastNight, oldest := tonight.AddDate(0, 0, -1), tonight.Add(-Lookback)
	kept := map[forecast.ResourceMetric]time.Time{}
	collect := func(t *testing.T) asked {
		t.Helper()
		questions := asked{}
		trainer := Trainer{Usage: latestOnly{latest: kept}, Meter: questions}
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
}
