package infra

import (
	"context"
	"time"

	"github.com/omnicloud/omnicloud/domain/fault"
)

// StateManager is the logic of a state service: what may be done to a resource and in which state.
// Record is what the drift engine reports. It is safe for concurrent use as far as its store is.
//
// The manager is a Provider's other side: it carries changes out at once, so that a resource is
// updating only within a write, which its history shows.
type StateManager[Record any] struct {
	Store Store
	// Detect compares the two configurations of a resource; see DetectDrift.
	Detect func(ctx context.Context, resource Resource) ([]Record, error)
	Now    func() time.Time
}

// Resource returns a resource, a deleted one too, or a NotFound error.
func (m *StateManager[Record]) Resource(ctx context.Context, id string) (Resource, error) {
	if err := CheckID(id); err != nil {
		return Resource{}, err
	}
	return m.Store.Resource(ctx, id)
}

// Resources lists resources in byte order of id. A filter by what no resource can have is an
// InvalidInput error.
func (m *StateManager[Record]) Resources(ctx context.Context, filter ResourceFilter, cursor string, limit int) (ResourcePage, error) {
	for _, state := range filter.States {
		if !state.Valid() {
			return ResourcePage{}, fault.Invalid("state", "state %.40q is none of %v", state, States())
		}
	}
	if filter.TenantID != "" && !identifier.MatchString(filter.TenantID) {
		return ResourcePage{}, fault.Invalid("tenant_id", "tenant id %.140q is not 1 to 128 letters, digits, dots, dashes and underscores", filter.TenantID)
	}
	for _, name := range filter.Types {
		if !typeName.MatchString(name) {
			return ResourcePage{}, fault.Invalid("type", "type %.140q is not 1 to 256 visible ASCII characters", name)
		}
	}
	return m.Store.Resources(ctx, filter, cursor, limit)
}

// DetectDrift compares what is declared of a resource with what runs, through the drift engine. A
// resource whose provider could not be asked, or that is being changed just now, is an Unavailable
// error: nothing is known of its drift, and "no drift" would be a lie.
func (m *StateManager[Record]) DetectDrift(ctx context.Context, id string) ([]Record, error) {
	resource, err := m.Resource(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case resource.State == Deleted:
		return nil, fault.New(fault.NotFound, "resource %s was deleted; nothing of it can drift", id)
	case !resource.Readable():
		return nil, fault.New(fault.Unavailable, "the provider cannot read resource %s, so its drift is unknown; try again later", id)
	}
	if err := settledSoon(resource); err != nil {
		return nil, err
	}
	return m.Detect(ctx, resource)
}

// Create takes a new resource in, or one that was deleted before, and makes it active; it is pending
// where nothing runs yet. A resource that is there already is a Conflict error.
func (m *StateManager[Record]) Create(ctx context.Context, resource Resource, write Write) (created Resource, replayed bool, err error) {
	if err := resource.Check(); err != nil {
		return Resource{}, false, err
	}
	resource.DependsOn = compact(resource.DependsOn)
	return m.Store.Write(ctx, resource.ID, write, func(current *Resource) (Resource, []State, error) {
		next := resource
		if current != nil {
			if current.State != Deleted {
				return Resource{}, nil, fault.New(fault.Conflict, "resource %s is there already and is %s", resource.ID, current.State)
			}
			next.Version = current.Version
		}
		if resource.Actual == nil {
			return m.next(next, Pending), []State{Pending}, nil
		}
		return m.next(next, Active), []State{Pending, Creating, Active}, nil
	})
}

// Update changes one side of a resource. Errors: NotFound; PreconditionFailed for another version;
// Conflict while someone else is changing it or after it was deleted; InvalidInput for changes that
// lead nowhere or would leave nothing declared and nothing running.
func (m *StateManager[Record]) Update(ctx context.Context, update Update, write Write) (updated Resource, replayed bool, err error) {
	if err := update.Check(); err != nil {
		return Resource{}, false, err
	}
	return m.Store.Write(ctx, update.ID, write, func(current *Resource) (Resource, []State, error) {
		if err := changeable(current, update.ID, update.Version); err != nil {
			return Resource{}, nil, err
		}
		configuration, err := Apply(current.Configuration(update.Side), update.Changes)
		if err != nil {
			return Resource{}, nil, err
		}
		next := current.With(update.Side, configuration)
		if err := next.Check(); err != nil {
			return Resource{}, nil, err
		}
		passed := statesOf(*current, next, update.Side)
		return m.next(next, passed[len(passed)-1]), passed, nil
	})
}

