// Package serviceclient talks to the platform's services: tenants, billing, compute, state,
// monitor and compliance. All calls go through one chain of transports, from the caller inwards:
//
//	trace        a client span, and traceparent for the callee
//	headers      X-Service-Name, X-Correlation-ID and X-Tenant-ID of the context
//	body limit   a response is never read beyond its limit
//	breaker      one per service; refuses at once while the service is known to be down
//	observation  each call that is made, with its outcome and its time
//	deadline     no call, its response's body included, outlives it
//	network      pooled connections
//
// There is no retry here: Temporal is the only thing that retries, and it is told by the error
// whether that can help and after how long.
package serviceclient
