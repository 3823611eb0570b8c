package api_test

import (
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/api"
)

func TestSharedCosts(t *testing.T) {
	s := newStage(t)
	upload := []string{"Content-Type", "text/csv"}
	s.post(t, "/v1/imports?kind=tenants", "operator", "tenant_id,plan,weight\nacme,standard,1\nglobex,enterprise,3\nidle,free,0\n", http.StatusCreated, upload...)
	s.post(t, "/v1/imports?kind=usage&period=2025-09", "operator",
		"tenant_id,category,quantity\nacme,compute,2\nglobex,compute,1\nglobex,storage,5\n", http.StatusCreated, upload...)

	ask := func(t *testing.T, fields string) (map[string]string, api.SharedCostResult) {
		t.Helper()
		body := `{"amount":"100.01","currency":"USD","category":"compute","period":"2025-09"` + fields + `}`
		result := decode[api.SharedCostResult](t, s.post(t, sharedPath, "operator", body, http.StatusOK))
		amounts, sum := map[string]string{}, money("0")
		for _, allocated := range result.Allocations {
			amounts[allocated.TenantID] = allocated.Amount.String()
			sum = sum.Add(allocated.Amount)
		}
		require.Equal(t, "100.01", sum.String(), "no rounding loss")
		return amounts, result
	}
	for name, c := range map[string]struct {
		fields string
		wanted map[string]string
	}{
		"by usage of the category": {``, map[string]string{"acme": "66.67", "globex": "33.34", "idle": "0"}},
		"by weighted usage":        {`,"weights":{"compute":"0.7","storage":"0.3"}`, map[string]string{"acme": "46.67", "globex": "53.34", "idle": "0"}},
		"equally":                  {`,"strategy":"equal"`, map[string]string{"acme": "33.34", "globex": "33.34", "idle": "33.33"}},
		"by plan":                  {`,"strategy":"tiered"`, map[string]string{"acme": "20", "globex": "80.01", "idle": "0"}},
		"by the tenants' weights":  {`,"strategy":"custom"`, map[string]string{"acme": "25", "globex": "75.01", "idle": "0"}},
		"by weights given":         {`,"strategy":"custom","weights":{"idle":"1"}`, map[string]string{"acme": "0", "globex": "0", "idle": "100.01"}},
	} {
		t.Run(name, func(t *testing.T) {
			amounts, result := ask(t, c.fields)
			require.Equal(t, c.wanted, amounts)
			require.Equal(t, api.None, result.Fallback)
			require.Equal(t, "lrm-1", result.AllocationVersion)
		})
	}
	t.Run("without usage everyone bears the same, and the result says so", func(t *testing.T) {
		_, result := ask(t, `,"weights":{"network":"1"}`)
		require.Equal(t, api.Equal, result.Fallback)
	})
	for name, fields := range map[string]string{
		"weights that do not sum to 1":  `,"weights":{"compute":"0.7"}`,
		"weights of no category":        `,"weights":{"gold":"1"}`,
		"weights of no tenant":          `,"strategy":"custom","weights":{"nobody":"1"}`,
		"weights of no plan":            `,"strategy":"tiered","weights":{"gold":"1"}`,
		"weights for an equal division": `,"strategy":"equal","weights":{"acme":"1"}`,
		"negative weights":              `,"strategy":"custom","weights":{"acme":"-1"}`,
	} {
		t.Run(name+" are refused", func(t *testing.T) {
			body := `{"amount":"1","currency":"USD","category":"compute","period":"2025-09"` + fields + `}`
			refused := s.post(t, sharedPath, "operator", body, http.StatusBadRequest).problem(t)
			require.Contains(t, *refused.Errors[0].Pointer, "/weights")
		})
	}
}
