package infra_test

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/omnicloud/omnicloud/domain/fault"
	"github.com/omnicloud/omnicloud/domain/infra"
)

var noon = time.Date(2026, time.November, 28, 12, 0, 0, 0, time.UTC)

// memory is an infra.Store for the tests of what stands above stores; the real one has tests of its
// own against PostgreSQL.
type memory struct {
	mutex       sync.Mutex
	resources   map[string]infra.Resource
	transitions []infra.Transition
	answers     map[string]answered
}

type answered struct {
	hash     string
	resource infra.Resource
}

func newMemory() *memory {
	return &memory{resources: map[string]infra.Resource{}, answers: map[string]answered{}}
}

func (m *memory) Resource(_ context.Context, id string) (infra.Resource, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if resource, known := m.resources[id]; known {
		return resource, nil
	}
	return infra.Resource{}, fault.New(fault.NotFound, "there is no resource %s", id)
}

func (m *memory) Resources(_ context.Context, filter infra.ResourceFilter, cursor string, limit int) (infra.ResourcePage, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var page infra.ResourcePage
	for _, id := range slices.Sorted(maps.Keys(m.resources)) {
		resource := m.resources[id]
		if (filter.TenantID == "" || filter.TenantID == resource.TenantID) && id > cursor && len(page.Resources) < limit {
			page.Resources = append(page.Resources, resource)
		}
	}
	return page, nil
}

func (m *memory) Dependents(_ context.Context, id string, limit int) ([]string, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var found []string
	for _, other := range slices.Sorted(maps.Keys(m.resources)) {
		if slices.Contains(m.resources[other].DependsOn, id) && len(found) < limit {
			found = append(found, other)
		}
	}
	return found, nil
}

func (m *memory) Transitions(_ context.Context, id string, _ int64, limit int) ([]infra.Transition, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	var found []infra.Transition
	for _, transition := range slices.Backward(m.transitions) {
		if transition.ResourceID == id && len(found) < limit {
			found = append(found, transition)
		}
	}
	return found, nil
}

func (m *memory) Write(_ context.Context, id string, write infra.Write, decide infra.Decide) (infra.Resource, bool, error) {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	if earlier, known := m.answers[write.Key]; known {
		if earlier.hash != write.RequestHash {
			return infra.Resource{}, false, fault.New(fault.IdempotencyMismatch, "the key was used for something else")
		}
		return earlier.resource, true, nil
	}
	var current *infra.Resource
	state := infra.State("")
	if resource, known := m.resources[id]; known {
		current, state = &resource, resource.State
	}
	next, passed, err := decide(current)
	if err != nil {
		return infra.Resource{}, false, err
	}
	graph := infra.NewGraph(slices.Collect(maps.Values(m.resources)))
	graph.Add(id, next.DependsOn...)
	if _, err := graph.Order(); err != nil {
		return infra.Resource{}, false, err
	}
	for _, to := range passed {
		m.transitions = append(m.transitions, infra.Transition{ResourceID: id, Version: next.Version, From: state, To: to})
		state = to
	}
	m.resources[id] = next
	if write.Key != "" {
		m.answers[write.Key] = answered{hash: write.RequestHash, resource: next}
	}
	return next, false, nil
}

func (m *memory) Import(context.Context, infra.Delivery, infra.Rows) ([]infra.Imported, error) {
	panic("no test of this package imports")
}

// finding is what the drift engine stands for here.
type finding string

func newManager(store infra.Store) *infra.StateManager[finding] {
	return &infra.StateManager[finding]{
		Store: store,
		Detect: func(_ context.Context, resource infra.Resource) ([]finding, error) {
			if string(resource.Desired) == string(resource.Actual) {
				return nil, nil
			}
			return []finding{finding(resource.ID + " differs")}, nil
		},
		Now: func() time.Time { return noon },
	}
}

// cloud is a Provider over a manager, with trouble on order.
type cloud struct {
	*infra.StateManager[finding]
	// before and after are called around each write; an error of before keeps the write from taking
	// effect, one of after is a lost answer.
	before, after func(verb, id string) error
	reading       func(id string) error
	writes        []string
}

func newCloud(t *testing.T, resources ...infra.Resource) *cloud {
	t.Helper()
	c := &cloud{StateManager: newManager(newMemory())}
	for _, resource := range resources {
		_, _, err := c.StateManager.Create(t.Context(), resource, infra.Write{})
		require.NoError(t, err)
	}
	return c
}

func (c *cloud) Read(ctx context.Context, id string) (infra.Resource, error) {
	if c.reading != nil {
		if err := c.reading(id); err != nil {
			return infra.Resource{}, err
		}
	}
	return c.Resource(ctx, id)
}

func (c *cloud) around(verb, id string, write func() (infra.Resource, bool, error)) (infra.Resource, error) {
	if c.before != nil {
		if err := c.before(verb, id); err != nil {
			return infra.Resource{}, err
		}
	}
	resource, replayed, err := write()
	if err == nil && !replayed {
		c.writes = append(c.writes, verb+" "+id)
	}
	if err == nil && c.after != nil {
		err = c.after(verb, id)
	}
	return resource, err
}

func (c *cloud) Create(ctx context.Context, key string, resource infra.Resource) (infra.Resource, error) {
	return c.around("create", resource.ID, func() (infra.Resource, bool, error) {
		return c.StateManager.Create(ctx, resource, infra.Write{Key: key})
	})
}

func (c *cloud) Update(ctx context.Context, key string, update infra.Update) (infra.Resource, error) {
	return c.around("update", update.ID, func() (infra.Resource, bool, error) {
		text, err := json.Marshal(update)
		if err != nil {
			return infra.Resource{}, false, err
		}
		return c.StateManager.Update(ctx, update, infra.Write{Key: key, RequestHash: string(text)})
	})
}

func (c *cloud) Delete(ctx context.Context, key, id string, version int64) (infra.Resource, error) {
	return c.around("delete", id, func() (infra.Resource, bool, error) {
		return c.StateManager.Delete(ctx, id, version, infra.Write{Key: key})
	})
}

// meddle changes a resource behind the reconciler's back.
func (c *cloud) meddle(t testing.TB, id, path, value string) {
	t.Helper()
	current, err := c.Resource(context.Background(), id)
	require.NoError(t, err)
	_, _, err = c.StateManager.Update(context.Background(), infra.Update{
		ID: id, Version: current.Version, Side: infra.SideActual,
		Changes: []infra.Change{{Path: path, Value: json.RawMessage(value)}},
	}, infra.Write{})
	require.NoError(t, err)
}

func (c *cloud) actual(t testing.TB, id string) string {
	t.Helper()
	resource, err := c.Resource(context.Background(), id)
	require.NoError(t, err)
	return string(resource.Actual)
}

// running is an active resource with the same configuration on both sides.
func running(id, configuration string, dependsOn ...string) infra.Resource {
	return infra.Resource{
		ID: id, Type: "vm", TenantID: "acme", DependsOn: dependsOn,
		Desired: json.RawMessage(configuration), Actual: json.RawMessage(configuration),
	}
}

func set(path, value string) infra.Change {
	return infra.Change{Path: path, Value: json.RawMessage(value)}
}

func remove(path string) infra.Change { return infra.Change{Path: path, Remove: true} }

func updating(id string, changes ...infra.Change) infra.Action {
	return infra.Action{Type: infra.ActionUpdate, ResourceID: id, Changes: changes}
}

func joined(list []string) string { return strings.Join(list, ", ") }
