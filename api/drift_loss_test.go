package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
	"github.com/omnicloud/omnicloud/domain/drifthistory"
	"github.com/omnicloud/omnicloud/domain/driftwatch"
	"github.com/omnicloud/omnicloud/domain/infra"
	"github.com/omnicloud/omnicloud/domain/remediation"
	"github.com/omnicloud/omnicloud/internal/postgres"
)

// renamed are buckets of a tenant whose tag somebody changed.
func renamed(tenant string, count int) func(func(infra.Resource) bool) {
	return func(yield func(infra.Resource) bool) {
		for i := range count {
			if !yield(infra.Resource{
				ID: fmt.Sprintf("%s-%02d", tenant, i), Type: "AWS::S3::Bucket", TenantID: tenant,
				Desired: json.RawMessage(`{"Tags":[{"Key":"team","Value":"web"}]}`),
				Actual:  json.RawMessage(`{"Tags":[{"Key":"team","Value":"by hand"}]}`),
			}) {
				return
			}
		}
	}
}

func TestAListingThatIsSuddenlyEmptyIsNotBelieved(t *testing.T) {
	s := newDriftStage(t, func(policy *remediation.Policy) { policy.Limits.OpenedPerScan = 2 })
	s.post(t, "/v1/tenants/lonely/drift-scans", "operator", "", http.StatusNotFound)
	s.holds(t, renamed("lonely", 5)) // it is known by what it runs alone
	s.expect(t, put("/v1/tenants/lonely/drift-modes", "operator", `{"items":[{"resource_type":"*","mode":"propose"}]}`, "Content-Type", "application/json"), http.StatusOK)
	whole := s.scans(t, "lonely", "")
	require.Equal(t, driftwatch.ScanComplete, whole.State, whole.Reason)
	require.Equal(t, map[string]int64{"AWS::S3::Bucket": 5}, whole.Running)
	require.EqualValues(t, 2, whole.Opened)
	require.EqualValues(t, 3, whole.Deferred, "what is beyond the limit is told")

	_, err := s.pool.Exec(t.Context(), "UPDATE resources SET state = 'deleted' WHERE tenant_id = 'lonely'")
	require.NoError(t, err)
	lossy := s.scans(t, "lonely", "")
	require.Equal(t, driftwatch.ScanPartial, lossy.State)
	require.Contains(t, lossy.Reason, "running resources fell from 5 at scan "+whole.ScanID+" to 0")
	require.Zero(t, lossy.Resolved)
	require.Zero(t, lossy.Opened)
	open := decode[api.DriftGroupPage](t, s.get(t, "/v1/drifts?tenant=lonely", "auditor", http.StatusOK))
	require.EqualValues(t, 5, open.Items[0].Resources, "nothing is taken for gone")

	confirm := fmt.Sprintf(`{"confirms":%q,"reason":"the account was closed"}`, lossy.ScanID)
	t.Run("without a reason nothing is confirmed, nor is a reason taken for nothing", func(t *testing.T) {
		for _, body := range []string{fmt.Sprintf(`{"confirms":%q}`, lossy.ScanID), `{"reason":"x"}`, fmt.Sprintf(`{"confirms":%q,"reason":" "}`, lossy.ScanID)} {
			s.post(t, "/v1/tenants/lonely/drift-scans", "operator", body, http.StatusBadRequest)
		}
		s.post(t, "/v1/tenants/lonely/drift-scans", "operator", `{"confirms":"none","reason":"x"}`, http.StatusNotFound)
		s.post(t, "/v1/tenants/lonely/drift-scans", "operator", fmt.Sprintf(`{"confirms":%q,"reason":"x"}`, whole.ScanID), http.StatusConflict)
	})
	t.Run("confirmed, it is believed, and who said so is on record", func(t *testing.T) {
		believed := s.scans(t, "lonely", confirm)
		require.Equal(t, driftwatch.ScanComplete, believed.State, believed.Reason)
		require.Equal(t, lossy.ScanID, believed.Confirms)
		require.EqualValues(t, 5, believed.Resolved)
		entries, err := postgres.NewDriftHistory(s.pool).Entries(t.Context(), drifthistory.Filter{TenantID: "lonely", Kinds: []drifthistory.Kind{drifthistory.LossConfirmed}}, drifthistory.Position{}, 10)
		require.NoError(t, err)
		require.Len(t, entries, 1)
		require.Equal(t, "operator", entries[0].Subject)
		require.Contains(t, string(entries[0].Document), "the account was closed")
		s.post(t, "/v1/tenants/lonely/drift-scans", "operator", confirm, http.StatusConflict)
	})
	t.Run("of a tenant that left it is believed without a word", func(t *testing.T) {
		s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan,active_until\nleaver,free,2026-01-01T00:00:00Z\n", http.StatusCreated, "Content-Type", "text/csv")
		s.holds(t, renamed("leaver", 3))
		require.EqualValues(t, 3, s.scans(t, "leaver", "").News)
		_, err := s.pool.Exec(t.Context(), "UPDATE resources SET state = 'deleted' WHERE tenant_id = 'leaver'")
		require.NoError(t, err)
		gone := s.scans(t, "leaver", "")
		require.Equal(t, driftwatch.ScanComplete, gone.State, gone.Reason)
		require.EqualValues(t, 3, gone.Resolved)
	})
}
