package serviceclient

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/otel/propagation"
)

// withTrace starts a client span and sends traceparent. The propagator is named here because
// OpenTelemetry's global one does nothing until a program sets it, and a trace that arrived with a
// request has to go on even where no exporter is configured.
func withTrace(next http.RoundTripper) http.RoundTripper {
	return otelhttp.NewTransport(next, otelhttp.WithPropagators(propagation.TraceContext{}))
}
