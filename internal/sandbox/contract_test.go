package sandbox_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/internal/sandbox"
)

// described loads a service's description and checks that it is valid OpenAPI.
func described(t *testing.T, service string) (*openapi3.T, routers.Router) {
	t.Helper()
	text, err := sandbox.OpenAPI(service)
	require.NoError(t, err)
	document, err := openapi3.NewLoader().LoadFromData(text)
	require.NoError(t, err)
	require.NoError(t, document.Validate(t.Context()))
	router, err := legacy.NewRouter(document)
	require.NoError(t, err)
	return document, router
}

// exchange makes a request, and checks both it and its answer against the description.
func (s *server) exchange(t *testing.T, router routers.Router, method, path, body string, header map[string]string) (route string, response *http.Response, text string) {
	t.Helper()
	address, err := url.Parse(path)
	require.NoError(t, err)
	request := &http.Request{Method: method, URL: address, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		request.Header.Set(name, value)
	}
	operation, parameters, err := router.FindRoute(request)
	require.NoError(t, err, "%s %s", method, path)
	input := &openapi3filter.RequestValidationInput{Request: request, PathParams: parameters, Route: operation}
	require.NoError(t, openapi3filter.ValidateRequest(t.Context(), input), "%s %s", method, path)

	response, text = s.call(t, method, path, body, header)
	err = openapi3filter.ValidateResponse(t.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: response.StatusCode, Header: response.Header,
		Body:    io.NopCloser(bytes.NewReader([]byte(text))),
		Options: &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	})
	require.NoError(t, err, "%s %s answered %d %.600s", method, path, response.StatusCode, text)
	return operation.Path, response, text
}

const (
	samplePosting    = `{"book":"main","period":"2026-09","revision":1,"page":1,"pages":1,"lines":[{"account":"acme","currency":"USD","amount":"12.34"},{"account":"@rounding","currency":"USD","amount":"-0.01"}]}`
	sampleEvent      = `{"kind":"period.awaiting_approval","severity":"info","tenant_id":"acme","summary":"September waits","details":{"period":"2026-09"}}`
	sampleEscalation = `{"resource_id":"lb-meridian-5","resource_type":"load_balancer","tenant_id":"meridian","severity":"critical","summary":"open to the world","config_paths":["ingress[2].cidr"]}`
)

const (
	sampleResource = `{"resource_id":"contract-1","resource_type":"AWS::EC2::Instance","tenant_id":"acme","desired":{"n":1},"actual":{"n":1},"depends_on":["vpc-acme"]}`
	sampleUpdate   = `{"side":"actual","changes":[{"path":"n","value":2},{"path":"m","remove":true}]}`
)

const sampleRecommendation = `{"recommendation_id":"rec-1","tenant_id":"acme","resource_type":"storage","metric":"storage_used_gb","urgency":"scheduled",` +
	`"current_capacity":100,"recommended_capacity":150,"change":50,"confidence":0.7,"reason":"it grows","projected_exhaustion_date":"2026-12-24T00:00:00Z",` +
	`"order_by":"2026-12-10T00:00:00Z","estimated_monthly_cost_delta":"4.00","currency":"USD","placement":{"placed":50,"spots":[{"pool":"eu-1a","amount":50}]},"withdrawn":false}`

