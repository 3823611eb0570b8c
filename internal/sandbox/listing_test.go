package sandbox_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/closing"
	"github.com/omnicloud/omnicloud/internal/postgres/postgrestest"
	"github.com/omnicloud/omnicloud/internal/sandbox/sample"
)

// charges reads all pages of a month at a page size.
func (s *server) charges(t *testing.T, month string, limit int) closing.ChargePage {
	t.Helper()
	var whole closing.ChargePage
	for cursor := ""; ; {
		var page closing.ChargePage
		s.get(t, fmt.Sprintf("/billing/v1/charges?period=%s&limit=%d&cursor=%s", month, limit, cursor), &page)
		whole.Charges, whole.Total = append(whole.Charges, page.Charges...), page.Total
		if cursor = page.Next; cursor == "" {
			return whole
		}
	}
}

func testListings(t *testing.T, s *server) {
	data := sample.New(sample.DefaultSeed)

	t.Run("pages of any size hold the same charges in the same order", func(t *testing.T) {
		september := data.Months[len(data.Months)-1]
		whole := s.charges(t, "2026-09", 10_000)
		require.Len(t, whole.Charges, len(september.Charges))
		require.EqualValues(t, len(september.Charges), whole.Total)
		require.Equal(t, whole, s.charges(t, "2026-09", 97))
		for i, charge := range whole.Charges {
			require.EqualValues(t, i+1, charge.SourceRow)
		}
	})
	t.Run("control totals are the sums of the charges, to the last digit", func(t *testing.T) {
		for _, month := range sample.Months() {
			sums := map[string]decimal.Decimal{}
			for _, charge := range s.charges(t, month.String(), 5000).Charges {
				key := charge.BillingAccountID + " " + charge.InvoiceID + " " + charge.Currency
				sums[key] = sums[key].Add(charge.BilledCost)
			}
			var totals struct {
				ControlTotals []closing.ControlTotal `json:"control_totals"`
			}
			s.get(t, "/billing/v1/control-totals?period="+month.String(), &totals)
			require.Len(t, totals.ControlTotals, len(sums))
			for _, total := range totals.ControlTotals {
				charged := sums[total.BillingAccountID+" "+total.InvoiceID+" "+total.Currency]
				require.True(t, charged.Equal(total.BilledCost), "%s %s: charged %s, total %s", month, total.InvoiceID, charged, total.BilledCost)
			}
		}
	})
	t.Run("a month without charges is an empty list", func(t *testing.T) {
		page := s.charges(t, "2019-01", 10)
		require.Empty(t, page.Charges)
		require.Zero(t, page.Total)
	})
	t.Run("state resources are narrowed by tenant and type", func(t *testing.T) {
		var page struct {
			Resources []struct {
				TenantID string `json:"tenant_id"`
				Type     string `json:"resource_type"`
			}
			Total int
		}
		s.get(t, "/state/v1/resources?tenant_id=acme&type=AWS::EC2::Instance&type=AWS::RDS::DBInstance&limit=2", &page)
		require.Equal(t, 3, page.Total)
		require.Len(t, page.Resources, 2)
		for _, resource := range page.Resources {
			require.Equal(t, "acme", resource.TenantID)
			require.Contains(t, []string{"AWS::EC2::Instance", "AWS::RDS::DBInstance"}, resource.Type)
		}
	})
}

func testListingRefusals(t *testing.T, s *server) {
	for name, path := range map[string]string{
		"a month that is none":           "/billing/v1/charges?period=September",
		"no month":                       "/compute/v1/usage",
		"a limit of zero":                "/tenants/v1/tenants?limit=0",
		"a limit beyond the largest":     "/tenants/v1/tenants?limit=10001",
		"a limit that is no number":      "/tenants/v1/tenants?limit=all",
		"a cursor from somewhere else":   "/tenants/v1/tenants?cursor=MTIzNA%3D%3D",
		"a cursor that is no row number": "/tenants/v1/tenants?cursor=LTU",
		"an estate of nobody":            "/compute/v1/estate",
	} {
		t.Run(name, func(t *testing.T) {
			response, body := s.call(t, http.MethodGet, path, "", map[string]string{"X-Correlation-ID": "req-7"})
			require.Equal(t, http.StatusBadRequest, response.StatusCode)
			require.Equal(t, "application/problem+json", response.Header.Get("Content-Type"))
			require.Contains(t, body, `"code":"invalid_input"`)
			require.Contains(t, body, `"correlation_id":"req-7"`)
		})
	}
	for name, path := range map[string]string{
		"a path that is not served":               "/billing/v2/charges",
		"an estate of a tenant that is not known": "/compute/v1/estate?tenant_id=nobody",
	} {
		t.Run(name, func(t *testing.T) {
			response, body := s.call(t, http.MethodGet, path, "", nil)
			require.Equal(t, http.StatusNotFound, response.StatusCode)
			require.Contains(t, body, `"code":"not_found"`)
		})
	}
}

func TestSeeding(t *testing.T) {
	url := postgrestest.URL(t)
	began := time.Now()
	first := startOn(t, url)
	took := time.Since(began)
	t.Logf("the first start took %s", took)
	require.Less(t, took, 10*time.Second, "seeding takes about a second on an idle machine")
	before := first.charges(t, "2026-01", 5000)

	t.Run("a second start on the same database changes nothing", func(t *testing.T) {
		second := startOn(t, url)
		require.Equal(t, before, second.charges(t, "2026-01", 5000))
	})
}
