// Package infra holds the resources that tenants run: what is declared for each and what is observed
// of it, the states that it goes through, what it depends on, and how it is changed.
//
// StateManager keeps resources in a Store and is what a state service is made of. Reconciler changes
// resources through such a service, the Provider, and takes back what it did when it cannot finish.
package infra

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// ResourceFilter narrows a listing; an empty field does not narrow.
type ResourceFilter struct {
	TenantID string
	Types    []string
	// States are the states wanted; empty means all but deleted.
	States []State
}

// ResourcePage is one page of resources in byte order of id. Total counts all that match.
type ResourcePage struct {
	Resources []Resource `json:"resources"`
	Next      string     `json:"next_cursor,omitempty"`
	Total     int64      `json:"total"`
}

// NextAfter returns the cursor of the page that follows this one, which a cursor gave; empty at the end. A
// page that is named as its own next is an Upstream error.
func (p ResourcePage) NextAfter(cursor string) (string, error) {
	if p.Next != "" && p.Next == cursor {
		return "", fault.New(fault.Upstream, "the state service names the same next page again; its listing would never end")
	}
	return p.Next, nil
}

// Inventory is the platform's state service. Resources returns a page in a stable order: an empty
// cursor asks for the first, an empty Next ends the listing. Its errors are Unavailable (with a
// retry delay where known) when trying again can help, and Upstream when it cannot.
type Inventory interface {
	Resources(ctx context.Context, filter ResourceFilter, cursor string) (ResourcePage, error)
}
