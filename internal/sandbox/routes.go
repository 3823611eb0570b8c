package sandbox

import (
	"net/http"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// route is a method and path with what answers there.
type route struct {
	pattern string
	handler http.Handler
}

// Services returns the names of the services, each the first segment of its routes.
func Services() []string {
	return []string{"tenants", "billing", "compute", "state", "monitor", "compliance"}
}

// serviceRoutes are the routes that a platform has too; faults may be switched on for them.
func (s *Sandbox) serviceRoutes() []route {
	return []route{
		{"GET /tenants/v1/tenants", s.list(listTenants, "tenants", false)},
		{"GET /billing/v1/charges", s.list(listCharges, "charges", true)},
		{"GET /billing/v1/control-totals", s.handle(s.listControlTotals)},
		{"GET /billing/v1/reservations", s.list(listReservations, "reservations", false)},
		{"GET /billing/v1/rates", s.list(listRates, "rates", false)},
		{"GET /billing/v1/capacity-prices", s.handle(s.listPrices)},
		{"GET /billing/v1/exchange-rates", s.list(listExchange, "exchange_rates", true)},
		{"POST /billing/v1/postings", receive(s, kindPosting, checkPosting)},
		{"GET /billing/v1/postings", s.deliveries(kindPosting, "postings", "book", "period")},
		{"GET /compute/v1/usage", s.list(listUsage, "usage", true)},
		{"GET /compute/v1/hourly-usage", s.handle(s.listHourlyUsage)},
		{"GET /compute/v1/ownership", s.list(listOwnership, "ownership", false)},
		{"GET /compute/v1/resources", s.list(listResources, "resources", false)},
		{"GET /compute/v1/capacity", s.list(listCapacity, "capacity", false)},
		{"GET /compute/v1/estate", s.handle(s.readEstate)},
		{"GET /compute/v1/scheduler/placement", s.handle(s.placeCapacity)},
		{"POST /compute/v1/capacity-recommendations", receive(s, kindRecommendation, checkHandover)},
		{"GET /compute/v1/capacity-recommendations", s.deliveries(kindRecommendation, "recommendations", "tenant_id", "resource_type")},
		{"GET /state/v1/resources", s.stateRoute(s.listResources)},
		{"POST /state/v1/resources", s.stateRoute(s.createResource)},
		{"GET " + resourceRoute, s.stateRoute(s.readResource)},
		{"PATCH " + resourceRoute, s.stateRoute(s.updateResource)},
		{"DELETE " + resourceRoute, s.stateRoute(s.deleteResource)},
		{"GET " + resourceRoute + "/transitions", s.stateRoute(s.listTransitions)},
		{"GET " + resourceRoute + "/drift", s.stateRoute(s.detectDrift)},
		{"POST /monitor/v1/events", receive(s, kindEvent, checkEvent)},
		{"GET /monitor/v1/events", s.deliveries(kindEvent, "events", "kind", "tenant_id")},
		{"POST /compliance/v1/escalations", receive(s, kindEscalation, checkEscalation)},
		{"GET /compliance/v1/escalations", s.deliveries(kindEscalation, "escalations", "tenant_id", "resource_id")},
	}
}

// controlRoutes are the sandbox's own; no fault touches them, or one could not be switched off.
func (s *Sandbox) controlRoutes() []route {
	routes := []route{
		{"GET /sandbox/v1/faults", s.handle(s.listFaults)},
		{"PUT /sandbox/v1/faults", s.handle(s.putFault)},
		{"DELETE /sandbox/v1/faults", s.handle(s.deleteFaults)},
		{"GET /sandbox/v1/requests", s.handle(s.listRequests)},
		{"PUT /sandbox/v1/control-totals", s.handle(s.stateControlTotal)},
		{"DELETE /sandbox/v1/control-totals", s.handle(s.restoreControlTotals)},
		{"POST /sandbox/v1/drift", s.stateRoute(s.meddle)},
		{"DELETE /sandbox/v1/drift", s.stateRoute(s.stopMeddling)},
		{"GET /healthz", s.handle(s.health)},
		{"GET /readyz", s.handle(s.ready)},
	}
	for _, service := range append(Services(), "sandbox") {
		routes = append(routes, route{"GET /" + service + "/openapi.yaml", s.handle(describe(service))})
	}
	return routes
}

// routes builds the handler: the request log outermost, so that it shows how faults answered.
func (s *Sandbox) routes() http.Handler {
	mux := http.NewServeMux()
	touchable := make(map[string]bool)
	for _, r := range s.serviceRoutes() {
		mux.Handle(r.pattern, r.handler)
		touchable[r.pattern] = true
	}
	for _, r := range s.controlRoutes() {
		mux.Handle(r.pattern, r.handler)
	}
	mux.Handle("/", s.handle(func(_ http.ResponseWriter, r *http.Request) error {
		return fault.New(fault.NotFound, "%.10s %.100s is not served; GET /<service>/openapi.yaml describes what is", r.Method, r.URL.Path)
	}))
	name := func(r *http.Request) string {
		if _, pattern := mux.Handler(r); touchable[pattern] {
			return pattern
		}
		return ""
	}
	return s.remember(s.misbehave(mux, name), name)
}
