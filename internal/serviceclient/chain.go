package serviceclient

import (
	"net"
	"net/http"
	"time"
)

// roundTripper lets a function be a link of the chain.
type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip calls the function.
func (f roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return f(request) }

// chain puts the links together for one service, in the order that the package comment gives.
func chain(service string, options Options, b *breaker) http.RoundTripper {
	link := options.Network
	link = withDeadline(link, options.Timeout)
	if options.Observe != nil {
		link = withObservation(link, service, options.Observe)
	}
	link = withBreaker(link, b)
	link = withBodyLimit(link, options.MaxBody)
	link = withHeaders(link, options.ServiceName)
	return withTrace(link)
}

// newPool returns the end of the chain. It has no time limit on a whole exchange, which is the
// deadline's, but gives up early on a peer that does not even accept a connection.
func newPool() *http.Transport {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second}
	return &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       60 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ExpectContinueTimeout: time.Second,
		ReadBufferSize:        64 << 10,
	}
}
