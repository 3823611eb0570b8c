package infra

import (
	"context"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// Provider reads and changes one resource at a time, through the state service. Every write carries
// an idempotency key, which the service stores with the effect: the same key with the same content
// again gives the first answer and changes nothing, with other content it is an IdempotencyMismatch.
// Besides the errors named below, all methods return Unavailable (with a retry delay where known)
// when trying again can help, and Upstream when it cannot. After an Unavailable error of a write
// nobody knows whether it took effect; reading tells.
type Provider interface {
	// Read returns the resource as it is now, or a NotFound error. A deleted resource is returned, in
	// state deleted, as long as the service remembers it.
	Read(ctx context.Context, id string) (Resource, error)
	// Create makes a resource that is not there or was deleted; it is a Conflict where there is one.
	Create(ctx context.Context, key string, resource Resource) (Resource, error)
	// Update changes one side of a resource. It is PreconditionFailed where the resource has another
	// version than the one named, and a Conflict where its state permits no change.
	Update(ctx context.Context, key string, update Update) (Resource, error)
	// Delete removes what runs and what was declared. It is PreconditionFailed where the resource has
	// another version, and a Conflict where another resource depends on it.
	Delete(ctx context.Context, key, id string, version int64) (Resource, error)
}

// Update is a change to one side of a resource, bound to the version that it was decided on.
type Update struct {
	ID      string   `json:"-"`
	Version int64    `json:"-"`
	Side    Side     `json:"side"`
	Changes []Change `json:"changes"`
}

// Check returns an InvalidInput error for an update that names no resource, version, side or change.
func (u Update) Check() error {
	if err := CheckID(u.ID); err != nil {
		return err
	}
	switch {
	case u.Version < 1:
		return fault.New(fault.PreconditionRequired, "a change of %s names the version that it is bound to", u.ID)
	case !u.Side.Valid():
		return fault.Invalid("/side", "side %.40q is neither actual nor desired", u.Side)
	case len(u.Changes) == 0:
		return fault.Invalid("/changes", "the update of %s changes nothing", u.ID)
	}
	_, err := orderChanges(u.Changes)
	return err
}