// exchanges has at least one for every operation that the descriptions promise.
var exchanges = map[string][]struct{ method, path, body string }{
	"tenants": {{"GET", "/tenants/v1/tenants", ""}},
	"billing": {
		{"GET", "/billing/v1/charges?period=2026-09&limit=5000", ""},
		{"GET", "/billing/v1/charges?period=2026-01&limit=7", ""},
		{"GET", "/billing/v1/control-totals?period=2026-09", ""},
		{"GET", "/billing/v1/reservations", ""},
		{"GET", "/billing/v1/reservations?tenant_id=acme", ""},
		{"GET", "/billing/v1/rates", ""},
		{"GET", "/billing/v1/capacity-prices", ""},
		{"GET", "/billing/v1/exchange-rates?period=2026-09", ""},
		{"POST", "/billing/v1/postings", samplePosting},
		{"GET", "/billing/v1/postings?book=main&period=2026-09", ""},
	},
	"compute": {
		{"GET", "/compute/v1/usage?period=2026-09&limit=5000", ""},
		{"GET", "/compute/v1/hourly-usage?tenant_id=acme&metric=cpu_utilization&limit=30", ""},
		{"GET", "/compute/v1/ownership", ""},
		{"GET", "/compute/v1/resources?tenant_id=acme&type=vm&type=bucket", ""},
		{"GET", "/compute/v1/capacity", ""},
		{"GET", "/compute/v1/estate?tenant_id=acme", ""},
		{"GET", "/compute/v1/scheduler/placement?tenant_id=acme&resource_type=storage&amount=7500.5", ""},
		{"POST", "/compute/v1/capacity-recommendations", sampleRecommendation},
		{"GET", "/compute/v1/capacity-recommendations?tenant_id=acme", ""},
	},
	"state": {
		{"GET", "/state/v1/resources?limit=1000", ""},
		{"GET", "/state/v1/resources?state=active&state=failed&limit=2", ""},
		{"POST", "/state/v1/resources", sampleResource},
		{"GET", "/state/v1/resources/contract-1", ""},
		{"PATCH", "/state/v1/resources/contract-1", sampleUpdate},
		{"GET", "/state/v1/resources/contract-1/drift", ""},
		{"GET", "/state/v1/resources/contract-1/transitions?limit=3", ""},
		{"DELETE", "/state/v1/resources/contract-1", ""},
	},
	"monitor": {
		{"POST", "/monitor/v1/events", sampleEvent},
		{"GET", "/monitor/v1/events?kind=period.awaiting_approval", ""},
	},
	"compliance": {
		{"POST", "/compliance/v1/escalations", sampleEscalation},
		{"GET", "/compliance/v1/escalations?tenant_id=meridian", ""},
	},
	"sandbox": {
		{"PUT", "/sandbox/v1/faults", `{"route":"GET /billing/v1/rates","latency_ms":1,"error_rate":0.5,"status":502,"times":1}`},
		{"GET", "/sandbox/v1/faults", ""},
		{"DELETE", "/sandbox/v1/faults", ""},
		{"GET", "/sandbox/v1/requests?route=GET+/billing/v1/rates", ""},
		{"PUT", "/sandbox/v1/control-totals", `{"period":"2026-09","billing_account_id":"111122223333","invoice_id":"INV-202609-1111","currency":"USD","billed_cost":"1"}`},
		{"DELETE", "/sandbox/v1/control-totals", ""},
		{"POST", "/sandbox/v1/drift", `{"resource_id":"vm-zephyr-1","kind":"tags","again":2}`},
		{"DELETE", "/sandbox/v1/drift", ""},
		{"GET", "/healthz", ""},
		{"GET", "/readyz", ""},
	},
}

// versions are those that the writes of one resource are bound to.
var versions = map[string]string{http.MethodPatch: `"1"`, http.MethodDelete: `"2"`}

func testContract(t *testing.T, s *server) {
	for service, list := range exchanges {
		t.Run(service, func(t *testing.T) {
			document, router := described(t, service)
			promised := map[string]bool{}
			for path, item := range document.Paths.Map() {
				for method := range item.Operations() {
					promised[method+" "+strings.TrimSuffix(document.Servers[0].URL, "/")+path] = true
				}
			}
			for _, e := range list {
				header := map[string]string{"X-Correlation-ID": "contract", "X-Service-Name": "test"}
				if e.method != http.MethodGet {
					header["Idempotency-Key"] = "contract-" + e.method
				}
				if version, bound := versions[e.method]; bound && service == "state" {
					header["If-Match"] = version
				}
				route, response, text := s.exchange(t, router, e.method, e.path, e.body, header)
				require.Less(t, response.StatusCode, 300, text)
				delete(promised, e.method+" "+strings.TrimSuffix(document.Servers[0].URL, "/")+route)
			}
			require.Empty(t, promised, "promised and not exchanged")
		})
	}
	t.Run("refusals follow the description too", func(t *testing.T) {
		_, router := described(t, "billing")
		key := map[string]string{"Idempotency-Key": "contract-" + http.MethodPost}
		other := strings.Replace(samplePosting, "12.34", "12.35", 1)
		_, response, _ := s.exchange(t, router, http.MethodPost, "/billing/v1/postings", other, key)
		require.Equal(t, http.StatusUnprocessableEntity, response.StatusCode)
		s.fault(t, `{"route":"GET /billing/*","retry_after_s":7}`)
		_, response, _ = s.exchange(t, router, http.MethodGet, "/billing/v1/rates", "", nil)
		require.Equal(t, http.StatusTooManyRequests, response.StatusCode)
		require.Equal(t, "7", response.Header.Get("Retry-After"))
	})
	t.Run("every description is served", func(t *testing.T) {
		for service := range exchanges {
			response, text := s.call(t, http.MethodGet, "/"+service+"/openapi.yaml", "", nil)
			require.Equal(t, http.StatusOK, response.StatusCode)
			stored, err := sandbox.OpenAPI(service)
			require.NoError(t, err)
			require.Equal(t, string(stored), text)
		}
	})
}
