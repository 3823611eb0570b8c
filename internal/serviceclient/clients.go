package serviceclient

import (
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// The services by name, as they appear in errors, logs and breaker states.
const (
	serviceTenants    = "tenants"
	serviceBilling    = "billing"
	serviceCompute    = "compute"
	serviceState      = "state"
	serviceMonitor    = "monitor"
	serviceCompliance = "compliance"
)

// The defaults of Options.
const (
	// DefaultTimeout leaves a slow page of charges room and still frees a worker from a callee that hangs.
	DefaultTimeout = 30 * time.Second
	// DefaultMaxBody holds a page of 5,000 charges (about 4 MB) several times over.
	DefaultMaxBody = 32 << 20
	// DefaultPageSize is how many charges, usage records or owners one page asks for.
	DefaultPageSize = 5000
)

// URLs are the base addresses of the services, such as http://127.0.0.1:8090/billing; routes such as
// /v1/charges are below them.
type URLs struct {
	Tenants    string
	Billing    string
	Compute    string
	State      string
	Monitor    string
	Compliance string
}

// URLsUnder returns the addresses of services that one server offers side by side, each under its
// own name, as the sandbox does.
func URLsUnder(base string) URLs {
	at := func(service string) string {
		joined, err := url.JoinPath(base, service)
		if err != nil {
			return base // New reports what is wrong with it
		}
		return joined
	}
	return URLs{
		Tenants: at(serviceTenants), Billing: at(serviceBilling), Compute: at(serviceCompute),
		State: at(serviceState), Monitor: at(serviceMonitor), Compliance: at(serviceCompliance),
	}
}

// Options configure the clients. Zero values mean the defaults.
type Options struct {
	// ServiceName says who calls, in X-Service-Name; "omnicloud" by default.
	ServiceName string
	// URLs must all be given: a missing one would show only when its first call fails.
	URLs URLs
	// Timeout bounds one call from dialling to the last byte of the response.
	Timeout time.Duration
	// MaxBody bounds a response's body, in bytes after decompression.
	MaxBody int64
	// PageSize is how many items a page asks for; the service may give fewer.
	PageSize int
	// Breaker holds for each service by itself.
	Breaker BreakerSettings
	// Observe is told of every call that was made, by service: the status of its answer, 0 where none
	// came, and the time until it began. Calls that a breaker refused are not made. Nil tells nobody.
	Observe func(service string, status int, took time.Duration)
	// Logger hears of breakers that change state, and of nothing else: errors are logged by whoever
	// handles them.
	Logger *slog.Logger
	// Network carries the requests at the end of the chain; nil means a pool of connections that
	// Close closes.
	Network http.RoundTripper
}

// Clients holds a client per service. All methods may be used concurrently.
type Clients struct {
	Tenants    *Tenants
	Billing    *Billing
	Compute    *Compute
	State      *State
	Monitor    *Monitor
	Compliance *Compliance

	breakers map[string]*breaker
	// pool is nil where the caller brought a network of its own, which is not this package's to close.
	pool *http.Transport
}

// New makes the clients. It opens no connection; an address that is no absolute http or https URL
// is an InvalidInput error.
func New(options Options) (*Clients, error) {
	options = options.withDefaults()
	clients := &Clients{}
	if options.Network == nil {
		clients.pool = newPool()
		options.Network = clients.pool
	}
	bases := []struct{ name, address string }{
		{serviceTenants, options.URLs.Tenants},
		{serviceBilling, options.URLs.Billing},
		{serviceCompute, options.URLs.Compute},
		{serviceState, options.URLs.State},
		{serviceMonitor, options.URLs.Monitor},
		{serviceCompliance, options.URLs.Compliance},
	}
	callers := make(map[string]*caller, len(bases))
	clients.breakers = make(map[string]*breaker, len(bases))
	for _, base := range bases {
		clients.breakers[base.name] = newBreaker(base.name, options.Breaker, options.Logger)
		c, err := newCaller(base.name, base.address, options, clients.breakers[base.name])
		if err != nil {
			return nil, err
		}
		callers[base.name] = c
	}
	clients.Tenants = &Tenants{callers[serviceTenants]}
	clients.Billing = &Billing{callers[serviceBilling]}
	clients.Compute = &Compute{callers[serviceCompute]}
	clients.State = &State{callers[serviceState]}
	clients.Monitor = &Monitor{callers[serviceMonitor]}
	clients.Compliance = &Compliance{callers[serviceCompliance]}
	return clients, nil
}

// Breakers returns the state of each service's circuit breaker: closed, half-open or open.
func (c *Clients) Breakers() map[string]string {
	states := make(map[string]string, len(c.breakers))
	for service, b := range c.breakers {
		states[service] = b.steps.State().String()
	}
	return states
}

// Close closes idle connections. Calls under way go on.
func (c *Clients) Close() {
	if c.pool != nil {
		c.pool.CloseIdleConnections()
	}
}

func (o Options) withDefaults() Options {
	if o.ServiceName == "" {
		o.ServiceName = "omnicloud"
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.MaxBody <= 0 {
		o.MaxBody = DefaultMaxBody
	}
	if o.PageSize <= 0 {
		o.PageSize = DefaultPageSize
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	o.Breaker = o.Breaker.withDefaults()
	return o
}

// parseBase refuses what url.Parse lets pass but no request can use, such as "127.0.0.1:8090".
func parseBase(service, address string) (*url.URL, error) {
	base, err := url.Parse(address)
	if err != nil || base.Host == "" || (base.Scheme != "http" && base.Scheme != "https") {
		return nil, fault.New(fault.InvalidInput,
			"the %s service's address %q is not an absolute http or https URL; set --%s-url", service, address, service)
	}
	return base, nil
}
