package serviceclient

import (
	"net/http"

	"github.com/omnicloud/omnicloud/domain/correlation"
)

// The headers that the chain sets.
const (
	headerService        = "X-Service-Name"
	headerCorrelation    = "X-Correlation-ID"
	headerTenant         = "X-Tenant-ID"
	headerIdempotencyKey = "Idempotency-Key"
	headerIfMatch        = "If-Match"
)

// withHeaders says who calls, for which request and for which tenant. A context without a
// correlation id sends none: one made here would look like a trail and lead nowhere.
func withHeaders(next http.RoundTripper, serviceName string) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		ctx := request.Context()
		forwarded := request.Clone(ctx) // a RoundTripper must not change the request it was given
		forwarded.Header.Set(headerService, serviceName)
		if id := correlation.ID(ctx); id != "" {
			forwarded.Header.Set(headerCorrelation, id)
		}
		if tenant := correlation.Tenant(ctx); tenant != "" {
			forwarded.Header.Set(headerTenant, tenant)
		}
		return next.RoundTrip(forwarded)
	})
}