// statesOf is the way that an update takes a resource. To declare something touches nothing that
// runs.
func statesOf(current, next Resource, side Side) []State {
	switch {
	case side == SideDesired:
		return []State{current.State}
	case next.Actual == nil && current.State == Pending:
		return []State{Pending}
	case current.Actual == nil, current.State == Pending:
		return []State{Creating, Active}
	default:
		return []State{Updating, Active}
	}
}

// Delete removes a resource; its version goes on counting where it is made again. It is a Conflict
// error while another resource depends on it.
func (m *StateManager[Record]) Delete(ctx context.Context, id string, version int64, write Write) (deleted Resource, replayed bool, err error) {
	if err := CheckID(id); err != nil {
		return Resource{}, false, err
	}
	return m.Store.Write(ctx, id, write, func(current *Resource) (Resource, []State, error) {
		if err := changeable(current, id, version); err != nil {
			return Resource{}, nil, err
		}
		if current.State == Pending {
			return m.next(remains(*current), Deleted), []State{Deleted}, nil
		}
		return m.next(remains(*current), Deleted), []State{Deleting, Deleted}, nil
	})
}

// remains is what is left of a resource once it is deleted: who it was, and how far its versions went.
func remains(resource Resource) Resource {
	return Resource{ID: resource.ID, Type: resource.Type, TenantID: resource.TenantID, Version: resource.Version}
}

// Transition moves a resource to a state that it may go to from where it is, for providers that work
// longer than one call. Configurations stay as they are, but nothing of what is deleted stays.
func (m *StateManager[Record]) Transition(ctx context.Context, id string, version int64, to State, write Write) (moved Resource, replayed bool, err error) {
	if err := CheckID(id); err != nil {
		return Resource{}, false, err
	}
	return m.Store.Write(ctx, id, write, func(current *Resource) (Resource, []State, error) {
		if err := atVersion(current, id, version); err != nil {
			return Resource{}, nil, err
		}
		if err := checkMove(id, current.State, to); err != nil {
			return Resource{}, nil, err
		}
		next := *current
		if to == Deleted {
			next = remains(next)
		}
		return m.next(next, to), []State{to}, nil
	})
}

// Depend replaces what a resource depends on.
func (m *StateManager[Record]) Depend(ctx context.Context, id string, version int64, on []string, write Write) (changed Resource, replayed bool, err error) {
	if err := CheckID(id); err != nil {
		return Resource{}, false, err
	}
	return m.Store.Write(ctx, id, write, func(current *Resource) (Resource, []State, error) {
		if err := changeable(current, id, version); err != nil {
			return Resource{}, nil, err
		}
		next := *current
		next.DependsOn = compact(on)
		return m.next(next, current.State), []State{current.State}, next.Check()
	})
}

// next is a resource's next version in a state. What was just written can be read.
func (m *StateManager[Record]) next(resource Resource, state State) Resource {
	resource.State, resource.UpdatedAt = state, m.Now().UTC()
	resource.Version++
	return resource
}

// settledSoon is an Unavailable error for a resource that is being changed just now.
func settledSoon(resource Resource) error {
	if !resource.State.Changing() {
		return nil
	}
	return fault.New(fault.Unavailable, "resource %s is %s just now; try again when that is over", resource.ID, resource.State)
}

// changeable refuses what nobody may change now.
func changeable(current *Resource, id string, version int64) error {
	if err := atVersion(current, id, version); err != nil {
		return err
	}
	switch {
	case !current.State.Settled():
		return fault.New(fault.Conflict, "resource %s is %s; wait until that is over", id, current.State)
	case !current.Readable():
		return fault.New(fault.Conflict, "the provider cannot read resource %s, so nothing can be changed in it", id)
	default:
		return nil
	}
}

func atVersion(current *Resource, id string, version int64) error {
	switch {
	case current == nil:
		return fault.New(fault.NotFound, "there is no resource %s", id)
	case version < 1:
		return fault.New(fault.PreconditionRequired, "a change of %s names the version that it is bound to", id)
	case current.Version != version:
		return fault.New(fault.PreconditionFailed, "resource %s has version %d, not %d; read it again", id, current.Version, version)
	case current.State == Deleted:
		return fault.New(fault.Conflict, "resource %s was deleted; make it anew instead", id)
	default:
		return nil
	}
}
