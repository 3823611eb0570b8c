package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

// createResource takes a new resource in.
func (s *Sandbox) createResource(w http.ResponseWriter, r *http.Request) error {
	var resource infra.Resource
	write, err := stateWrite(r, &resource)
	if err != nil {
		return err
	}
	if tenant := r.Header.Get("X-Tenant-ID"); tenant != "" && resource.TenantID != tenant {
		return fault.Invalid("/tenant_id", "the request is made for tenant %.128q and the resource is to be another's", tenant)
	}
	created, replayed, err := s.states.Create(r.Context(), resource, write)
	return answer(w, http.StatusCreated, created, replayed, err)
}

// updateResource changes one side of a resource at the version that If-Match names.
func (s *Sandbox) updateResource(w http.ResponseWriter, r *http.Request) error {
	var update infra.Update
	write, err := stateWrite(r, &update)
	if err != nil {
		return err
	}
	if update.ID, update.Version, err = s.target(r); err != nil {
		return err
	}
	updated, replayed, err := s.states.Update(r.Context(), update, write)
	if err == nil && !replayed && update.Side == infra.SideActual {
		err = s.driftAgain(r.Context(), updated)
	}
	return answer(w, http.StatusOK, updated, replayed, err)
}

// deleteResource removes a resource at the version that If-Match names.
func (s *Sandbox) deleteResource(w http.ResponseWriter, r *http.Request) error {
	write, err := stateWrite(r, nil)
	if err != nil {
		return err
	}
	id, version, err := s.target(r)
	if err != nil {
		return err
	}
	deleted, replayed, err := s.states.Delete(r.Context(), id, version, write)
	return answer(w, http.StatusOK, deleted, replayed, err)
}

func answer(w http.ResponseWriter, status int, resource infra.Resource, replayed bool, err error) error {
	if err != nil {
		return err
	}
	if replayed {
		w.Header().Set("Idempotency-Replayed", "true")
	}
	return writeResource(w, status, resource)
}

// target returns the resource that a write is about, once it is known that the caller may see it, and
// the version that it is bound to.
func (s *Sandbox) target(r *http.Request) (id string, version int64, err error) {
	tag := r.Header.Get("If-Match")
	if tag == "" {
		return "", 0, fault.New(fault.PreconditionRequired, "the header If-Match must name the version that the change is bound to, such as \"7\"")
	}
	text, quoted := strings.CutPrefix(tag, `"`)
	text, ended := strings.CutSuffix(text, `"`)
	if version, err = strconv.ParseInt(text, 10, 64); err != nil || !quoted || !ended || version < 1 {
		return "", 0, fault.Invalid("If-Match", "If-Match %.40q is no version, such as \"7\"", tag)
	}
	resource, err := s.visible(r)
	return resource.ID, version, err
}

// stateWrite reads a write's key and body. The key stands for method, path, version and body together.
func stateWrite(r *http.Request, into any) (infra.Write, error) {
	key, err := keyOf(r)
	if err != nil {
		return infra.Write{}, err
	}
	body, err := readBody(r.Body)
	if err != nil {
		return infra.Write{}, err
	}
	if into != nil {
		if err := strict(body, into); err != nil {
			return infra.Write{}, fault.Wrap(err, fault.InvalidInput, "the body is not what the description of the state service asks for")
		}
	}
	hash := sha256.New()
	_, _ = fmt.Fprintf(hash, "%s %s\n%s\n", r.Method, r.URL.Path, r.Header.Get("If-Match")) // a hash.Hash never fails
	_, _ = hash.Write(body)
	return infra.Write{
		Key: key, RequestHash: hex.EncodeToString(hash.Sum(nil)),
		Actor: header(r, "X-Service-Name"), Reason: strings.ToLower(r.Method), CorrelationID: header(r, "X-Correlation-ID"),
	}, nil
}
