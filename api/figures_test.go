package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/domain/period"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestMetricsOfClosesMessagesAndForecasts(t *testing.T) {
	s := newStage(t)
	require.NoError(t, postgres.NewOutbox(s.pool).Notify(t.Context(), outbox.Message{Topic: outbox.TopicNotification, Key: "k", Payload: []byte(`{}`)}))
	september := period.New(2025, time.September)
	_, _, err := s.periods.OpenAttempt(t.Context(), closing.OpenRequest{Book: "main", Period: september, RequestedBy: "olga", Now: september.End().AddDate(0, 0, 9)})
	require.NoError(t, err)
	metrics := s.get(t, "/metrics", "", http.StatusOK).body
	for _, line := range []string{
		`omnicloud_periods{book="main",state="closing"} 1`,
		`omnicloud_periods{book="main",state="closed"} 0`,
		`omnicloud_outbox_messages{topic="notification"} 1`,
		`omnicloud_outbox_messages{topic="billing.posting"} 0`,
		`omnicloud_capacity_alerts{severity="critical"} 0`,
	} {
		require.Contains(t, metrics, line)
	}
	require.Regexp(t, `omnicloud_outbox_oldest_timestamp_seconds\{topic="notification"\} 1\.\d+e\+09`, metrics)
	for _, missing := range []string{"omnicloud_approval_", "omnicloud_last_close_", "omnicloud_forecast_night_"} {
		require.NotContains(t, metrics, missing, "there was none yet")
	}
}
