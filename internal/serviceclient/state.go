package serviceclient

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"

	"github.com/omnicloud/omnicloud/domain/infra"
)

// State is a client of the state service.
type State struct{ *caller }

var _ infra.Inventory = (*State)(nil)

// Resources returns a page of resources with their declared and observed configuration.
func (s *State) Resources(ctx context.Context, filter infra.ResourceFilter, cursor string) (infra.ResourcePage, error) {
	query := url.Values{}
	if filter.TenantID != "" {
		query.Set("tenant_id", filter.TenantID)
	}
	for _, resourceType := range filter.Types {
		query.Add("type", resourceType)
	}
	for _, state := range filter.States {
		query.Add("state", string(state))
	}
	resources := listing[infra.Resource, infra.Resource]{path: "v1/resources", list: "resources", accept: acceptResource}
	page, err := resources.read(ctx, s.caller, query, cursor)
	if err != nil {
		return infra.ResourcePage{}, err
	}
	return infra.ResourcePage{Resources: page.items, Next: page.next, Total: page.total}, nil
}

// acceptResource turns an explicit null into an absent configuration, which is what it means here.
func acceptResource(item infra.Resource) (infra.Resource, error) {
	switch {
	case item.ID == "":
		return item, missing("resource_id")
	case item.Type == "":
		return item, missing("resource_type")
	case item.State != "" && !item.State.Valid():
		return item, fmt.Errorf("%w: resource %q is in a state that nobody knows", errSchema, item.ID)
	}
	for _, configuration := range []*json.RawMessage{&item.Desired, &item.Actual, &item.Schema} {
		text := bytes.TrimSpace(*configuration)
		if len(text) == 0 || bytes.Equal(text, []byte("null")) {
			*configuration = nil
		} else if text[0] != '{' {
			return item, fmt.Errorf("%w: a configuration of %q is no object", errSchema, item.ID)
		}
	}
	return item, nil
}
