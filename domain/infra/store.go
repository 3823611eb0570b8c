package infra

import (
	"context"
	"time"
)

// Write says why a resource is changed and makes repeating it safe.
type Write struct {
	// Key is the idempotency key of the caller; empty for writes that are not to be repeated.
	Key string
	// RequestHash stands for the whole content of the request, so that a key cannot be used twice.
	RequestHash string
	// Actor is who or what asked, Reason a short word on it, both for the history.
	Actor         string
	Reason        string
	CorrelationID string
}

// Transition is one move of a resource in its history.
type Transition struct {
	ResourceID    string    `json:"resource_id"`
	Version       int64     `json:"version"`
	From          State     `json:"from,omitempty"`
	To            State     `json:"to"`
	At            time.Time `json:"at"`
	Actor         string    `json:"actor,omitempty"`
	Reason        string    `json:"reason,omitempty"`
	CorrelationID string    `json:"correlation_id,omitempty"`
}

// Store keeps resources. Its methods may be called from several processes at once. Writes take their
// effect, their history and the answer to their idempotency key in one transaction; a refused write
// leaves its key free.
type Store interface {
	// Resource returns a resource, a deleted one too, or a NotFound error.
	Resource(ctx context.Context, id string) (Resource, error)
	// Resources returns at most limit resources in byte order of id, after the cursor's place. A
	// cursor that this store did not give out is an InvalidInput error.
	Resources(ctx context.Context, filter ResourceFilter, cursor string, limit int) (ResourcePage, error)
	// Dependents returns at most limit ids of resources, not deleted, that depend on one.
	Dependents(ctx context.Context, id string, limit int) ([]string, error)
	// Transitions returns at most limit moves of a resource, newest first, below a version; zero means
	// from the newest on.
	Transitions(ctx context.Context, id string, below int64, limit int) ([]Transition, error)
	// Write locks the resource, hands it to decide as it is (nil where it was never there) and keeps
	// what decide returns as the next version, with the states that it passed through on the way, in
	// order, the last being its own. An error of decide is returned as it is and nothing is kept.
	// Dependencies that nobody knows are an InvalidInput error; a circle of them is a Conflict, and so
	// is the deletion of what others depend on. A key that was used before gives the resource as it was then and replayed, without asking decide; with
	// another request hash it is an IdempotencyMismatch error.
	Write(ctx context.Context, id string, write Write, decide Decide) (written Resource, replayed bool, err error)
	// Import takes resources whole or not at all; see Importer. A resource that comes twice, and
	// dependencies that nobody knows or that form a circle, are errors that name the row.
	Import(ctx context.Context, delivery Delivery, resources Rows) ([]Imported, error)
}

// Decide makes the next version of a resource. It may be called again where the store has to start
// over, and so has no effects of its own.
type Decide func(current *Resource) (next Resource, passed []State, err error)
