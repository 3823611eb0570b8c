package sandbox

import (
	"net/http"
	"strconv"

	"github.com/omnicloud/omnicloud/domain/drift"
	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// resourceRoute is where one resource is found.
const resourceRoute = "/state/v1/resources/{resource_id}"

// stateRoute serves a route of the state service, if there is one.
func (s *Sandbox) stateRoute(serve endpoint) http.Handler {
	return s.handle(func(w http.ResponseWriter, r *http.Request) error {
		if s.states == nil {
			return errNoStates()
		}
		return serve(w, r)
	})
}

// listResources serves a page of resources, narrowed by tenant, type and state.
func (s *Sandbox) listResources(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	limit, err := limitOf(values)
	if err != nil {
		return err
	}
	filter := infra.ResourceFilter{TenantID: values.Get("tenant_id"), Types: values["type"]}
	for _, state := range values["state"] {
		filter.States = append(filter.States, infra.State(state))
	}
	page, err := s.states.Resources(r.Context(), filter, values.Get("cursor"), limit)
	if err != nil {
		return err
	}
	if page.Resources == nil {
		page.Resources = []infra.Resource{}
	}
	return writeJSON(w, http.StatusOK, page)
}

// readResource serves one resource, under its version as entity tag.
func (s *Sandbox) readResource(w http.ResponseWriter, r *http.Request) error {
	resource, err := s.visible(r)
	if err != nil {
		return err
	}
	return writeResource(w, http.StatusOK, resource)
}

// visible returns the resource that a request names. Somebody else's answers like a missing one where
// the request is made for a tenant; what belongs to no tenant is seen by all.
func (s *Sandbox) visible(r *http.Request) (infra.Resource, error) {
	resource, err := s.states.Resource(r.Context(), r.PathValue("resource_id"))
	tenant := r.Header.Get("X-Tenant-ID")
	if err == nil && tenant != "" && resource.TenantID != "" && resource.TenantID != tenant {
		err = fault.New(fault.NotFound, "there is no resource %.128q", r.PathValue("resource_id"))
	}
	return resource, err
}

// listTransitions serves the moves of a resource, newest first.
func (s *Sandbox) listTransitions(w http.ResponseWriter, r *http.Request) error {
	values := r.URL.Query()
	resource, err := s.visible(r)
	if err != nil {
		return err
	}
	limit, err := limitOf(values)
	if err != nil {
		return err
	}
	below := int64(0)
	if text := values.Get("below_version"); text != "" {
		if below, err = strconv.ParseInt(text, 10, 64); err != nil || below < 1 {
			return fault.Invalid("below_version", "below_version %.40q is no version", text)
		}
	}
	moves, err := s.states.Store.Transitions(r.Context(), resource.ID, below, limit)
	if err != nil {
		return err
	}
	if moves == nil {
		moves = []infra.Transition{}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"transitions": moves})
}

// detectDrift compares a resource's two configurations with the drift engine.
func (s *Sandbox) detectDrift(w http.ResponseWriter, r *http.Request) error {
	resource, err := s.visible(r)
	if err != nil {
		return err
	}
	records, err := s.states.DetectDrift(r.Context(), resource.ID)
	if err != nil {
		return err
	}
	if records == nil {
		records = []drift.Record{}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"drifts": records})
}

// writeResource answers with a resource and its version as entity tag.
func writeResource(w http.ResponseWriter, status int, resource infra.Resource) error {
	w.Header().Set("ETag", strconv.Quote(strconv.FormatInt(resource.Version, 10)))
	return writeJSON(w, status, resource)
}
