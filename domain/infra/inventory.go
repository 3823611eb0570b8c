// Package infra holds the resources that tenants run: what is declared for each and what is
// observed of it.
package infra

import (
	"context"
	"encoding/json"
)

// Resource is one resource as the state service knows it. A configuration is a JSON object kept
// exactly as delivered, because a number that passed through a float would itself be drift; it is
// nil where there is none: nothing declared (an extra resource) or nothing observed (a missing one).
type Resource struct {
	ID       string          `json:"resource_id"`
	Type     string          `json:"resource_type"`
	TenantID string          `json:"tenant_id,omitempty"`
	Desired  json.RawMessage `json:"desired,omitempty"`
	Actual   json.RawMessage `json:"actual,omitempty"`
}

// ResourceFilter narrows a listing; an empty field does not narrow.
type ResourceFilter struct {
	TenantID string
	Types    []string
}

// ResourcePage is one page of resources in byte order of id. Total counts all that match.
type ResourcePage struct {
	Resources []Resource `json:"resources"`
	Next      string     `json:"next_cursor,omitempty"`
	Total     int64      `json:"total"`
}

// Inventory is the platform's state service. Resources returns a page in a stable order: an empty
// cursor asks for the first, an empty Next ends the listing. Its errors are Unavailable (with a
// retry delay where known) when trying again can help, and Upstream when it cannot.
type Inventory interface {
	Resources(ctx context.Context, filter ResourceFilter, cursor string) (ResourcePage, error)
}
