package sandbox

import (
	"net/http"
	"slices"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// listFaults shows the faults with what they did so far, by which people see them at work.
func (s *Sandbox) listFaults(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]any{"faults": s.faults.list()})
}

// putFault switches a fault on. A route that fits none of the services' routes is refused, because
// a fault that never strikes would pass for a service that withstands it.
func (s *Sandbox) putFault(w http.ResponseWriter, r *http.Request) error {
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	var added Fault
	if err := strict(body, &added); err != nil {
		return fault.Wrap(err, fault.InvalidInput, "the body is not a fault")
	}
	if err := added.validate(); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.serviceRoutes(), func(served route) bool { return added.fits(served.pattern) }) {
		return fault.Invalid("/route", "route %.100q fits no route such as \"GET /billing/v1/charges\" or \"GET /billing/*\"", added.Route)
	}
	s.faults.put(added)
	return s.listFaults(w, r)
}

// deleteFaults ends the fault of the route that is named, or all.
func (s *Sandbox) deleteFaults(w http.ResponseWriter, r *http.Request) error {
	if err := s.faults.remove(r.URL.Query().Get("route")); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// listRequests shows what the services were asked, narrowed to a correlation id or route.
func (s *Sandbox) listRequests(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	return writeJSON(w, http.StatusOK, map[string]any{
		"requests": s.requests.list(values.Get("correlation_id"), values.Get("route")),
	})
}

// health answers as long as the process does anything at all.
func (s *Sandbox) health(w http.ResponseWriter, _ *http.Request) error {
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// ready answers 503 while the database does not answer.
func (s *Sandbox) ready(w http.ResponseWriter, r *http.Request) error {
	if err := s.pool.Ping(r.Context()); err != nil {
		return fault.Wrap(err, fault.Unavailable, "PostgreSQL does not answer; check that it runs")
	}
	return writeJSON(w, http.StatusOK, map[string]string{"status": "ready"})
}
