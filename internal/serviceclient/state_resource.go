package serviceclient

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

var _ infra.Provider = (*State)(nil)

// Read implements infra.Provider.
func (s *State) Read(ctx context.Context, id string) (infra.Resource, error) {
	if err := infra.CheckID(id); err != nil {
		return infra.Resource{}, err
	}
	var read infra.Resource
	err := s.get(ctx, resourcePath(id), nil, func(body io.Reader) (err error) {
		read, err = decodeResource(body, id)
		return err
	})
	return read, err
}

// Create implements infra.Provider. What the service gives itself is not sent.
func (s *State) Create(ctx context.Context, key string, resource infra.Resource) (infra.Resource, error) {
	if err := resource.Check(); err != nil {
		return infra.Resource{}, err
	}
	sent := infra.Resource{
		ID: resource.ID, Type: resource.Type, TenantID: resource.TenantID, DependsOn: resource.DependsOn,
		Desired: resource.Desired, Actual: resource.Actual, Schema: resource.Schema, Unreadable: resource.Unreadable,
	}
	return s.writeResource(ctx, http.MethodPost, "v1/resources", key, resource.ID, 0, sent)
}

// Update implements infra.Provider.
func (s *State) Update(ctx context.Context, key string, update infra.Update) (infra.Resource, error) {
	if err := update.Check(); err != nil {
		return infra.Resource{}, err
	}
	return s.writeResource(ctx, http.MethodPatch, resourcePath(update.ID), key, update.ID, update.Version, update)
}

// Delete implements infra.Provider.
func (s *State) Delete(ctx context.Context, key, id string, version int64) (infra.Resource, error) {
	if err := infra.CheckID(id); err != nil {
		return infra.Resource{}, err
	}
	if version < 1 {
		return infra.Resource{}, fault.New(fault.PreconditionRequired, "the deletion of %s names the version that it is bound to", id)
	}
	return s.writeResource(ctx, http.MethodDelete, resourcePath(id), key, id, version, nil)
}

func (s *State) writeResource(ctx context.Context, method, path, key, id string, version int64, document any) (infra.Resource, error) {
	var written infra.Resource
	err := s.write(ctx, method, path, key, version, document, func(body io.Reader) (err error) {
		written, err = decodeResource(body, id)
		return err
	})
	return written, err
}

func resourcePath(id string) string { return "v1/resources/" + url.PathEscape(id) }

// decodeResource reads the one resource that an answer is to be. Without a version nothing could be
// bound to it, so an answer without one is refused, as is one about another resource.
func decodeResource(body io.Reader, id string) (infra.Resource, error) {
	decoder := json.NewDecoder(body)
	var resource infra.Resource
	if err := decoder.Decode(&resource); err != nil {
		return resource, decodeError(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return resource, fmt.Errorf("%w: something follows the resource", errSchema)
	}
	switch {
	case resource.ID != id:
		return resource, fmt.Errorf("%w: the answer about %q is about %.128q", errSchema, id, resource.ID)
	case resource.Version < 1:
		return resource, missing("version")
	}
	return acceptResource(resource)
}
