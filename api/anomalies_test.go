package api_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/allocation"
	"github.com/omnicloud/omnicloud/domain/anomaly"
	"github.com/omnicloud/omnicloud/domain/outbox"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

func TestAnomalies(t *testing.T) {
	s := newStage(t)
	var found []allocation.CostAnomaly
	for i, id := range []string{"anomaly-a", "anomaly-b", "anomaly-c"} {
		day := september.Start().AddDate(0, 0, i)
		found = append(found, allocation.CostAnomaly{
			AnomalyID: id, TenantID: "acme", Rule: "daily", Severity: "high", Currency: "USD", PeriodStart: day, PeriodEnd: day.AddDate(0, 0, 1),
			Actual: decimal.New(int64(100*i+150), 0), Expected: decimal.New(100, 0), Impact: decimal.New(int64(100*i+50), 0),
			SuggestedCauses: []string{"category compute rose"}, Causes: []anomaly.Cause{}, DetectedAt: time.Now(),
		})
	}
	_, err := postgres.NewAnomalies(s.pool).Settle(t.Context(), "main", september, found, func(one allocation.CostAnomaly, _ int) (outbox.Message, error) {
		return outbox.Message{Topic: outbox.TopicMonitorEvent, Key: one.AnomalyID, Payload: []byte(`{}`)}, nil
	})
	require.NoError(t, err)

	t.Run("pages hold each once, the latest day first", func(t *testing.T) {
		var ids []string
		cursor := ""
		for {
			page := decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies?limit=2&cursor="+cursor, "auditor", http.StatusOK))
			for _, one := range page.Items {
				ids = append(ids, one.AnomalyID)
			}
			if cursor = page.NextCursor; cursor == "" {
				break
			}
		}
		require.Equal(t, []string{"anomaly-c", "anomaly-b", "anomaly-a"}, ids)
	})
	t.Run("a least impact narrows", func(t *testing.T) {
		page := decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies?min_impact=150", "operator", http.StatusOK))
		require.Len(t, page.Items, 2)
		require.Equal(t, "main", page.Items[0].Book)
	})
	t.Run("a restated month shows what was withdrawn", func(t *testing.T) {
		_, err := postgres.NewAnomalies(s.pool).Settle(t.Context(), "main", september, found[:2], func(one allocation.CostAnomaly, _ int) (outbox.Message, error) {
			return outbox.Message{Topic: outbox.TopicMonitorEvent, Key: one.AnomalyID + ":withdrawn", Payload: []byte(`{}`)}, nil
		})
		require.NoError(t, err)
		page := decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies?state=withdrawn", "auditor", http.StatusOK))
		require.Len(t, page.Items, 1)
		require.Equal(t, "anomaly-c", page.Items[0].AnomalyID)
		require.Equal(t, allocation.AnomalyWithdrawn, page.Items[0].State)
		require.False(t, page.Items[0].WithdrawnAt.IsZero())
		page = decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies?state=standing", "auditor", http.StatusOK))
		require.Len(t, page.Items, 2)
		page = decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies", "auditor", http.StatusOK))
		require.Len(t, page.Items, 2, "those that stand are meant")
		page = decode[api.AnomalyPage](t, s.get(t, "/v1/anomalies?state=all", "auditor", http.StatusOK))
		require.Len(t, page.Items, 3)
		s.get(t, "/v1/anomalies?state=gone", "auditor", http.StatusBadRequest)
	})
	t.Run("tenants ask for their own, judged by their past", func(t *testing.T) {
		s.get(t, "/v1/anomalies", "tenant:acme", http.StatusForbidden)
		s.get(t, "/v1/tenants/globex/anomalies", "tenant:acme", http.StatusNotFound)
		s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan\nacme,free\n", http.StatusCreated, "Content-Type", "text/csv")
		own := decode[api.TenantAnomalies](t, s.get(t, "/v1/tenants/acme/anomalies?lookback_periods=3&current_period_cost=900", "tenant:acme", http.StatusOK))
		require.Empty(t, own.Items, "nothing is known of a past")
		require.Len(t, own.Days, 2, "what the watch has on record, and stands")
		s.get(t, "/v1/tenants/acme/anomalies?current_period_cost=-1", "tenant:acme", http.StatusBadRequest)
		s.get(t, "/v1/tenants/acme/anomalies?lookback_periods=1", "tenant:acme", http.StatusBadRequest)
	})
}
